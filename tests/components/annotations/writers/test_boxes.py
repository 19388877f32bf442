"""Where the actor is, in formats that track objects: at each frame as it was, and the segment as long as it was."""

from pathlib import Path

import pytest

from components.annotations.records.boxes import boxes_at, relative_boxes
from components.annotations.records.record import Box, Segment, SpaceUnit, TimeUnit
from tests.components.annotations.writers.making import FRAMES, content_of, read_back, segment

SECONDS = FRAMES.times.seconds
BOXES = (
    Box(SECONDS[24], 0.1, 0.1, 0.4, 0.5),
    Box(SECONDS[48], 0.3, 0.2, 0.6, 0.6, is_imputed=True),
    Box(SECONDS[60], 0.3, 0.2, 0.6, 0.6, is_end=True),
    Box(SECONDS[72], 0.5, 0.2, 0.8, 0.6),
)
WRITTEN = segment(start=SECONDS[24], end=SECONDS[96], boxes=BOXES)


def read(folder: Path, format_name: str, written: Segment) -> Segment:
    """The segment as it is read, in seconds and shares of the frame."""
    (record,) = read_back(folder, format_name, content_of(written))
    assert isinstance(record, Segment)
    if record.time_unit is TimeUnit.SECONDS:
        return record
    assert record.end is not None
    start, end = SECONDS[int(record.start)], FRAMES.times.seconds_at(record.end)
    boxes = relative_boxes(record.boxes, FRAMES.width, FRAMES.height) if record.space_unit is SpaceUnit.PIXELS else ()
    moved = [Box(FRAMES.times.seconds_at(box.time), *edges(box), box.is_imputed, box.is_end) for box in boxes]
    return segment(record.label, start, end, record.video, boxes=tuple(moved))


def edges(box: Box) -> tuple[float, float, float, float]:
    return box.x_min, box.y_min, box.x_max, box.y_max


@pytest.mark.parametrize(("format_name", "off"), [("cvat_video", 0.002), ("label_studio", 0.02)])
def test_boxes_are_where_they_were_at_each_frame(tmp_path: Path, format_name: str, off: float) -> None:
    found = read(tmp_path, format_name, WRITTEN)
    assert (found.start, found.end) == pytest.approx((SECONDS[24], SECONDS[96]), abs=1 / 48)
    # Label Studio's frames are 1/24 s apart: stretches may begin and end one off. After its last box a track stays as it is.
    times = [SECONDS[frame] for frame in range(26, 71) if frame not in (59, 60)]
    before, after = (boxes_at(each.boxes, times, 0.02) for each in (WRITTEN, found))
    assert [value > 0 for value in before.validity] == [value > 0 for value in after.validity]
    for was, now in zip(before.edges, after.edges, strict=True):
        assert now == pytest.approx(was, abs=off)


def test_cvat_keeps_interpolated_boxes_apart_from_drawn_ones(tmp_path: Path) -> None:
    found = read(tmp_path, "cvat_video", WRITTEN)
    assert [box.is_imputed for box in found.boxes] == [False, True, False, False, False]


@pytest.mark.parametrize("format_name", ["cvat_video", "label_studio"])
@pytest.mark.parametrize(
    "boxes",
    [
        (Box(2.0, 0.1, 0.1, 0.4, 0.5),),
        (Box(0.0, 0.1, 0.1, 0.4, 0.5),),
        (Box(9.0, 0.1, 0.1, 0.4, 0.5),),
        (Box(1.0, 0.1, 0.1, 0.4, 0.5), Box(2.0, 0.1, 0.1, 0.4, 0.5, is_end=True)),
        (Box(3.0, 0.1, 0.1, 0.4, 0.5, is_end=True),),
        (Box(2.0, 0.1, 0.1, 0.4, 0.5), Box(2.001, 0.2, 0.1, 0.4, 0.5)),
    ],
)
def test_bounds_do_not_depend_on_where_boxes_begin_and_end(
    tmp_path: Path, format_name: str, boxes: tuple[Box, ...]
) -> None:
    found = read(tmp_path, format_name, segment(boxes=boxes))
    assert (found.start, found.end) == pytest.approx((1.0, 3.0), abs=1 / 48)


def test_a_segment_without_boxes_has_one_around_the_whole_frame_in_cvat(tmp_path: Path) -> None:
    found = read(tmp_path, "cvat_video", segment())
    assert {edges(box) for box in found.boxes} == {(0.0, 0.0, 1.0, 1.0)}
