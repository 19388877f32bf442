"""Checks of boxes."""

from dataclasses import replace

import pytest

from components.annotations.records.record import Box, SpaceUnit, TimeUnit
from tests.components.annotation_validator.making import found, inputs_of, rows, segment, track

HERE, NEAR, FAR = (0.1, 0.1, 0.2, 0.3), (0.11, 0.1, 0.21, 0.3), (0.8, 0.6, 0.9, 0.8)
CHECKS = ("box_jumps", "boxes_of_whole_frame", "tiny_boxes", "frames_without_box")


def test_good_boxes_have_no_finding() -> None:
    boxes = track((0, HERE), (0.5, NEAR), (4, FAR))
    inputs = inputs_of([segment(2, "x.mp4", "sit", 0, 4, boxes=boxes)])
    assert [finding.check for finding in found(inputs) if finding.check in CHECKS] == []


def test_a_box_that_jumps_is_found_and_one_that_left_and_came_back_is_not() -> None:
    jumping = segment(2, "x.mp4", "sit", 0, 1, boxes=track((0, HERE), (0.04, NEAR), (0.08, FAR), (1, FAR)))
    left = replace(track((0.04, NEAR))[0], is_end=True)
    returning = segment(3, "y.mp4", "sit", 0, 1, boxes=(*track((0, HERE)), left, *track((0.08, FAR), (1, FAR))))
    (finding,) = found(inputs_of([jumping, returning]), "box_jumps")
    assert rows(finding) == [2]
    # In a frame of 640 by 480 pixels: 441.6 and 240 pixels, a diagonal of 115.4, in 0.04 s.
    assert finding.value == pytest.approx(502.6 / 115.4 / 0.04, rel=0.01)


def test_pixels_and_frame_numbers_give_the_same_speed_as_shares_and_seconds() -> None:
    def in_pixels(box: Box) -> Box:
        return Box(box.time * 25, box.x_min * 640, box.y_min * 480, box.x_max * 640, box.y_max * 480)

    boxes = track((0, HERE), (0.04, FAR))
    records = [
        segment(2, "x.mp4", "sit", 0, 1, boxes=boxes),
        segment(
            3, "y.mp4", "wave", 0, 25, boxes=tuple(map(in_pixels, boxes)), space_unit=SpaceUnit.PIXELS,
            time_unit=TimeUnit.FRAMES,
        ),
    ]  # fmt: skip
    one, other = found(inputs_of(records), "box_jumps")
    assert one.value == pytest.approx(other.value)
    assert [rows(finding) for finding in found(inputs_of(records, {}), "box_jumps")] == [[2]]


def test_boxes_that_cover_everything_or_almost_nothing_are_found() -> None:
    records = [
        segment(2, "x.mp4", "sit", 0, 1, boxes=track((0, (0, 0, 1, 1)), (1, (0, 0, 1, 0.99)))),
        segment(3, "y.mp4", "sit", 0, 1, boxes=track((0, (0, 0, 1, 1)), (1, HERE))),
        segment(4, "z.mp4", "sit", 0, 1, boxes=track((0, (0.5, 0.5, 0.51, 0.52)))),
        segment(5, "p.mp4", "sit", 0, 1, boxes=track((0, (-9, -9, 640, 481))), space_unit=SpaceUnit.PIXELS),
    ]
    (whole,) = found(inputs_of(records), "boxes_of_whole_frame")
    assert sorted(rows(whole)) == [2, 5]
    (tiny,) = found(inputs_of(records), "tiny_boxes")
    assert (rows(tiny), tiny.value) == ([4], pytest.approx(0.0002))


def test_time_without_a_box_is_found_with_its_share() -> None:
    records = [
        segment(2, "x.mp4", "sit", 0, 10, boxes=track((0, HERE), (4, HERE))),
        segment(3, "y.mp4", "sit", 0, 10, boxes=track((0, HERE), (10, HERE))),
        segment(4, "z.mp4", "sit", 0, 10, boxes=track((5, HERE))),
    ]
    (finding,) = found(inputs_of(records), "frames_without_box")
    assert (rows(finding), finding.value) == ([2], pytest.approx(0.6, abs=0.05))


def test_a_segment_without_boxes_is_found_where_most_have_some() -> None:
    boxed = [segment(row, f"{row}.mp4", "sit", 0, 1, boxes=track((0, HERE))) for row in range(3)]
    without = segment(9, "9.mp4", "sit", 0, 1)
    negative = segment(10, "10.mp4", "", 0, 1)
    (finding,) = found(inputs_of([*boxed, without, negative]), "frames_without_box")
    assert (rows(finding), finding.value) == ([9], 1.0)
    assert found(inputs_of([boxed[0], without, negative]), "frames_without_box") == []
