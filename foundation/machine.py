"""What of this machine is ours."""

import joblib


def num_cores() -> int:
    """CPU cores that this process may use: those of its affinity, and no more than a container's quota allows."""
    return int(joblib.cpu_count())
