"""Checks of segments against their neighbours in the same video."""

from collections import defaultdict
from collections.abc import Iterable
from math import inf

from components.annotation_validator.checks.finding import CheckedSegment, CheckInputs, Finding, Place, Suggestion, Unit
from components.annotation_validator.config import ChecksConfig, Severity
from components.annotations.records.boxes import ABSENT, Edges, boxes_at

# Cut windows of one length differ by no more than a frame's rounding.
_SAME_LENGTH_SECONDS = 0.05
_SAME_ACTOR_IOU = 0.5
_NUM_TIMES = 9
_ROUNDING = 1e-9


def check_nearly_touching(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Segments of one label that follow each other at once, or overlap: one action that was written as several.

    Segments with boxes are not joined, since two actors may do the same; nor are those of a class whose segments all have
    one length, since its videos were labelled window by window.
    """
    bar = config.nearly_touching or 0.0
    for label, segments in inputs.by_label.items():
        lengths = [segment.seconds for segment in segments if segment.seconds]
        if not lengths or max(lengths) - min(lengths) < _SAME_LENGTH_SECONDS:
            continue
        chains = _chains(segments, bar)
        if chains:
            yield Finding(
                check="nearly_touching",
                severity=Severity.WARNING,
                message=f"class {label!r}: {sum(map(len, chains))} segments follow another of the same label within "
                f"{bar:g} s, or are followed; they look like {len(chains)} actions, each cut into pieces",
                remedy="Join them where they are one action; an action's pieces are no examples of it.",
                value=max(0.0, min(gap for chain in chains for gap, _ in chain[1:])),
                bar=bar,
                unit=Unit.SECONDS,
                places=tuple(place for chain in chains for place in _joined([segment for _, segment in chain])),
            )


def _chains(segments: Iterable[CheckedSegment], bar: float) -> list[list[tuple[float, CheckedSegment]]]:
    """Segments of one label that belong together, two at least, each with the gap before it (negative: overlap)."""
    by_video: dict[str, list[CheckedSegment]] = defaultdict(list)
    for segment in segments:
        if segment.end_seconds is not None and not segment.record.boxes and not segment.record.masks:
            by_video[segment.video].append(segment)
    chains: list[list[tuple[float, CheckedSegment]]] = []
    for in_video in by_video.values():
        end = -inf
        for segment in sorted(in_video, key=lambda segment: segment.start_seconds):
            gap = segment.start_seconds - end
            if gap > bar + _ROUNDING:
                chains.append([])
            chains[-1].append((gap, segment))
            end = max(end, segment.end_seconds or 0.0)
    return [chain for chain in chains if len(chain) > 1]


def _joined(chain: list[CheckedSegment]) -> list[Place]:
    end = max(segment.end_seconds or 0.0 for segment in chain)
    first, *others = chain
    whole = Suggestion(end_seconds=end) if end != first.end_seconds else None
    return [first.place(whole), *(segment.place(Suggestion(delete=True)) for segment in others)]


def check_overlapping_labels(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Frames that carry two labels: the same pictures are examples of both classes.

    Segments whose boxes lie elsewhere show different actors and do not count.
    """
    bar = config.overlapping_labels or 0.0
    pairs: dict[tuple[str, str], list[tuple[float, CheckedSegment, CheckedSegment]]] = defaultdict(list)
    for segments in inputs.by_video.values():
        for share, one, other in _overlaps(segments):
            if share > bar and not _shows_different_actors(one, other):
                first, second = sorted((one.label, other.label))
                pairs[first, second].append((share, one, other))
    for (first, second), overlaps in sorted(pairs.items()):
        overlaps.sort(key=lambda item: -item[0])
        is_contradiction = inputs.is_background(first) or inputs.is_background(second)
        videos = len({one.video for _, one, _ in overlaps})
        yield Finding(
            check="overlapping_labels",
            severity=Severity.ERROR if is_contradiction else Severity.WARNING,
            message=f"labels {first!r} and {second!r} share frames: {len(overlaps)} pairs of segments in {videos} videos "
            f"overlap, by up to {overlaps[0][0]:.0%} of the shorter one",
            remedy="Give each frame one label: end one segment where the other begins, or make one class of both.",
            value=overlaps[0][0],
            bar=bar,
            unit=Unit.SHARE,
            places=tuple(segment.place() for _, one, other in overlaps for segment in (one, other)),
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
    records = one.record, other.record
    if not all(record.boxes for record in records):
        return False
    if len({(record.time_unit, record.space_unit) for record in records}) > 1:
        return True
    times = sorted({box.time for record in records for box in record.boxes})
    times = times[:: max(1, len(times) // _NUM_TIMES)]
    tracks = [boxes_at(record.boxes, times, tolerance=_ROUNDING) for record in records]
    both = [
        intersection_over_union(one_edges, other_edges)
        for one_edges, other_edges, *validity in zip(
            tracks[0].edges, tracks[1].edges, tracks[0].validity, tracks[1].validity, strict=True
        )
        if ABSENT not in validity
    ]
    return not both or sum(both) / len(both) < _SAME_ACTOR_IOU


def intersection_over_union(one: Edges, other: Edges) -> float:
    """Of two boxes [x_min, y_min, x_max, y_max]; 0 where they do not meet."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(edges[2] - edges[0]) * (edges[3] - edges[1]) for edges in (one, other)]
    return width * height / (sum(areas) - width * height)
