"""Runs that can be told apart: what each was told, what came of it, and how they differ."""
