"""Clips are cut around their actor: the box is in the crop, the crop in the frame, and nothing is distorted without need."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from components.annotations.records.actors import Actor
from components.annotations.records.boxes import Edges
from components.annotations.records.record import Box, SpaceUnit
from components.video.cropping import crop_around
from components.video.sampling import ClipPlan, bin_centres

sides = st.integers(1, 4000)
margins = st.floats(0, 3)
aspects = st.floats(0.1, 10)
shares = st.floats(0, 1)
# Of a pixel.
ROUNDING = 1.001e-3


@st.composite
def boxes(draw: st.DrawFn) -> Edges:
    x_min, x_max = sorted((draw(shares), draw(shares)))
    y_min, y_max = sorted((draw(shares), draw(shares)))
    assume(x_max - x_min > 1e-4 and y_max - y_min > 1e-4)
    return x_min, y_min, x_max, y_max


@given(boxes(), sides, sides, margins, aspects)
def test_a_crop_holds_its_box_and_lies_in_the_frame(
    box: Edges, width: int, height: int, margin: float, aspect: float
) -> None:
    crop = crop_around(box, width, height, margin, aspect)
    assert 0 <= crop.left < crop.right <= width
    assert 0 <= crop.top < crop.bottom <= height
    assert crop.left <= box[0] * width + ROUNDING and crop.right >= box[2] * width - ROUNDING
    assert crop.top <= box[1] * height + ROUNDING and crop.bottom >= box[3] * height - ROUNDING


@given(boxes(), sides, sides, margins, aspects)
def test_a_crop_has_the_aspect_unless_the_frame_is_too_small_for_the_box_in_it(
    box: Edges, width: int, height: int, margin: float, aspect: float
) -> None:
    crop = crop_around(box, width, height, margin, aspect)
    across, down = crop.right - crop.left, crop.bottom - crop.top
    box_width, box_height = (box[2] - box[0]) * width, (box[3] - box[1]) * height
    # Both sides are whole pixels, which may be two more than it takes.
    if box_width <= height * aspect and box_height <= width / aspect:
        assert across - 2 <= (down + 1e-6) * aspect and (across + 1e-6) / aspect >= down - 2
    else:
        assert across == width or down == height


@given(shares, shares, st.floats(1, 100), st.floats(1, 100), st.floats(0, 1), st.floats(0.5, 2))
def test_a_crop_has_the_margin_where_the_frame_has_room_for_it(
    x: float, y: float, box_width: float, box_height: float, margin: float, aspect: float
) -> None:
    width, height = 800, 700
    left, top = x * (width - box_width), y * (height - box_height)
    box = left / width, top / height, (left + box_width) / width, (top + box_height) / height
    wide, high = box_width * (1 + 2 * margin), box_height * (1 + 2 * margin)
    crop = crop_around(box, width, height, margin, aspect)
    assert crop.right - crop.left >= math.floor(wide) and crop.bottom - crop.top >= math.floor(high)
    assert crop.right - crop.left <= max(wide, high * aspect) + 2
    assert crop.bottom - crop.top <= max(high, wide / aspect) + 2


def test_a_crop_is_moved_into_the_frame_and_not_made_smaller() -> None:
    assert crop_around((0.45, 0.4, 0.55, 0.6), 200, 100, 0.5, 1.0) == (80, 30, 120, 70)
    assert crop_around((0.0, 0.4, 0.1, 0.6), 200, 100, 0.5, 1.0) == (0, 30, 40, 70)
    assert crop_around((0.9, 0.8, 1.0, 1.0), 200, 100, 0.5, 1.0) == (160, 60, 200, 100)


def test_a_crop_that_the_frame_is_too_small_for_is_smaller_as_a_whole_and_then_only_wider() -> None:
    assert crop_around((0.4, 0.1, 0.6, 0.9), 200, 100, 0.5, 1.0) == (50, 0, 150, 100)
    assert crop_around((0.1, 0.4, 0.9, 0.6), 200, 100, 0.0, 1.0) == (20, 0, 180, 100)


def test_the_whole_frame_is_a_crop_too() -> None:
    assert crop_around((0.0, 0.0, 1.0, 1.0), 321, 123, 0.3, 1.0) == (0, 0, 321, 123)


def box(time: float, left: float, is_end: bool = False, scale: float = 1.0) -> Box:
    return Box(time, left * scale, 0.2 * scale, (left + 0.1) * scale, 0.4 * scale, is_end=is_end)


def test_an_actor_is_where_its_boxes_are_between_two_times_and_as_they_are_interpolated_there() -> None:
    actor = Actor((box(0, 0.0), box(10, 0.5), box(20, 0.9)))
    assert actor.enclosing(5, 12, 0.1, 100, 100) == pytest.approx((0.25, 0.2, 0.68, 0.4))
    assert actor.enclosing(-3, 0.0, 0.1, 100, 100) == pytest.approx((0.0, 0.2, 0.1, 0.4))
    assert actor.enclosing(21, 30, 0.1, 100, 100) is None


def test_an_actor_that_is_gone_is_nowhere() -> None:
    actor = Actor((box(0, 0.0), box(10, 0.1, is_end=True), box(20, 0.9)))
    assert actor.enclosing(11, 19, 0.1, 100, 100) is None
    assert actor.enclosing(11, 20, 0.1, 100, 100) == pytest.approx((0.9, 0.2, 1.0, 0.4))


def test_boxes_in_pixels_are_the_same_boxes_and_masks_stand_in_where_none_was_drawn() -> None:
    in_pixels = Actor((box(0, 0.3, scale=200),), SpaceUnit.PIXELS, mask_boxes=(box(0.05, 0.9), box(1, 0.7)))
    assert in_pixels.enclosing(0, 0.5, 0.1, 200, 200) == pytest.approx((0.3, 0.2, 0.6, 0.4))
    assert in_pixels.enclosing(0, 1, 0.1, 200, 200) == pytest.approx((0.3, 0.2, 0.8, 0.4))


def test_an_actor_on_its_way_out_of_the_frame_is_where_its_boxes_in_pixels_say() -> None:
    leaving = Actor((Box(0, 10, 10, 30, 30), Box(9, 10, 10, 30, 30), Box(10, -50, 60, -30, 80)), SpaceUnit.PIXELS)
    assert leaving.enclosing(0, 9.1, 0.1, 100, 100) == pytest.approx((0.04, 0.1, 0.3, 0.35))
    # All the way to where it has left; what comes then is no part of it.
    assert leaving.enclosing(0, 10, 0.1, 100, 100) == pytest.approx((0.0, 0.1, 0.3, 0.8))
    gone = Actor((*leaving.boxes, Box(11, 150, 90, 160, 99)), SpaceUnit.PIXELS)
    assert gone.enclosing(0, 11, 0.1, 100, 100) == leaving.enclosing(0, 10, 0.1, 100, 100)
    assert leaving.enclosing(10, 12, 0.1, 100, 100) is None


@given(st.floats(0, 1e4), st.floats(0.01, 1e3), st.integers(1, 64))
def test_frames_that_are_spread_over_a_segment_stand_for_all_of_it(start: float, length: float, count: int) -> None:
    end = start + length
    targets = tuple(bin_centres(start, end, count))
    assert ClipPlan(start, end, targets, tuple(range(count))).reach == pytest.approx((start, end))


def test_frames_in_the_middle_of_a_segment_stand_for_no_more_than_their_distance() -> None:
    assert ClipPlan(0.0, 60.0, (29.0, 30.0, 31.0), (0, 1, 2)).reach == (28.5, 31.5)
