"""Whether two samples may be of one distribution."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FEWEST_GROUPS = 8  # of which anything is said
SIGNIFICANCE = 0.01  # over all comparisons of a check
_NUM_PERMUTATIONS = 4999
_TOLERANCE = 1.05
_ROUNDING = 1e-9


def least_distance(one: Sequence[float], other: Sequence[float]) -> float:
    """The Kolmogorov-Smirnov distance of positive numbers, of which any may be 5 % off: 29.97 and 30 are the same rate."""
    return max(_excess(one, other), _excess(other, one))


def shares(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The share of each of the last axis's classes: [..., num_classes], as the counts."""
    return counts / counts.sum(axis=-1, keepdims=True)


def chance_of_moves(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """How probable it is, for each class, that the share of some class in two samples differs as much by chance.

    Segments of one person or place are no independent samples: a chi-squared test would take someone who waves thirty
    times for thirty witnesses. So whole groups change sides at random, and nothing is assumed of how alike their segments
    are (Stedman et al., A SAS Macro for a Clustered Permutation Test, 2009). As each class is compared with the one that
    moves farthest, the number of classes needs no correction (Westfall and Young, Resampling-Based Multiple Testing,
    1993). What was observed counts as one of the ways to take sides, so that nothing is impossible (Phipson and Smyth,
    Permutation P-values Should Never Be Zero, 2010).

    Args:
      one, other: the segments of each class in each group, [num_groups, num_classes].

    Returns:
      Probabilities, [num_classes].
    """
    groups = np.concatenate([one, other])
    totals = groups.sum(axis=0)
    # Always the same ones: what is found in the same data may not change from run to run.
    generator = np.random.default_rng(0)
    orders = (generator.permutation(len(groups)) for _ in range(_NUM_PERMUTATIONS))
    sides = np.stack([groups[order[: len(one)]].sum(axis=0) for order in orders])  # [num_permutations, num_classes]
    farthest = np.abs(shares(sides) - shares(totals - sides)).max(axis=-1)  # [num_permutations]
    observed = np.abs(shares(one.sum(axis=0)) - shares(other.sum(axis=0))) - _ROUNDING  # [num_classes]
    return ((farthest[:, None] >= observed).sum(axis=0) + 1) / (_NUM_PERMUTATIONS + 1)


def _excess(lower: Sequence[float], upper: Sequence[float]) -> float:
    """How much the share of `lower` below some value exceeds that of `upper`, made smaller by the tolerance."""
    values = np.sort(lower)
    share_of_upper = np.searchsorted(np.sort(upper) / _TOLERANCE, values, side="right") / len(upper)
    return float(np.max(np.arange(1, len(values) + 1) / len(values) - share_of_upper, initial=0.0))
