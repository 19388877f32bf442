"""Runs in a tracking server, beside their own records."""
