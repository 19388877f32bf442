"""Weights that others have trained: how they are read, where they come from, and where they go."""
