"""Confident learning: which labels contradict what was learned from all others. Pure: arrays in, numbers out.

After Northcutt, Jiang & Chuang, Confident Learning: Estimating Uncertainty in Dataset Labels, JAIR 2021 (arXiv:1911.00068).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_NUM_FOLDS = 10
_MOST_STEPS = 1000
_STRENGTH = 0.1
_TINY = 1e-12


@dataclass(frozen=True)
class Disagreement:
    """What confident learning says of each clip.

    Attributes:
      chosen: int64 [num_clips], the class that it is confidently of and more probably than of its own, else its own; of
        several the most probable one.
      ratios: float64 [num_clips], the probability of `chosen` over the class's threshold.
      margins: float64 [num_clips], that probability minus the one of the clip's own label.
    """

    chosen: npt.NDArray[np.int64]
    ratios: npt.NDArray[np.float64]
    margins: npt.NDArray[np.float64]


def thresholds(probabilities: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The mean probability of each class over the clips that carry its label (equation 2): float64 [num_classes].

    From there on a clip is confidently of a class; so a class that a model is rarely sure of has a low one. Infinite for a
    class without clips.
    """
    own = probabilities[np.arange(len(labels)), labels]
    sums = np.bincount(labels, own, minlength=probabilities.shape[1])
    counts = np.bincount(labels, minlength=probabilities.shape[1])
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), np.inf))


def disagreement(
    probabilities: npt.NDArray[np.float64], labels: npt.NDArray[np.int64], bar: float = 1.0
) -> Disagreement:
    """The confident joint's entry of each clip (equation 1); off its diagonal are the likely label errors.

    Args:
      probabilities: float64 [num_clips, num_classes], from a model that has not seen the clip.
      labels: int64 [num_clips].
      bar: from which multiple of the thresholds on a clip is confidently of a class; 1 in the paper.
    """
    bars = thresholds(probabilities, labels)
    is_confident = probabilities >= bar * bars
    clips = np.arange(len(labels))
    best = np.where(is_confident, probabilities, -1).argmax(axis=1)
    own = probabilities[clips, labels]
    chosen = np.where(is_confident.any(axis=1) & (probabilities[clips, best] > own), best, labels)
    probability = probabilities[clips, chosen]
    return Disagreement(chosen, probability / np.maximum(bars[chosen], _TINY), probability - own)


def out_of_fold(
    features: npt.NDArray[np.float32], labels: npt.NDArray[np.int64], groups: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Probabilities of the classes by logistic regressions of which none saw a clip of the clip's own group.

    Args:
      features: float32 [num_clips, width].
      labels: int64 [num_clips], from 0 on.
      groups: int64 [num_clips]; at least two.

    Returns:
      float64 [num_clips, num_classes]; 0 for a class that only the clip's own fold shows.
    """
    # Scikit-learn is loaded by what learns.
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    probabilities = np.zeros((len(labels), int(labels.max()) + 1))
    num_folds = min(_NUM_FOLDS, len(np.unique(groups)))
    for others, held_out in GroupKFold(num_folds).split(features, labels, groups):
        classes = np.unique(labels[others])
        if len(classes) == 1:
            probabilities[np.ix_(held_out, classes)] = 1
        elif len(held_out):
            probe = make_pipeline(StandardScaler(), LogisticRegression(C=_STRENGTH, max_iter=_MOST_STEPS))
            probe.fit(features[others], labels[others])
            probabilities[np.ix_(held_out, classes)] = probe.predict_proba(features[held_out])
    return probabilities
