"""Shapes of an object in frames, as the boxes of one segment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotations.readers.tracks import Shape, build_track, check_edges, end_in_gaps, in_order
from components.annotations.readers.values import BadValueError
from components.annotations.records.boxes import Edges
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, Mask

HERE: Edges = (1.0, 2.0, 3.0, 4.0)
THERE: Edges = (5.0, 6.0, 7.0, 8.0)
MASK = Mask(4.0, rle=b"04", height=2, width=2)


def test_a_track_goes_from_its_first_frame_to_after_its_last() -> None:
    track = build_track([Shape(3, HERE), Shape(4, THERE, is_imputed=True, mask=MASK)])
    assert (track.start, track.end) == (3.0, 5.0)
    assert track.boxes == (Box(3.0, *HERE), Box(4.0, *THERE, is_imputed=True))
    assert track.masks == (MASK,)


def test_an_object_that_leaves_and_comes_back_has_one_track() -> None:
    track = build_track([Shape(0), Shape(1, HERE), Shape(4), Shape(5), Shape(9, THERE), Shape(20), Shape(21)])
    assert (track.start, track.end) == (1.0, 20.0)
    assert track.boxes == (
        Box(1.0, *HERE),
        Box(4.0, *HERE, is_end=True),
        Box(9.0, *THERE),
        Box(20.0, *THERE, is_end=True),
    )


@pytest.mark.parametrize("shapes", [[], [Shape(3)], [Shape(3, mask=MASK), Shape(5)]])
def test_an_object_that_is_never_there_has_no_track(shapes: list[Shape]) -> None:
    with pytest.raises(BadValueError, match="outside of the picture in all of its frames"):
        build_track(shapes)


def test_shapes_are_put_in_order() -> None:
    assert in_order([Shape(5), Shape(1, HERE), Shape(3, THERE)]) == [Shape(1, HERE), Shape(3, THERE), Shape(5)]


@pytest.mark.parametrize(
    "better_and_worse",
    [
        (Shape(1, HERE), Shape(1)),
        (Shape(1, HERE), Shape(1, THERE, is_imputed=True)),
        (Shape(1, HERE, is_imputed=True), Shape(1)),
        (Shape(1, HERE), Shape(1, HERE)),
        (Shape(1), Shape(1)),
    ],
)
def test_of_two_shapes_in_a_frame_the_drawn_and_visible_one_counts(better_and_worse: tuple[Shape, Shape]) -> None:
    better, worse = better_and_worse
    assert in_order([better, worse]) == in_order([worse, better]) == [better]


def test_two_places_in_one_frame_are_a_contradiction() -> None:
    with pytest.raises(BadValueError, match="twice in one frame, in different places") as caught:
        in_order([Shape(7, HERE), Shape(7, THERE), Shape(7)])
    assert (caught.value.reason, caught.value.value) == (Reason.BOX_INVALID, "7")


def test_an_object_is_gone_in_a_frame_that_is_annotated_without_it() -> None:
    shapes = [Shape(0, HERE), Shape(2, HERE), Shape(10, THERE)]
    assert list(end_in_gaps(shapes, [0, 2, 4, 6, 10, 12])) == [*shapes[:2], Shape(4), shapes[2]]
    assert list(end_in_gaps(shapes, [0, 2, 10])) == shapes
    assert list(end_in_gaps([], [0])) == []


@given(
    frames=st.lists(st.integers(0, 50), min_size=1, unique=True), others=st.lists(st.integers(0, 50)), data=st.data()
)
def test_a_track_holds_each_frame_that_it_was_given(frames: list[int], others: list[int], data: st.DataObject) -> None:
    shapes = [Shape(frame, HERE) for frame in data.draw(st.permutations(frames))]
    annotated = sorted({*frames, *others})
    track = build_track(list(end_in_gaps(in_order(shapes), annotated)))
    times = [box.time for box in track.boxes]
    assert times == sorted(times)
    assert [box.time for box in track.boxes if not box.is_end] == sorted(frames)
    assert (track.start, track.end) == (min(frames), max(frames) + 1)
    # It is gone from the first annotated frame without it on, once a gap.
    ends = [box.time for box in track.boxes if box.is_end]
    assert set(ends) <= set(others) - set(frames)


@pytest.mark.parametrize(
    "edges", [(1, 1, 1, 2), (2, 1, 1, 2), (1, 3, 2, 2), (1, 1, float("inf"), 2), (float("nan"), 1, 2, 2)]
)
def test_a_box_without_an_area_is_none(edges: Edges) -> None:
    with pytest.raises(BadValueError, match="no width or no height"):
        check_edges(edges, "it")


def test_a_box_may_leave_the_picture() -> None:
    assert check_edges((-5, -5, 1e6, 1e6), "it") == (-5, -5, 1e6, 1e6)
