"""Chance that depends on names and seeds only: the same on every machine, in every order, whatever else there is."""

import hashlib


def unit_hash(name: str, seed: int) -> float:
    """A number in [0, 1), evenly spread over names."""
    return int.from_bytes(hashlib.sha256(f"{seed}\n{name}".encode()).digest()[:8], "big") / 2**64
