"""Segments that begin or end with what a trained model does not take for their label.

Where motion suggests bounds, these count: they are more exact. Nothing is said within the scores' own uncertainty.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from components.annotation_validator.findings import Found, Place, Suggestion
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import Bounds, LabelScores
from components.annotation_validator.inputs.segments import CheckedSegment

# A model that never takes a segment for its label has nothing to say of its bounds.
_LEAST_PEAK = 0.5
# Of the peak: a model that takes even the least likely window for the label sees no end of the action.
_HIGHEST_FLOOR = 0.5


@dataclass(frozen=True)
class Recognised:
    """Between which seconds a model takes a segment for its label, and by how many of them it may be off."""

    bounds: Bounds
    uncertainty: float


def recognise(scores: LabelScores) -> Recognised | None:
    """From the start of the first window that is taken for the label to the end of the last; None if that cannot be told.

    A window is, if its probability lies above the middle between the segment's highest and lowest: a model may be sure of
    one person and hesitate with another, and what it makes of rest depends on what its classes are. Crossings of that
    level are interpolated between windows. A crossing lies where a part of the window shows the action, and how large a
    part is not known: so the bounds may be off by half of a window.
    """
    values = scores.probabilities.astype(np.float64)
    highest, lowest = float(values.max()), float(values.min())
    if highest < _LEAST_PEAK or lowest > _HIGHEST_FLOOR * highest:
        return None
    level = (highest + lowest) / 2
    inside = np.flatnonzero(values >= level)
    first, last = int(inside[0]), int(inside[-1])
    start, end = float(scores.starts[first]), float(scores.ends[last])
    if first > 0:
        start = float(np.interp(level, values[[first - 1, first]], scores.starts[[first - 1, first]]))
    if last < len(values) - 1:
        end = float(np.interp(level, values[[last + 1, last]], scores.ends[[last + 1, last]]))
    length, spacing = float(scores.ends[0] - scores.starts[0]), float(np.diff(scores.starts).max())
    return Recognised((start, end), max(length / 2, spacing))


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    for label, segments in inputs.actions.items():
        doubtful = sorted(_doubtful(inputs, segments, bar), key=lambda item: -item[0])
        if doubtful:
            yield Found(
                message=f"class {label!r}: {len(doubtful)} of {len(segments)} segments begin or end with what the model does "
                f"not take for it, for up to {doubtful[0][0]:.2g} s",
                remedy="Look at the suggested bounds, and move the present ones where the model is right.",
                value=doubtful[0][0],
                places=tuple(place for _, place in doubtful),
            )


def _doubtful(inputs: CheckInputs, segments: Iterable[CheckedSegment], bar: float) -> Iterator[tuple[float, Place]]:
    """The longer of head and tail in seconds, and the place with suggested bounds."""
    for segment, measures in inputs.measured(segments):
        scores = inputs.scores.get(segment.id)
        found = recognise(scores) if scores else None
        if found is None or segment.id in inputs.settled:
            continue
        least = max(bar, found.uncertainty)
        start, end = found.bounds
        head, tail = start - measures.bounds[0], measures.bounds[1] - end
        if max(head, tail) > least:
            suggestion = Suggestion(
                start_seconds=round(start, 2) if head > least else None,
                end_seconds=round(end, 2) if tail > least else None,
            )
            yield max(head, tail), segment.place(suggestion)
