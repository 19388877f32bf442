"""Decisions of people about annotations: a log beside them, and what follows when it is applied."""
