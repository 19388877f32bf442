"""Why a span is suggested, in a few words. Pure."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from foundation.messages.wording import counted
from pipeline.suggestion.spans import Floats, Known, SeenSpan

_LITTLE_MARGIN = 0.4
_MUCH_DISAGREEMENT = 0.1
_LIKELY = 0.25  # a probability with which a class is worth a word
_RARE = 0.5  # of the mean number of rows
_FEWEST_KNOWN = 5
_FAR_QUANTILE = 0.95
_ROWS_AT_ONCE = 1024
_MOST_REASONS = 3


class Reasons:
    """What is special about spans, beside all that is annotated."""

    def __init__(self, spans: Sequence[SeenSpan], known: Known, is_far: npt.NDArray[np.bool_]) -> None:
        """`is_far`: which spans are unlike all that is annotated, bool [spans]."""
        self._spans, self._known, self._is_far = spans, known, is_far
        self._mean_rows = sum(known.num_annotated.values()) / max(1, len(known.classes))

    def why(self, number: int) -> str:
        """The reasons for a span, the strongest first, with semicolons between them; never empty."""
        span = self._spans[number]
        order = np.argsort(-span.probabilities, kind="stable")
        first, second = (self._known.classes[index] for index in order[:2])
        likely = [self._known.classes[index] for index in order if span.probabilities[index] >= _LIKELY]
        found = [self._known.gaps[label] for label in likely if label in self._known.gaps][:1]
        if span.probabilities[order[0]] - span.probabilities[order[1]] <= _LITTLE_MARGIN:
            found.append(f"unsure between {first} and {second}")
        if span.disagreement >= _MUCH_DISAGREEMENT:
            found.append("answers change from window to window")
        if self._is_far[number]:
            found.append("unlike anything annotated")
        found += [self._rarity(label) for label in likely[:1] if self._is_rare(label)]
        return "; ".join(found[:_MOST_REASONS]) or "stands for much that is not annotated"

    def _is_rare(self, label: str) -> bool:
        return self._known.num_annotated.get(label, 0) < _RARE * self._mean_rows

    def _rarity(self, label: str) -> str:
        return f"class {label} is rare: {counted(self._known.num_annotated.get(label, 0), 'row')}"


def stand_out(features: Floats, known: Floats) -> npt.NDArray[np.bool_]:
    """Which spans are farther from all that is annotated than annotated spans are from each other: bool [spans].

    Args:
      features, known: float32 [spans, width], of spans and of annotated ones.
    """
    if len(known) < _FEWEST_KNOWN:
        return np.zeros(len(features), bool)
    usual = np.quantile(_nearest(known, known, leave_own=True), _FAR_QUANTILE)
    return np.asarray(_nearest(features, known) > usual)


def _nearest(features: Floats, known: Floats, *, leave_own: bool = False) -> npt.NDArray[np.float64]:
    """Distance to the nearest of `known`: float64 [spans]. `leave_own`: both are the same, and none is its own neighbour."""
    squares = np.square(known).sum(axis=1)
    found = np.empty(len(features))
    for start in range(0, len(features), _ROWS_AT_ONCE):
        rows = features[start : start + _ROWS_AT_ONCE]
        distances = np.square(rows).sum(axis=1)[:, None] + squares - 2 * rows @ known.T
        if leave_own:
            distances[np.arange(len(rows)), start + np.arange(len(rows))] = np.inf
        found[start : start + len(rows)] = np.sqrt(np.maximum(distances.min(axis=1), 0))
    return found
