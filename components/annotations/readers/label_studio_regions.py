"""The results of one annotation in Label Studio: places in a video, and the labels that controls gave them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from components.annotations.readers.documents import as_list, as_object
from components.annotations.readers.tracks import Shape, build_track, check_edges, in_order
from components.annotations.readers.values import (
    BadValueError,
    is_blank,
    parse_frame,
    parse_number,
    parse_range,
    parse_text,
)
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, TimeUnit

_LABELS = ("timelinelabels", "labels", "choices")
_PLACE = ("ranges", "sequence", "framesCount", "start", "end")
_MOST_LABELS = 100
_NO_RANGE: Mapping[str, Any] = {}


@dataclass
class Region:
    """A place in a video, or without a `place` the whole video, with the labels that each control gave it.

    `control`: the control that drew it; `problem`: an error that makes it unusable.
    """

    place: Mapping[str, Any] | None = None
    control: str = ""
    labels: dict[str, list[str]] = field(default_factory=dict)
    problem: BadValueError | None = None

    def chosen_labels(self, label_field: str | None) -> list[str]:
        """The labels of the named control; without a name, those of the control that drew the region, else all."""
        if label_field:
            labels = self.labels.get(label_field, [])
        else:
            labels = self.labels.get(self.control) or [label for each in self.labels.values() for label in each]
        distinct = list(dict.fromkeys(labels))
        if len(distinct) > _MOST_LABELS:
            message = f"{len(distinct)} labels; at most {_MOST_LABELS} are allowed"
            raise BadValueError(Reason.ROW_MALFORMED, message, distinct)
        return distinct


class RegionSpan(NamedTuple):
    """The time of a region. Boxes have times in the same unit, and relative edges."""

    start: float
    end: float | None
    time_unit: TimeUnit
    boxes: tuple[Box, ...] = ()


def regions_of(result: list[Any]) -> list[Region]:
    """The regions of an annotation; results with the same id and place are one region."""
    regions: dict[Any, Region] = {}
    for rank, entry in enumerate(result):
        try:
            entry = as_object(entry, "a result")
            if entry.get("type") == "relation":
                continue
            control = parse_text(entry.get("from_name"), "from_name")
            value = as_object(entry.get("value"), "the value of a result")
            labels = [parse_text(label, kind) for kind in _LABELS for label in as_list(value.get(kind), kind)]
        except BadValueError as error:
            regions[rank] = Region(problem=error)
            continue
        is_place = "ranges" in value or "sequence" in value or ("start" in value and "end" in value)
        place = {name: value[name] for name in _PLACE if name in value} if is_place else None
        name = entry.get("id")
        region = regions.setdefault(name if isinstance(name, str) else rank, Region())
        if place and region.place and place != region.place:
            region = regions[rank] = Region()
        if place and not region.place:
            region.place, region.control = place, control
        region.labels.setdefault(control, []).extend(label for label in labels if label)
    return list(regions.values())


def spans_of(region: Region) -> Iterator[RegionSpan | BadValueError]:
    """The times of a region: one span, or one for each range of a timeline."""
    place = region.place
    try:
        if place is None:
            yield RegionSpan(0.0, None, TimeUnit.SECONDS)
        elif "sequence" in place:
            yield _span_of_sequence(place)
        elif "ranges" in place:
            yield from map(_span_of_range, as_list(place["ranges"], "ranges") or [_NO_RANGE])
        else:
            # The region is on a sound track that is played together with the video.
            start, end = parse_range(place["start"], place["end"])
            yield RegionSpan(start, end, TimeUnit.SECONDS)
    except BadValueError as error:
        yield error


def _span_of_range(value: Any) -> RegionSpan | BadValueError:
    try:
        ends = as_object(value, "a range")
        start, end = _frame(ends.get("start"), "start"), _frame(ends.get("end"), "end")
        if end < start:
            raise BadValueError(Reason.END_BEFORE_START, f"ends at {end + 1}, starts at {start + 1}", value)
        return RegionSpan(float(start), float(end + 1), TimeUnit.FRAMES)
    except BadValueError as error:
        return error


def _span_of_sequence(place: Mapping[str, Any]) -> RegionSpan:
    """The span of a tracked rectangle: gone after a keyframe that is not enabled, still there after an enabled one."""
    shapes: list[Shape] = []
    stays = False
    keyframes = [as_object(keyframe, "a keyframe") for keyframe in as_list(place["sequence"], "sequence")]
    for keyframe in sorted(keyframes, key=lambda keyframe: _frame(keyframe.get("frame"), "frame")):
        frame = _frame(keyframe.get("frame"), "frame")
        stays = bool(keyframe.get("enabled", True))
        shapes.append(Shape(frame, _edges(keyframe)))
        if not stays:
            shapes.append(Shape(frame + 1))
    if stays and not is_blank(place.get("framesCount")):
        last = parse_frame(place["framesCount"], "framesCount") - 1
        if last > shapes[-1].frame:
            shapes.append(Shape(last, shapes[-1].edges, is_imputed=True))
    track = build_track(in_order(shapes))
    return RegionSpan(track.start, None if stays else track.end, TimeUnit.FRAMES, track.boxes)


def _edges(keyframe: Mapping[str, Any]) -> tuple[float, float, float, float]:
    x, y, width, height = (
        parse_number(keyframe.get(name), name, Reason.BOX_INVALID) for name in ("x", "y", "width", "height")
    )
    rotation = parse_number(keyframe.get("rotation") or 0, "rotation", Reason.BOX_INVALID)
    if rotation % 360:
        # The box around it cannot be computed: the export does not say how wide the picture is for its height.
        message = "the rectangle is rotated; turn it back, or set canRotate to false"
        raise BadValueError(Reason.BOX_INVALID, message, rotation)
    return check_edges((x / 100, y / 100, (x + width) / 100, (y + height) / 100), keyframe)


def _frame(value: Any, name: str) -> int:
    """Convert a frame to one counted from 0. Label Studio counts from 1; some other tools that write its format, from 0."""
    return max(0, parse_frame(value, name) - 1)


def shown_frame_rate(result: Iterable[Any]) -> float | None:
    """The frame rate of the labeling configuration, if one of the results shows it."""
    for entry in result:
        try:
            value = as_object(as_object(entry, "").get("value"), "")
            rate = _frame_rate_of(value) if "sequence" in value else None
        except BadValueError:
            # The entry will be rejected when it is read as a region.
            continue
        if rate and 0.1 <= rate <= 1000:
            return round(rate, 6)
    return None


def _frame_rate_of(value: Mapping[str, Any]) -> float | None:
    """The frame rate that a rectangle shows: time = frame / frameRate, and framesCount = duration * frameRate, rounded."""
    num_frames, duration = _positive(value.get("framesCount")), _positive(value.get("duration"))
    keyframes = [as_object(keyframe, "") for keyframe in as_list(value["sequence"], "")]
    pairs = [(_positive(keyframe.get("frame")), _positive(keyframe.get("time"))) for keyframe in keyframes]
    frame, time = max(((frame, time) for frame, time in pairs if frame and time), default=(0.0, 0.0))
    if time and not (num_frames and duration and abs(frame / time * duration - num_frames) > 1):
        return frame / time
    return num_frames / duration if num_frames and duration else None


def _positive(value: Any) -> float:
    """The number if it is positive; else 0."""
    try:
        return max(0.0, parse_number(value, "", Reason.TIME_INVALID))
    except BadValueError:
        return 0.0
