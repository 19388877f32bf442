"""Intervals of accuracy and F1 by resampling groups. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from components.evaluator.confusion import ConfusionMatrix
from foundation.statistics import Interval

_NUM_RESAMPLES = 2000


class GroupIntervals(NamedTuple):
    """Intervals of accuracy and of each class's F1; None if resampling says nothing."""

    accuracy: Interval | None
    f1: dict[str, Interval | None]


def bootstrap_groups(matrices: Sequence[ConfusionMatrix], confidence: float = 0.95) -> GroupIntervals | None:
    """Percentile intervals over whole groups drawn with replacement (Efron 1979); None with fewer than two groups.

    Clips of one group resemble each other, so the same number of clips says less if it comes from fewer groups; resampling
    clips would hide that. If all groups are alike, or only one has clips of a class, resampling says nothing. The same
    matrices, one for each group, always give the same intervals.
    """
    if len(matrices) < 2:
        return None
    classes = matrices[0].classes
    counts = np.array([matrix.counts for matrix in matrices], np.float64)  # [groups, classes, classes]
    num_groups = len(matrices)
    draws = np.random.default_rng(0).multinomial(num_groups, [1 / num_groups] * num_groups, _NUM_RESAMPLES)
    totals = np.tensordot(draws, counts, axes=1)  # [resamples, classes, classes]
    hits = np.diagonal(totals, axis1=1, axis2=2)  # [resamples, classes]
    true, predicted = totals.sum(axis=2), totals.sum(axis=1)
    with np.errstate(invalid="ignore"):
        accuracy = hits.sum(axis=1) / true.sum(axis=1)
        # F1 of a class without clips is not defined, in a resample as in the whole split.
        f1 = np.where(true > 0, 2 * hits / (true + predicted), np.nan)
    groups_with = (counts.sum(axis=2) > 0).sum(axis=0)  # [classes]
    return GroupIntervals(
        _percentiles(accuracy, confidence),
        {label: _percentiles(f1[:, i], confidence) if groups_with[i] > 1 else None for i, label in enumerate(classes)},
    )


def _percentiles(values: npt.NDArray[np.float64], confidence: float) -> Interval | None:
    defined = values[~np.isnan(values)]
    if not defined.size:
        return None
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2]).tolist()
    return Interval(low, high) if low < high else None
