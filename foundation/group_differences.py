"""Whether two sets of groups differ in any of many numbers, with one rate of false alarms for all of them. Pure.

What is measured on clips of one group (a person, a camera, a client) is alike, so groups are compared and not clips.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

# SciPy loads its parts when they are first used.
import scipy

Matrix = npt.NDArray[np.float64]

_NUM_PERMUTATIONS = 1999
_CONFIDENCE = 0.95
_LEAST_ERROR = 1e-9
# Share of the pooled variance that is added to each: without it, numbers that hardly vary in a few groups would decide.
_SHRINKAGE = 0.02
_LABELS_AT_ONCE = 10**6
_SEED = 0


class Differences(NamedTuple):
    """How two sets of groups differ in each number; float64 [num_numbers] each.

    Attributes:
      difference: mean over groups of the one less that of the other.
      low, high: Welch's 95 % interval of each, for itself alone.
      p_values: how often, if both came from the same population, any number would differ as clearly.
    """

    difference: Matrix
    low: Matrix
    high: Matrix
    p_values: Matrix


def group_means(values: Matrix, groups: npt.NDArray[np.str_]) -> Matrix:
    """Means of each group's rows: from float64 [num_rows, num_numbers] to [num_groups, num_numbers], by name."""
    names, index = np.unique(groups, return_inverse=True)
    sums = np.zeros((len(names), values.shape[1]))
    np.add.at(sums, index, values)
    return sums / np.bincount(index)[:, np.newaxis]


def thin_like(groups: npt.NDArray[np.str_], others: npt.NDArray[np.str_]) -> npt.NDArray[np.bool_]:
    """Rows to keep, bool [num_rows], so that groups are of such sizes as the other set's; those are names of groups too.

    If there are fewer other groups and they have fewer rows, their means are noisier. Labels could not be exchanged then.
    """
    rng = np.random.default_rng(_SEED)
    names, index = np.unique(groups, return_inverse=True)
    sizes = rng.choice(np.unique(others, return_counts=True)[1], len(names))  # [groups]
    order = rng.permutation(len(groups))
    order = order[np.argsort(index[order], kind="stable")]  # shuffled within each group
    counts = np.bincount(index)
    position = np.arange(len(groups)) - np.repeat(np.cumsum(counts) - counts, counts)
    keep = np.zeros(len(groups), dtype=bool)
    keep[order] = position < np.repeat(sizes, counts)
    return keep


def find_differences(one: Matrix, other: Matrix) -> Differences:
    """Compare means over groups, float64 [num_groups, num_numbers], of which both sets have two groups or more.

    A p-value is the larger one of two, of which each bounds the probability of any false alarm, however many numbers there are.
    Where whole groups exchange labels, it is how often the clearest of all differences reaches this one (Westfall and Young,
    Resampling-Based Multiple Testing, 1993), however the numbers are distributed. By Welch's test, with Holm's correction,
    groups of the one set may vary more than those of the other, which an exchange of few groups takes for a difference.
    """
    both = np.concatenate([one, other])  # [groups, numbers]
    labels = np.tile(np.arange(len(both)) < len(one), (_NUM_PERMUTATIONS, 1))
    # A few at a time, since there may be many groups.
    exchanged = np.random.default_rng(_SEED).permuted(labels, axis=1)
    parts = np.array_split(exchanged, max(1, labels.size // _LABELS_AT_ONCE))
    clearest = np.concatenate([_compare(part, both).clearness.max(axis=1) for part in parts])  # [permutations]
    observed = _compare(labels[:1], both)
    reached = (clearest[:, np.newaxis] >= observed.clearness[0] - 1e-9).sum(axis=0)
    half = observed.error[0] * scipy.special.stdtrit(observed.freedom[0], 0.5 + _CONFIDENCE / 2)
    difference = observed.difference[0]
    p_values = (1 + reached) / (1 + _NUM_PERMUTATIONS)
    varies = observed.error[0] > _LEAST_ERROR  # what is the same everywhere cannot raise an alarm
    p_values[varies] = np.maximum(p_values[varies], _holm(2 * scipy.special.ndtr(-observed.clearness[0, varies])))
    return Differences(difference, difference - half, difference + half, p_values)


def _holm(p_values: Matrix) -> Matrix:
    """Corrected for their number, float64 [num_numbers]: Holm, Scandinavian Journal of Statistics 6, 1979."""
    order = np.argsort(p_values)
    corrected = np.empty_like(p_values)
    corrected[order] = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    return np.minimum(corrected, 1.0)


class _Welch(NamedTuple):
    """Difference of means, its standard error, the degrees of freedom, and how clear it is, as a normal deviate: [labellings,
    numbers] each."""

    difference: Matrix
    error: Matrix
    freedom: Matrix

    @property
    def clearness(self) -> Matrix:
        """The deviate of a normal distribution that is as improbable as Welch's statistic."""
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = np.where(self.error > _LEAST_ERROR, np.abs(self.difference) / self.error, 0.0)
        return np.asarray(-scipy.special.ndtri(np.maximum(scipy.special.stdtr(self.freedom, -statistic), 1e-300)))


def _compare(is_one: npt.NDArray[np.bool_], values: Matrix) -> _Welch:
    """Welch's test for each labelling [labellings, groups] of the groups' values."""
    centred = values - values.mean(axis=0)
    pooled = centred.var(axis=0)
    means, errors, squares = [], [], []
    for label in (is_one, ~is_one):
        weights = label.astype(np.float64)
        size = weights.sum(axis=1, keepdims=True)
        mean = weights @ centred / size
        variance = np.maximum(weights @ centred**2 / size - mean**2, 0) * size / (size - 1) + _SHRINKAGE * pooled
        means.append(mean)
        errors.append(variance / size)
        squares.append((variance / size) ** 2 / (size - 1))
    total = errors[0] + errors[1]
    freedom = np.divide(total**2, squares[0] + squares[1], out=np.ones_like(total), where=total > _LEAST_ERROR**2)
    return _Welch(means[0] - means[1], np.sqrt(total), freedom)
