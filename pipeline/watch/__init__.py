"""Served requests: what is kept of them, and how they compare with the training data."""
