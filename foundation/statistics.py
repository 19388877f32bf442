"""How much of a measured number may be luck: intervals, and a test for two models on the same clips. Pure."""

import math
from statistics import NormalDist
from typing import NamedTuple


class Interval(NamedTuple):
    """Both ends of a confidence interval."""

    low: float
    high: float


def wilson_interval(num_hits: int, num_trials: int, confidence: float = 0.95) -> Interval | None:
    """Wilson's score interval of a rate (Wilson 1927); None without trials.

    It holds what it promises for few trials too, and does not shrink to nothing at rates of 0 and 1.
    """
    if not num_trials:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = num_hits / num_trials
    scale = 1 + z * z / num_trials
    centre = (rate + z * z / (2 * num_trials)) / scale
    half = z / scale * math.sqrt(rate * (1 - rate) / num_trials + z * z / (4 * num_trials**2))
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def mcnemar_p_value(num_only_first: int, num_only_second: int) -> float:
    """McNemar's exact test, two-sided, for two models on the same clips.

    Args:
      num_only_first: clips that only the first model got right.
      num_only_second: clips that only the second one got right.

    Returns:
      How often two equally good models would differ at least so unevenly: the binomial distribution's tails at one half.
    """
    total = num_only_first + num_only_second
    term = tail = 1  # binomial coefficients are exact as integers, however large
    for k in range(min(num_only_first, num_only_second)):
        term = term * (total - k) // (k + 1)
        tail += term
    return min(1.0, 2 * tail / 2**total)
