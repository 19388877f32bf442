"""The last pushed model, for comparison."""
