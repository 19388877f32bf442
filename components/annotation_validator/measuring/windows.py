"""The windows in which a trained model is asked whether a segment shows its label. Pure: numbers in, numbers out."""

import math

import numpy as np
import numpy.typing as npt

from components.annotation_validator.inputs.measures import Bounds
from models.export_info import ExportInfo

# Of a training clip: in longer windows the network recognises an action by a part of it, and its bounds blur.
_LENGTH = 0.5
_STEPS_A_WINDOW = 5
# Of a long segment the windows are further apart: a network's answer takes much longer than a frame's decoding.
_MOST_WINDOWS = 100


def window_seconds(info: ExportInfo, label: str) -> float | None:
    """How long a label's windows are: half of its median training clip; None if the model's card does not have it."""
    median = info.clip_seconds.get(label, (0.0, 0.0, 0.0))[1]
    return _LENGTH * median if median > 0 else None


def window_starts(bounds: Bounds, length: float) -> npt.NDArray[np.float64]:
    """When the windows of a segment begin: the first with the segment, the last so that it ends with it; float64 [num_windows].

    They are a fifth of their length apart, or a little less. A segment that is shorter than a window has none.
    """
    start, end = bounds
    last = end - length
    if last < start:
        return np.empty(0)
    num_windows = 1 + math.ceil((last - start) / (length / _STEPS_A_WINDOW))
    return np.linspace(start, last, min(num_windows, _MOST_WINDOWS))
