"""Readers: one for each annotation format; all give the same records."""
