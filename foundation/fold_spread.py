"""How far models of different folds differ, and what that takes from the answers on all of them. Pure.

A group's answers come from one model, and so do those of all groups of a fold: they share its luck in training. What is pushed
is one more model of that kind. So on the scale of angles, on which a rate varies as much wherever it is, a class's rate in a
fold is taken for the recipe's, moved by its model (normal, of one standard deviation for all classes) and by its clips (as many
as count by how alike a group's clips are). Few folds say little of that deviation: it is averaged over a grid, with a prior by
which trainings of the same recipe usually differ by a few hundredths (a half-normal one, Gelman 2006; the recipe's own rate is
integrated out, as in restricted maximum likelihood).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from foundation.beta_binomial import Floats, normalised

# Radians. Around a rate of one half an angle of 0.03 is a rate of 0.03, around 0.9 of 0.018.
_DEVIATIONS: Floats = np.linspace(0, 0.3, 61)
_USUAL_DEVIATION = 0.03


def shares_that_count(
    hits: Floats, trials: Floats, fold_of: npt.NDArray[np.int64], correlations: Sequence[float]
) -> list[float]:
    """What part of each class's answers counts for the rate of one more model; 1 where models do not differ.

    Args:
      hits, trials: right answers and clips: float64 [num_classes, num_groups] each; a group's classes are in one column.
      fold_of: of each group, from 0 on: int64 [num_groups].
      correlations: of the clips of a group, of each class.
    """
    variance = _model_variance(hits, trials, fold_of, correlations)
    # The mean of the folds' models is known no better than so many allow, and one more model lies around it.
    around = variance * (1 + 1 / (1 + fold_of.max()))
    by_clips = [_sampling_variance(*pair) for pair in zip(trials, correlations, strict=True)]
    return [by_clip / (by_clip + around) if by_clip else 1.0 for by_clip in by_clips]


def _model_variance(
    hits: Floats, trials: Floats, fold_of: npt.NDArray[np.int64], correlations: Sequence[float]
) -> float:
    """Variance between models of different folds, on the scale of angles: mean of what is probable."""
    folds = [fold_of == fold for fold in range(1 + fold_of.max())]
    logarithms = -((_DEVIATIONS / _USUAL_DEVIATION) ** 2) / 2
    for class_hits, class_trials, correlation in zip(hits, trials, correlations, strict=True):
        filled = [fold for fold in folds if class_trials[fold].any()]
        found, clips = (np.array([part[fold].sum() for fold in filled]) for part in (class_hits, class_trials))
        sampling = np.array([_sampling_variance(class_trials[fold], correlation) for fold in filled])
        angles = np.arcsin(np.sqrt((found + 0.375) / (clips + 0.75)))  # Anscombe 1948
        if len(filled) > 1:
            logarithms = logarithms + _log_likelihood(angles, sampling)
    return float(normalised(logarithms) @ _DEVIATIONS**2)


def _sampling_variance(trials: Floats, correlation: float) -> float:
    """Of the angle of a rate that is measured on so many clips of each group; 0 without clips."""
    num_clips = float(trials.sum())
    if not num_clips:
        return 0.0
    return (1 + (float((trials**2).sum()) / num_clips - 1) * correlation) / (4 * num_clips)


def _log_likelihood(angles: Floats, sampling: Floats) -> Floats:
    """Of each deviation on the grid, the recipe's own rate being unknown: float64 [num_deviations]."""
    precisions = 1 / (sampling + _DEVIATIONS[:, None] ** 2)
    total = precisions.sum(axis=1)
    means = (precisions @ angles) / total
    squares = (precisions * (angles - means[:, None]) ** 2).sum(axis=1)
    return np.asarray((np.log(precisions).sum(axis=1) - np.log(total) - squares) / 2)
