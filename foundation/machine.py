"""What of this machine is ours."""


def num_cores() -> int:
    """CPU cores that this process may use: those of its affinity, and no more than a container's quota allows."""
    # Every command line would wait for it; few need it.
    from joblib import cpu_count

    return int(cpu_count())
