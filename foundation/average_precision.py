"""How well the clips of a class are ranked before all others. Pure."""

import numpy as np
import numpy.typing as npt


def average_precision(scores: npt.NDArray[np.float32], is_positive: npt.NDArray[np.bool_]) -> float | None:
    """Mean of the precisions at each recall that is reached, as scikit-learn's `average_precision_score` defines it.

    Clips of the same score are in the ranking together or not at all, so their order does not matter.

    Args:
      scores: float32 [clips].
      is_positive: bool [clips], whether each clip is of the class.

    Returns:
      None where no clip is of the class.
    """
    if not is_positive.any():
        return None
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last_of_equals = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    hits = np.cumsum(is_positive[order])[last_of_equals]
    precision, recall = hits / (last_of_equals + 1), hits / hits[-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))
