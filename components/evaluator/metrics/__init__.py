"""Metrics that TFMA does not have."""
