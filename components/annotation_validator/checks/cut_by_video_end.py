"""Segments that end with their video and are much shorter than those of their class that do not."""

from collections.abc import Iterable
from math import inf
from statistics import median

from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import CheckedSegment, places

# Fewer segments have no usual length.
_FEWEST = 8


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    for label, segments in inputs.actions.items():
        complete: list[float] = []
        shortest_last = inf
        for each in segments:
            seconds = each.seconds
            if seconds and not _ends_with_video(inputs, each):
                complete.append(seconds)
            elif seconds and each.start_seconds > 0:
                shortest_last = min(shortest_last, seconds)
        usual = median(complete) if len(complete) >= _FEWEST else 0.0
        if not usual or shortest_last / usual >= bar:
            continue
        cut = [
            (each.seconds / usual, each)
            for each in segments
            if each.seconds and each.seconds / usual < bar and each.start_seconds > 0 and _ends_with_video(inputs, each)
        ]
        cut.sort(key=lambda item: item[0])
        yield Found(
            message=f"class {label!r}: {len(cut)} segments end with their video after {cut[0][0]:.0%} or more of the "
            f"usual {usual:.3g} s; the rest of the action is missing",
            remedy="Delete them, or replace the videos by recordings that hold the whole action.",
            value=cut[0][0],
            places=places(segment for _, segment in cut),
        )


def _ends_with_video(inputs: CheckInputs, segment: CheckedSegment) -> bool:
    facts = inputs.videos.get(segment.video)
    if not facts or not facts.duration_seconds or segment.end_seconds is None:
        return False
    return segment.end_seconds >= facts.duration_seconds - 1.5 * facts.frame_seconds
