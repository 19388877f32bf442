"""Boxes at the times of frames: annotated, interpolated or absent, never extrapolated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotations.records.boxes import ABSENT, ANNOTATED, IMPUTED, boxes_at, relative_boxes
from components.annotations.records.record import Box

NOTHING = (0.0, 0.0, 0.0, 0.0)
EARLY = Box(1.0, 0.0, 0.0, 0.5, 0.5)
LATE = Box(3.0, 0.5, 0.25, 1.0, 0.75)


def test_an_annotated_box_is_taken_as_it_is() -> None:
    track = boxes_at([EARLY, LATE], [1.0, 3.0], 0.02)
    assert track.edges == ((0.0, 0.0, 0.5, 0.5), (0.5, 0.25, 1.0, 0.75))
    assert track.validity == (ANNOTATED, ANNOTATED)


@pytest.mark.parametrize("seconds", [0.98, 1.0, 1.02])
def test_a_box_within_the_tolerance_counts_as_annotated(seconds: float) -> None:
    assert boxes_at([EARLY, LATE], [seconds], 0.0200001).validity == (ANNOTATED,)


def test_between_two_boxes_edges_are_interpolated_and_marked() -> None:
    track = boxes_at([EARLY, LATE], [1.5, 2.0], 0.02)
    assert track.edges == ((0.125, 0.0625, 0.625, 0.5625), (0.25, 0.125, 0.75, 0.625))
    assert track.validity == (0.5, IMPUTED)


def test_before_the_first_and_after_the_last_box_there_is_none() -> None:
    track = boxes_at([EARLY, LATE], [0.5, 3.5], 0.02)
    assert track.edges == (NOTHING, NOTHING)
    assert track.validity == (0.0, ABSENT)


@pytest.mark.parametrize(("seconds", "validity"), [(0.5, ABSENT), (1.0, ANNOTATED), (1.5, ABSENT)])
def test_a_single_box_holds_at_its_own_time_only(seconds: float, validity: float) -> None:
    assert boxes_at([EARLY], [seconds], 0.02).validity == (validity,)


def test_without_boxes_all_are_absent() -> None:
    track = boxes_at([], [0.0, 1.0], 0.02)
    assert (track.edges, track.validity) == ((NOTHING, NOTHING), (ABSENT, ABSENT))


def test_two_boxes_at_one_time_are_no_division_by_zero() -> None:
    assert boxes_at([EARLY, EARLY, LATE, LATE], [1.0, 2.0, 3.0], 0.0).validity == (ANNOTATED, IMPUTED, ANNOTATED)


BOXES = st.lists(
    st.builds(Box, st.floats(0, 20), st.just(0.1), st.floats(0, 0.4), st.just(0.9), st.floats(0.5, 1)), max_size=20
).map(lambda boxes: sorted(boxes, key=lambda box: box.time))


@given(boxes=BOXES, times=st.lists(st.floats(-1, 21), max_size=30), tolerance=st.floats(0, 1))
def test_validity_says_what_is_near(boxes: list[Box], times: list[float], tolerance: float) -> None:
    track = boxes_at(boxes, times, tolerance)
    for seconds, edges, validity in zip(times, track.edges, track.validity, strict=True):
        is_near = any(abs(box.time - seconds) <= tolerance for box in boxes)
        is_between = bool(boxes) and boxes[0].time < seconds < boxes[-1].time
        assert validity == (ANNOTATED if is_near else IMPUTED if is_between else ABSENT)
        if validity:
            assert min(box.y_min for box in boxes) - 1e-9 <= edges[1] <= max(box.y_min for box in boxes) + 1e-9


def test_a_track_that_leaves_the_frame_is_interpolated_towards_where_it_left() -> None:
    inside, outside = Box(0, 80, 40, 90, 60), Box(10, 120, 40, 130, 60)
    boxes = relative_boxes((inside, outside), 100, 100)
    assert boxes[1].is_end and not boxes[0].is_end
    (half_way,) = boxes_at(boxes, [5], tolerance=0).edges
    assert half_way == pytest.approx((0.895, 0.4, 0.95, 0.6))


@given(
    st.tuples(*[st.floats(-300, 300)] * 2),
    st.tuples(*[st.floats(0.01, 300)] * 2),
    st.integers(1, 200),
    st.integers(1, 200),
)
def test_a_box_anywhere_becomes_one_in_the_frame(
    corner: tuple[float, float], size: tuple[float, float], width: int, height: int
) -> None:
    (left, top), (wide, high) = corner, size
    (box,) = relative_boxes((Box(0, left, top, left + wide, top + high),), width, height)
    assert 0 <= box.x_min < box.x_max <= 1
    assert 0 <= box.y_min < box.y_max <= 1
