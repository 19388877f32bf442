"""Whether two samples may be of one distribution."""

from collections.abc import Sequence
from math import exp, sqrt

import numpy as np

FEWEST_GROUPS = 8  # of which anything is said
SIGNIFICANCE = 0.01  # over all comparisons of a check
_NUM_TERMS = 100
_TOLERANCE = 1.05


def kolmogorov_smirnov(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """The largest distance of two samples' cumulative distributions, 0 to 1, and how probable so much is by chance.

    The probability is the asymptotic one with Stephens' correction (Use of the Kolmogorov-Smirnov, Cramer-Von Mises and
    Related Statistics Without Extensive Tables, 1970).
    """
    values = np.sort(np.concatenate([one, other]))
    shares = [np.searchsorted(np.sort(sample), values, side="right") / len(sample) for sample in (one, other)]
    distance = float(np.abs(shares[0] - shares[1]).max())
    root = sqrt(len(one) * len(other) / (len(one) + len(other)))
    scaled = (root + 0.12 + 0.11 / root) * distance
    if scaled < 0.3:
        # The series needs ever more terms, and its value is 1 to five digits.
        return distance, 1.0
    terms = (2 * (-1) ** (k - 1) * exp(-2 * (k * scaled) ** 2) for k in range(1, _NUM_TERMS))
    return distance, min(1.0, max(0.0, sum(terms)))


def least_distance(one: Sequence[float], other: Sequence[float]) -> float:
    """The Kolmogorov-Smirnov distance of positive numbers, of which any may be 5 % off: 29.97 and 30 are the same rate."""
    return max(_excess(one, other), _excess(other, one))


def _excess(lower: Sequence[float], upper: Sequence[float]) -> float:
    """How much the share of `lower` below some value exceeds that of `upper`, made smaller by the tolerance."""
    values = np.sort(lower)
    share_of_upper = np.searchsorted(np.sort(upper) / _TOLERANCE, values, side="right") / len(upper)
    return float(np.max(np.arange(1, len(values) + 1) / len(values) - share_of_upper, initial=0.0))
