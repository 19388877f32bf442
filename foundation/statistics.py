"""How much of a measured number may be luck: intervals, tests, and how unusual a value is. Pure."""

import math
import warnings
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

# SciPy loads its parts when they are first used; `scipy.stats` takes a second, which asking for help should not cost.
import scipy

_MAD_OF_NORMAL = NormalDist().inv_cdf(0.75)  # where the standard deviation is 1


class Interval(NamedTuple):
    """Both ends of a confidence interval."""

    low: float
    high: float


def wilson_interval(num_hits: float, num_trials: float, confidence: float = 0.95) -> Interval | None:
    """Wilson's score interval of a rate (Wilson 1927); None without trials.

    It holds what it promises for few trials too, and does not shrink to nothing at rates of 0 and 1. Hits and trials need
    not be whole numbers, as they must for SciPy: a group may be right in part.
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
    """How often two equally good models would differ at least so unevenly: McNemar's exact test, two-sided.

    Counted are clips that only one of the two models got right; both were asked about the same ones.
    """
    total = num_only_first + num_only_second
    return float(scipy.stats.binomtest(num_only_first, total).pvalue) if total else 1.0


def kolmogorov_smirnov(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """The largest distance of two samples' cumulative distributions, 0 to 1, and how probable so much is by chance."""
    with warnings.catch_warnings():
        # Where rounding takes the exact probability out of 0 to 1, the asymptotic one is as good.
        warnings.simplefilter("ignore", RuntimeWarning)
        result = scipy.stats.ks_2samp(one, other)
    return float(result.statistic), float(result.pvalue)


def robust_deviations(values: Sequence[float] | npt.NDArray[np.float64], least: float) -> npt.NDArray[np.float64]:
    """How many standard deviations each value lies above the median: float64 [num_values].

    The median absolute deviation (MAD) stands in for the standard deviation, since it hardly moves when up to half of the
    values are wrong (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993). It counts as `least` where it is less.
    """
    deviations = np.asarray(values) - np.median(values)
    return np.asarray(deviations / max(float(np.median(np.abs(deviations))) / _MAD_OF_NORMAL, least))
