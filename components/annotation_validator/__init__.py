"""Looks for faults in annotations and videos before a training is spent on them."""
