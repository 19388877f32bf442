"""From which probability on a clip is said to have a class, where clips may have several labels."""

import numpy as np
import numpy.typing as npt

_HALF = 0.5


def choose_thresholds(probabilities: npt.NDArray[np.float32], sets: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """The threshold of each class, by clips that it has not learned from: float32 [classes].

    Of the thresholds with which F1 is as high as it can be, or lower by no more than one clip decides, it is the one nearest
    to one half. The highest itself would be luck: one clip more would put it elsewhere. It lies halfway between two
    probabilities, and is one half where no clip has the class.

    Args:
      probabilities: float32 [clips, classes].
      sets: int64 [clips, classes], 1 for each class that a clip has, 0 for each that it has not; other clips are left out.
    """
    of_classes = zip(probabilities.T, sets.T, strict=True)
    return np.array([_nearest(scores[has >= 0], has[has >= 0]) for scores, has in of_classes], np.float32)


def _nearest(scores: npt.NDArray[np.float32], has: npt.NDArray[np.int64]) -> float:
    if not has.any():
        return _HALF
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order].astype(np.float64), np.cumsum(has[order])
    below = np.append(ranked[1:], -1.0)
    # Clips with equal probabilities are on the same side of any threshold.
    ends = np.flatnonzero(ranked > below)
    middles = ((ranked + np.maximum(below, 0)) / 2).astype(np.float32)
    middles = np.where(middles > below, middles, ranked)  # two neighbours in float32 have nothing between them
    middles = np.where((below < _HALF) & (ranked >= _HALF), _HALF, middles)[ends]
    chosen_and_all = ends + 1 + hits[-1]
    f1 = 2 * hits[ends] / chosen_and_all
    is_as_good = f1 >= f1.max() - 2 / chosen_and_all[f1.argmax()]
    candidates = middles[is_as_good]
    return float(candidates[np.abs(candidates - _HALF).argmin()])
