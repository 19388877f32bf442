"""Whether a model is worse than an earlier one on the same clips, or only less lucky. Pure.

Were both equally good, each group's answers might as well be the other model's. So they are exchanged, group by group and in
all classes at once, in every way or in many: how often does as large a drop come about? That holds however alike a group's
clips are (Fisher 1935; Winkler et al. 2015 for whole blocks), and however the classes hang together, since the largest drop of
all classes and of their mean is counted each time (Westfall and Young, Resampling-Based Multiple Testing, 1993).
"""

from typing import NamedTuple

import numpy as np

from foundation.beta_binomial import Floats

_NUM_FLIPS = 9999
_MOST_EXACT_GROUPS = 13
_SEED = 20240229
# Sums of the same numbers in another order differ by as much.
_ROUNDING = 1e-9


class PairedDrops(NamedTuple):
    """What was lost from the earlier model to the candidate.

    Attributes:
      drops: of each class's rate: float64 [num_classes], NaN for a class without clips.
      p_values: how often chance alone makes the most conspicuous drop, of all classes and their mean, as conspicuous as that
        of each class: float64 [num_classes].
      mean_drop: mean of `drops`.
      mean_p_value: the same for the mean. So a model that is as good fails by any of them no more often than by one.
      smallest_p_values: no less could have come out, with so few groups on which the models differ: float64 [num_classes].
    """

    drops: Floats
    p_values: Floats
    mean_drop: float
    mean_p_value: float
    smallest_p_values: Floats


def paired_drops(
    hits_earlier: Floats, hits_candidate: Floats, trials: Floats, num_flips: int = _NUM_FLIPS
) -> PairedDrops:
    """Compare two models on the same clips: float64 [num_classes, num_groups] each; a group's classes are of one column.

    The same input gives the same p-values.
    """
    num_clips = trials.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(num_clips > 0, (hits_earlier - hits_candidate) / num_clips, 0)
    flips = _flips(int(np.any(hits_earlier != hits_candidate, axis=0).sum()), num_flips)
    counted = shares[:, np.any(hits_earlier != hits_candidate, axis=0)]
    rows = np.concatenate([counted, counted.mean(axis=0, keepdims=True)]) if len(counted) else counted
    sizes = np.sqrt((rows**2).sum(axis=1, keepdims=True))
    scaled = np.divide(rows, sizes, out=np.zeros_like(rows), where=sizes > 0)
    by_chance = flips @ scaled.T
    measured = scaled.sum(axis=1)
    p_values = (by_chance.max(axis=1)[:, None] >= measured - _ROUNDING).mean(axis=0)
    drops = np.where(num_clips[:, 0] > 0, shares.sum(axis=1), np.nan)
    num_different = (counted != 0).sum(axis=1)
    return PairedDrops(
        drops=drops,
        p_values=p_values[:-1],
        mean_drop=float(np.nanmean(drops)),
        mean_p_value=float(p_values[-1]),
        smallest_p_values=0.5**num_different,
    )


def _flips(num_groups: int, num_flips: int) -> Floats:
    """Signs of the groups, the measured ones first: every way to exchange them, or so many: [num_flips, num_groups]."""
    if num_groups <= _MOST_EXACT_GROUPS:
        ways = np.arange(2**num_groups)[:, None] >> np.arange(num_groups) & 1
    else:
        drawn = np.random.default_rng(_SEED).integers(0, 2, (num_flips, num_groups))
        ways = np.concatenate([np.zeros((1, num_groups), np.int64), drawn])
    return np.asarray(1.0 - 2 * ways)
