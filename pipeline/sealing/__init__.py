"""Artifacts of the local runner: what is read is what was written."""
