"""Long videos of which one segment covers everything: the action itself is hardly in the frames that are sampled."""

from collections.abc import Iterable

from components.annotation_validator.analysis.by_class import find_beyond
from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import CheckedSegment

_WHOLE = 0.95


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    def length_if_whole(segment: CheckedSegment) -> float | None:
        length = inputs.video_seconds(segment)
        return length if (segment.seconds or 0.0) > _WHOLE * length else None

    for beyond in find_beyond(inputs.actions, length_if_whole, lambda length: length > bar):
        yield beyond.found(
            f"class {beyond.label!r}: {len(beyond.segments)} of {beyond.num_looked_at} segments are whole videos of up to "
            f"{beyond.worst:.0f} s; frames are sampled over all of it, and few show the action",
            "Annotate when the action begins and ends, or set sampling.window_seconds.",
        )
