"""Annotations of VIA: the meaning of attributes' options, and the boxes that regions give to temporal segments."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from components.annotations.readers.documents import as_list
from components.annotations.readers.tracks import check_edges
from components.annotations.readers.values import BadValueError, parse_number, parse_range, parse_time
from components.annotations.records.boxes import Edges
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, FindBy, Record, Segment, Source, SpaceUnit

_RECTANGLE, _CIRCLE, _ELLIPSE = 2, 3, 4
_OF_POINTS = (5, 6, 7, 8)  # line, polyline, polygon, rectangle through four extreme points
_MOST_LABELS = 100
_MOST_BOXES = 10_000_000


class Attribute(NamedTuple):
    """A question to the annotator, with the names of its options; without options, the answer is a text."""

    name: str
    options: Mapping[str, str]

    def labels(self, value: str) -> list[str]:
        """The names of the chosen options in `value`, or the text."""
        if not self.options:
            return [value]
        chosen = [option.strip() for option in value.split(",") if option.strip()]
        if len(chosen) > _MOST_LABELS:
            message = f"{len(chosen)} labels; at most {_MOST_LABELS} are allowed"
            raise BadValueError(Reason.ROW_MALFORMED, message, value)
        unknown = [option for option in chosen if option not in self.options]
        if unknown:
            raise BadValueError(Reason.LABEL_UNKNOWN, f"the attribute {self.name!r} has no such option", unknown[0])
        return [self.options[option] for option in dict.fromkeys(chosen)]


class Entry(NamedTuple):
    """An annotation: up to two times (seconds), a place (pixels) or none, and values by attribute."""

    source: Source
    video: str
    times: tuple[float, ...]
    place: Edges | None
    values: Mapping[str, str]


@dataclass
class _Video:
    """The regions of a video, sorted by time; `used`: those that became boxes of a segment."""

    regions: list[Entry] = field(default_factory=list)
    used: set[Source] = field(default_factory=set)


def read_times(value: Any) -> tuple[float, ...]:
    """Convert a list of times: two are a segment, one is a frame, none is the whole file."""
    times = as_list(value, "the times")
    if len(times) > 2:
        raise BadValueError(Reason.TIME_INVALID, f"{len(times)} times; at most two are expected", times)
    if len(times) == 2:
        start, end = parse_range(times[0], times[1])
        return (start,) if end is None else (start, end)
    return tuple(parse_time(time, "the time") or 0.0 for time in times)


def read_place(value: Any) -> Edges | None:
    """The box around a shape [shape_id, number, ...]; None for an empty list. A point has no box."""
    shape = [parse_number(number, "the place", Reason.BOX_INVALID) for number in as_list(value, "the place")]
    if not shape:
        return None
    kind, numbers = shape[0], shape[1:]
    if kind == _RECTANGLE and len(numbers) == 4:
        x, y, width, height = numbers
        return check_edges((x, y, x + width, y + height), value)
    if kind in (_CIRCLE, _ELLIPSE) and len(numbers) == kind:
        x, y, x_radius, y_radius = *numbers[:3], numbers[-1]
        return check_edges((x - x_radius, y - y_radius, x + x_radius, y + y_radius), value)
    if kind in _OF_POINTS and numbers and len(numbers) % 2 == 0:
        xs, ys = numbers[::2], numbers[1::2]
        return check_edges((min(xs), min(ys), max(xs), max(ys)), value)
    raise BadValueError(Reason.BOX_INVALID, "no shape that has a box around it", value)


def records_of_entries(
    entries: Sequence[Entry], attributes: Mapping[str, Attribute], label_field: str | None
) -> Iterator[Record]:
    """Make the records of all annotations of a file.

    Raises:
      BadValueError: too many regions lie in too many segments.
    """
    videos: dict[str, _Video] = defaultdict(_Video)
    num_at_time = Counter((entry.video, entry.times) for entry in entries if _is_region(entry))
    for entry in sorted((entry for entry in entries if _is_region(entry)), key=lambda entry: entry.times):
        if num_at_time[entry.video, entry.times] == 1:
            videos[entry.video].regions.append(entry)
    num_boxes = 0
    for entry in entries:
        if _is_region(entry):
            continue
        boxes = _boxes_in(entry, videos[entry.video])
        num_boxes += len(boxes)
        if num_boxes > _MOST_BOXES:
            raise BadValueError(Reason.FILE_MALFORMED, f"segments with more than {_MOST_BOXES} regions in them", "")
        yield from _records_of_entry(entry, boxes, attributes, label_field)
    for entry in entries:
        if _is_region(entry) and entry.source not in videos[entry.video].used:
            yield _unused_region(entry, num_at_time[entry.video, entry.times])


def _is_region(entry: Entry) -> bool:
    return len(entry.times) == 1 and entry.place is not None


def _boxes_in(entry: Entry, video: _Video) -> tuple[Box, ...]:
    if len(entry.times) != 2:
        return ()
    start, end = entry.times
    if entry.place:
        return (Box(start, *entry.place), Box(end, *entry.place, is_imputed=True))
    first = bisect_left(video.regions, start, key=lambda region: region.times[0])
    last = bisect_right(video.regions, end, key=lambda region: region.times[0])
    video.used.update(region.source for region in video.regions[first:last])
    return tuple(Box(region.times[0], *region.place) for region in video.regions[first:last] if region.place)


def _unused_region(entry: Entry, num_regions: int) -> Record:
    error = BadValueError(Reason.TIME_INVALID, "a region in a frame that lies in no temporal segment", entry.times)
    if num_regions > 1:
        message = f"{num_regions} regions in the frame: which of them is the actor of the segment?"
        error = BadValueError(Reason.BOX_INVALID, message, entry.place)
    return error.as_reject(entry.source, entry.video)


def _records_of_entry(
    entry: Entry, boxes: tuple[Box, ...], attributes: Mapping[str, Attribute], label_field: str | None
) -> Iterable[Record]:
    try:
        if len(entry.times) == 1:
            raise BadValueError(Reason.TIME_INVALID, "a single time is no segment", entry.times)
        if not entry.times and entry.place:
            raise BadValueError(Reason.TIME_INVALID, "a region without a time", entry.place)
        start, end = entry.times or (0.0, None)
        labels = _labels(entry.values, attributes, label_field)
    except BadValueError as error:
        return [error.as_reject(entry.source, entry.video)]
    video, source, unit = entry.video, entry.source, SpaceUnit.PIXELS
    return [
        Segment(video, label, source, start, end, boxes=boxes, space_unit=unit, find_by=FindBy.NAME) for label in labels
    ]


def _labels(values: Mapping[str, str], attributes: Mapping[str, Attribute], label_field: str | None) -> list[str]:
    # An export of temporal segments alone names its attributes, and does not define their options.
    answers = [(attributes.get(key, Attribute(key, {})), value) for key, value in values.items() if value]
    if label_field:
        answers = [(attribute, value) for attribute, value in answers if attribute.name == label_field]
    if len(answers) > 1:
        names = ", ".join(attribute.name for attribute, _ in answers)[:200]
        raise BadValueError(Reason.LABEL_MISSING, f"several attributes ({names}); name one in data.label_field", "")
    labels = [label for attribute, value in answers for label in attribute.labels(value) if label]
    if not labels:
        raise BadValueError(Reason.LABEL_MISSING, "the attribute is not answered", "")
    return labels
