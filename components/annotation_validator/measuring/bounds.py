"""Which of a video's bursts of motion belong to which of its segments."""

from collections.abc import Sequence

from components.annotation_validator.inputs.measures import Bounds
from components.annotation_validator.measuring.activity import Burst

_SAME_TIME = 0.5
_LEAST_SHARE = 0.5


def active_bounds(segments: Sequence[Bounds], bursts: Sequence[Burst]) -> list[Bounds | None]:
    """From when to when something moves in each segment that is its own, never beyond its bounds; None if nothing does.

    A burst that reaches into several segments belongs to the one in whose middle it is, measured in its length; segments
    that share most of their time (several actors) share their bursts too. Of a burst that lies mostly outside of a
    segment, what lies in it counts only if the segment has no other.

    Args:
      segments: start and end in seconds, in any order.
      bursts: of the whole video.
    """
    return [_bounds_of(number, segments, bursts) for number in range(len(segments))]


def _bounds_of(number: int, segments: Sequence[Bounds], bursts: Sequence[Burst]) -> Bounds | None:
    start, end = segments[number]
    own = [burst for burst in bursts if burst.overlap(start, end) > 0 and _is_owner(burst, number, segments)]
    whole = [burst for burst in own if burst.overlap(start, end) >= _LEAST_SHARE * (burst.end - burst.start)]
    chosen = whole or own
    return (max(start, chosen[0].start), min(end, chosen[-1].end)) if chosen else None


def _is_owner(burst: Burst, number: int, segments: Sequence[Bounds]) -> bool:
    own = segments[number]
    return not any(
        burst.overlap(*other) > 0
        and _distance(burst, other) < _distance(burst, own)
        and burst.overlap(*other) >= _LEAST_SHARE * burst.overlap(*own)
        and _shared(own, other) < _SAME_TIME
        for position, other in enumerate(segments)
        if position != number
    )


def _distance(burst: Burst, segment: Bounds) -> float:
    start, end = segment
    return abs((burst.start + burst.end) / 2 - (start + end) / 2) / (end - start)


def _shared(one: Bounds, other: Bounds) -> float:
    """Intersection over union."""
    shared = max(0.0, min(one[1], other[1]) - max(one[0], other[0]))
    return shared / (one[1] - one[0] + other[1] - other[0] - shared)
