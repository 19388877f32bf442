"""Frames that carry two labels: the same pictures are examples of both classes.

Segments whose boxes lie elsewhere show different actors. They do not count, but for a note: clips that are cut around their
actors do not share a pixel.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby

from components.annotation_validator.findings import Found, Severity
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import CheckedSegment, places
from components.annotations.records.actors import agreement

_SAME_ACTOR_IOU = 0.5


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    pairs: dict[tuple[str, str], list[tuple[float, CheckedSegment, CheckedSegment]]] = defaultdict(list)
    of_several: list[tuple[float, CheckedSegment, CheckedSegment]] = []
    for _, segments in groupby(inputs.segments, lambda segment: segment.video):
        for share, one, other in _overlaps(segments):
            if share > bar and _shows_different_actors(one, other):
                of_several.append((share, one, other))
            elif share > bar:
                first, second = sorted((one.label, other.label))
                pairs[first, second].append((share, one, other))
    for (first, second), overlaps in sorted(pairs.items()):
        overlaps.sort(key=lambda item: -item[0])
        is_contradiction = inputs.is_background(first) or inputs.is_background(second)
        num_videos = len({one.video for _, one, _ in overlaps})
        yield Found(
            message=f"labels {first!r} and {second!r} share frames: {len(overlaps)} pairs of segments in {num_videos} videos "
            f"overlap, by up to {overlaps[0][0]:.0%} of the shorter one",
            remedy="Give each frame one label: end one segment where the other begins, or make one class of both. If both are "
            "right, set model.labels: several.",
            value=overlaps[0][0],
            places=places(segment for _, *pair in overlaps for segment in pair),
            severity=Severity.ERROR if is_contradiction else None,
        )
    if of_several and not inputs.inspection.sampling.cuts_clips:
        yield _whole_frames_of_several(of_several)


def _whole_frames_of_several(overlaps: Sequence[tuple[float, CheckedSegment, CheckedSegment]]) -> Found:
    """That clips of different people have the same frames as long as these are not cut."""
    num_videos = len({one.video for _, one, _ in overlaps})
    return Found(
        message=f"people who do different things share frames: {len(overlaps)} pairs of segments in {num_videos} videos "
        "overlap, with boxes that lie elsewhere, and each clip shows both",
        remedy="Set sampling.crop_to_boxes: 0.15, so that each clip is cut around its own actor.",
        value=max(share for share, _, _ in overlaps),
        places=places(segment for _, *pair in overlaps for segment in pair),
        severity=Severity.NOTE,
    )


def _overlaps(segments: Iterable[CheckedSegment]) -> Iterable[tuple[float, CheckedSegment, CheckedSegment]]:
    """Pairs of different labels with the share of the shorter one that both cover."""
    active: list[CheckedSegment] = []
    for segment in sorted(segments, key=lambda segment: segment.start_seconds):
        active = [each for each in active if (each.end_seconds or 0.0) > segment.start_seconds]
        for other in active:
            shared = min(segment.end_seconds or 0.0, other.end_seconds or 0.0) - segment.start_seconds
            shorter = min(segment.seconds or 0.0, other.seconds or 0.0)
            if segment.label != other.label and shared > 0 and shorter > 0:
                yield shared / shorter, other, segment
        active.append(segment)


def _shows_different_actors(one: CheckedSegment, other: CheckedSegment) -> bool:
    """Whether both have boxes, and these do not lie on each other while both segments last."""
    one_record, other_record = one.record, other.record
    return bool(one_record.boxes and other_record.boxes) and agreement(one_record, other_record) < _SAME_ACTOR_IOU
