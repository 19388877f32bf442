"""Whether two sets of groups differ in any of many numbers, with one rate of false alarms for all of them. Pure.

What is measured on clips of one group (a person, a camera, a client) is alike, so groups are compared and not clips.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foundation.statistics import Interval

Matrix = npt.NDArray[np.float64]

_NUM_PERMUTATIONS, _NUM_RESAMPLES = 1999, 2000
# Share of the pooled variance that is added to each: without it, numbers that hardly vary in a few groups would decide.
_SHRINKAGE = 0.02
_LABELS_AT_ONCE = 10**6
_SEED = 0


class Differences(NamedTuple):
    """How two sets of groups differ in each number.

    Attributes:
      difference: mean over groups of the one less that of the other, float64 [num_numbers].
      p_values: how often, if both came from the same population, any number would differ as clearly, float64 [num_numbers].
    """

    difference: Matrix
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

    Labels are exchanged between whole groups, and each number's p-value counts how often the largest of all Welch statistics
    reached its own (Westfall and Young, Resampling-Based Multiple Testing, 1993): so the probability of any false alarm is
    bounded however many numbers there are and however they depend on each other. The statistic is studentised, by which it
    holds for groups of unequal sizes too, if there are many (Chung and Romano, Annals of Statistics 41, 2013).
    """
    both = np.concatenate([one, other])  # [groups, numbers]
    rng = np.random.default_rng(_SEED)
    labels = np.tile(np.arange(len(both)) < len(one), (_NUM_PERMUTATIONS, 1))
    # A few at a time, since there may be many groups.
    parts = np.array_split(rng.permuted(labels, axis=1), max(1, labels.size // _LABELS_AT_ONCE))
    largest = np.concatenate([np.abs(_welch(part, both)).max(axis=1) for part in parts])  # [permutations]
    observed = np.abs(_welch(labels[:1], both)[0])
    reached = (largest[:, np.newaxis] >= observed - 1e-9).sum(axis=0)
    return Differences(one.mean(axis=0) - other.mean(axis=0), (1 + reached) / (1 + _NUM_PERMUTATIONS))


def interval_of_difference(one: Matrix, other: Matrix, confidence: float = 0.95) -> list[Interval]:
    """Bootstrap intervals of the difference of the means, by groups: one for each number, for itself alone."""
    rng = np.random.default_rng(_SEED)
    drawn = [_resampled_means(rng, values) for values in (one, other)]  # [resamples, numbers] each
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn[0] - drawn[1], (tail, 1 - tail), axis=0)
    return [Interval(*ends) for ends in zip(low.tolist(), high.tolist(), strict=True)]


def _resampled_means(rng: np.random.Generator, values: Matrix) -> Matrix:
    counts = rng.multinomial(len(values), np.full(len(values), 1 / len(values)), size=_NUM_RESAMPLES)
    return np.asarray(counts @ values / len(values))


def _welch(is_one: npt.NDArray[np.bool_], values: Matrix) -> Matrix:
    """Difference of the means over its standard error, for each labelling [labellings, groups]: [labellings, numbers]."""
    centred = values - values.mean(axis=0)
    pooled = centred.var(axis=0)
    means, errors = [], np.zeros((len(is_one), values.shape[1]))
    for label in (is_one, ~is_one):
        weights = label.astype(np.float64)
        size = weights.sum(axis=1, keepdims=True)
        mean = weights @ centred / size
        variance = np.maximum(weights @ centred**2 / size - mean**2, 0) * size / (size - 1)
        errors += (variance + _SHRINKAGE * pooled) / size
        means.append(mean)
    difference = means[0] - means[1]
    return np.divide(difference, np.sqrt(errors), out=np.zeros_like(difference), where=errors > 1e-18)
