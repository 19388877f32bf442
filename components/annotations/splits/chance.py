"""Chance that depends on a name and a seed only, not on the machine, the order, or other names."""

import hashlib


def unit_hash(name: str, seed: int) -> float:
    """A number in [0, 1), spread evenly over names."""
    return int.from_bytes(hashlib.sha256(f"{seed}\n{name}".encode()).digest()[:8], "big") / 2**64
