"""Parts that the two import formats of Vertex AI's video data sets share: splits, times, and tracked objects."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from components.annotations.readers.key_frames import span_of_key_frame
from components.annotations.readers.values import (
    BadValueError,
    is_blank,
    parse_number,
    parse_split,
    parse_text,
    parse_time,
)
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, FindBy, Segment, Source

ML_USES = frozenset({"train", "training", "test", "validate", "validation", "unassigned"})


def split_of_ml_use(use: Any) -> str | None:
    """The split of an ML_USE; None for UNASSIGNED."""
    text = parse_text(use, "ml_use")
    return None if text.lower() == "unassigned" else parse_split(text, "ml_use")


def parse_seconds(value: Any, name: str) -> float | None:
    """Convert a time like 12.5 or `12.5s`; a blank value, `inf` and `Infinity` give None."""
    text = parse_text(value, name).lower().removesuffix("s").rstrip()
    return None if text in ("inf", "infinity") else parse_time(text, name)


def parse_interval(
    start: Any, end: Any, within: tuple[float, float | None] = (0.0, None)
) -> tuple[float, float | None]:
    """Start and end; two equal times are a key frame, whose span is cut to `within`."""
    first, last = parse_seconds(start, "the start") or 0.0, parse_seconds(end, "the end")
    if last is not None and first == last and not is_blank(start):
        earliest, latest = span_of_key_frame(first)
        first, last = max(earliest, within[0]), latest if within[1] is None else min(latest, within[1])
    if last is not None and last <= first:
        raise BadValueError(Reason.END_BEFORE_START, f"ends at {last:g}, starts at {first:g}", f"{start}, {end}")
    return first, last


def parse_box(seconds: Any, xs: list[Any], ys: list[Any]) -> Box:
    """The box around corners, which are shares of the frame; blank corners are left out."""
    time = parse_seconds(seconds, "the timestamp")
    if time is None:
        raise BadValueError(Reason.TIME_INVALID, "no timestamp", seconds)
    edges_x, edges_y = (
        [parse_number(edge, "an edge of the box", Reason.BOX_INVALID) for edge in edges if not is_blank(edge)]
        for edges in (xs, ys)
    )
    if len(edges_x) < 2 or len(edges_y) < 2:
        raise BadValueError(Reason.BOX_INVALID, "the box has fewer than two corners", [xs, ys])
    x_min, y_min, x_max, y_max = min(edges_x), min(edges_y), max(edges_x), max(edges_y)
    if not (0 <= x_min < x_max <= 1 and 0 <= y_min < y_max <= 1):
        raise BadValueError(Reason.BOX_INVALID, "not a box inside the frame, whose edges are 0 and 1", [xs, ys])
    return Box(time, x_min, y_min, x_max, y_max)


class _Object(NamedTuple):
    video: str
    label: str
    split: str | None
    instance: str | int


class Tracks:
    """Collects the boxes of objects from many rows: rows with the same video, label, split and instance id are one object."""

    def __init__(self) -> None:
        self._boxes: dict[_Object, list[Box]] = {}
        self._sources: dict[_Object, Source] = {}

    def add(self, video: str, label: str, split: str | None, instance: str, box: Box, source: Source) -> None:
        """Add a box of an object; without an instance id, or with -1, it is an object of its own."""
        key = _Object(video, label, split, len(self._boxes) if instance in ("", "-1") else instance)
        self._boxes.setdefault(key, []).append(box)
        self._sources.setdefault(key, source)

    def segments(self) -> Iterator[Segment]:
        """A segment for each object, from its first box to its last; a single box has the span of a key frame."""
        for key, unsorted in self._boxes.items():
            boxes = tuple(sorted(unsorted, key=lambda box: box.time))
            start, end = boxes[0].time, boxes[-1].time
            if start == end:
                start, end = span_of_key_frame(start)
            video, label, split, _ = key
            source = self._sources[key]
            yield Segment(video, label, source, start, end, split=split, boxes=boxes, find_by=FindBy.NAME)
