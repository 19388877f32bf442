"""What the data are known by, looked at when a run begins."""
