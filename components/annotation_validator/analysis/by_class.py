"""Segments of each class that lie beyond a bar."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.segments import CheckedSegment, places


@dataclass(frozen=True)
class Beyond:
    """Segments of one class, the worst first, what was measured of the worst, and how many of the class were looked at."""

    label: str
    segments: tuple[CheckedSegment, ...]
    worst: float
    num_looked_at: int

    def found(self, message: str, remedy: str) -> Found:
        """What a check yields of them."""
        return Found(message, remedy, self.worst, places(self.segments))


def find_beyond(
    by_label: Mapping[str, Collection[CheckedSegment]],
    measure: Callable[[CheckedSegment], float | None],
    is_beyond: Callable[[float], bool],
    worst_is_smallest: bool = False,
) -> Iterator[Beyond]:
    """The segments beyond a bar of each class that has any."""
    for label, segments in by_label.items():
        measured = ((value, segment) for segment in segments if (value := measure(segment)) is not None)
        found = [(value, segment) for value, segment in measured if is_beyond(value)]
        found.sort(key=lambda item: item[0] if worst_is_smallest else -item[0])
        if found:
            yield Beyond(label, tuple(segment for _, segment in found), found[0][0], len(segments))
