"""Measurements on the test split: metrics, slices, and readers of the results."""
