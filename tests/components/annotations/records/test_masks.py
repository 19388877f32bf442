"""Masks: run lengths to pixels and back, polygons, the box around a mask, and the masks of frames."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from components.annotations.records.masks import (
    Pixels,
    check_counts,
    decode_mask,
    edges_of_mask,
    encode_mask,
    mask_of_counts,
    mask_of_polygons,
    masks_at,
    place_mask,
    read_counts,
    write_counts,
)
from components.annotations.records.record import Mask

MASKS = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=40))
STRIPES = np.add.outer(np.arange(60), np.arange(80)) % 37 < 20


def picture(*rows: str) -> Pixels:
    return np.array([[pixel == "#" for pixel in row] for row in rows])


@given(mask=MASKS)
def test_a_mask_survives_its_run_lengths(mask: Pixels) -> None:
    height, width = mask.shape
    decoded = decode_mask(encode_mask(mask), height, width)
    assert decoded.dtype == bool
    assert np.array_equal(decoded, mask)


@given(counts=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=50))
def test_run_lengths_survive_compression(counts: list[int]) -> None:
    assert read_counts(write_counts(np.array(counts))).tolist() == counts


@pytest.mark.parametrize(
    ("mask", "rle"),
    [
        (picture("....", "..#.", "..#."), b"723"),
        (picture("##", "##"), b"04"),
        (picture("..", ".."), b"4"),
        (picture("#.#", ".#.", "#.#"), b"0110000000"),
    ],
)
def test_run_lengths_are_those_of_the_coco_api(mask: Pixels, rle: bytes) -> None:
    # python -c "from pycocotools import mask; print(mask.encode(numpy.asfortranarray(pixels)))", version 2.0.11
    assert encode_mask(mask) == rle


def test_long_run_lengths_are_those_of_the_coco_api() -> None:
    # the same for STRIPES
    assert encode_mask(STRIPES)[:40] == b"0d0a00BO>1CN=2DM<3EL;4FK:5GJ96HI87IH78JG"


@pytest.mark.parametrize("rle", [b"", b"5", b"7q", b"72P", b"723\x00", b"\xff", b"1oooooooo0", b"0" * (2**22 + 1)])
def test_damaged_run_lengths_are_an_error(rle: bytes) -> None:
    with pytest.raises(ValueError, match=r"run length"):
        decode_mask(rle, 3, 4)


@given(rle=st.binary(max_size=30), height=st.integers(-1, 100), width=st.integers(-1, 100))
def test_any_bytes_are_a_mask_of_the_size_or_an_error(rle: bytes, height: int, width: int) -> None:
    try:
        mask = decode_mask(rle, height, width)
    except ValueError:
        return
    assert mask.shape == (height, width)


@pytest.mark.parametrize(("height", "width"), [(0, 4), (3, -4), (2**14, 2**14)])
def test_a_mask_has_a_size_that_memory_can_hold(height: int, width: int) -> None:
    with pytest.raises(ValueError, match=r"from 1 to 67108864 pixels are allowed"):
        mask_of_counts(np.array([height * width]), height, width)
    with pytest.raises(ValueError, match=r"from 1 to 67108864 pixels are allowed"):
        mask_of_polygons([[0, 0, 1, 0, 1, 1]], height, width)


@pytest.mark.parametrize("counts", [[5, 8], [-1, 13], [2**63 - 1, 2**63 - 1, 14], []])
def test_run_lengths_that_do_not_add_up_are_an_error(counts: list[int]) -> None:
    with pytest.raises(ValueError, match=r"do not add up to the 4 by 3 pixels of the mask"):
        check_counts(np.array(counts, np.int64), 3, 4)


def test_run_lengths_go_down_the_columns() -> None:
    assert np.array_equal(mask_of_counts(np.array([7, 2, 3]), 3, 4), picture("....", "..#.", "..#."))


def test_a_polygon_covers_the_pixels_whose_centre_it_holds() -> None:
    square = mask_of_polygons([[1, 1, 3, 1, 3, 3, 1, 3]], 4, 5)
    assert np.array_equal(square, picture(".....", ".##..", ".##..", "....."))
    triangle = mask_of_polygons([[0, 0, 4, 0, 0, 4]], 4, 4)
    assert np.array_equal(triangle, picture("###.", "##..", "#...", "...."))


def test_polygons_are_united_and_cut_at_the_frame() -> None:
    mask = mask_of_polygons([[-9, -9, 1, -9, 1, 1, -9, 1], [2, 1, 99, 1, 99, 99, 2, 99]], 3, 4)
    assert np.array_equal(mask, picture("#...", "..##", "..##"))


@pytest.mark.parametrize(
    "corners", [[], [1, 1, 2, 2], [1, 1, 2, 2, 3], [0, 0, 1, 0, 1, float("nan")], [[0, 0], [1, 0], [1, 1]]]
)
def test_what_is_no_polygon_is_an_error(corners: list[float]) -> None:
    with pytest.raises(ValueError, match=r"a polygon is a list of x, y, x, y, \.\.\. of at least three corners"):
        mask_of_polygons([corners], 4, 4)


FAR = st.floats(-1e12, 1e12) | st.floats(-2, 12)


@given(x1=FAR, x2=FAR, y1=FAR, y2=FAR)
def test_any_rectangle_covers_the_centres_between_its_edges(x1: float, x2: float, y1: float, y2: float) -> None:
    (x1, x2), (y1, y2) = sorted((x1, x2)), sorted((y1, y2))
    mask = mask_of_polygons([[x1, y1, x2, y1, x2, y2, x1, y2]], 7, 9)
    columns, rows = np.arange(9) + 0.5, np.arange(7) + 0.5
    expected = np.outer((y1 <= rows) & (rows < y2), (x1 <= columns) & (columns < x2))
    assert np.array_equal(mask, expected)


@given(mask=MASKS, top=st.integers(-50, 50), left=st.integers(-50, 50))
def test_a_part_of_a_frame_is_placed_and_cut(mask: Pixels, top: int, left: int) -> None:
    frame = place_mask(mask, top, left, 30, 20)
    for row, column in np.ndindex(30, 20):
        y, x = row - top, column - left
        is_inside = 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1]
        assert frame[row, column] == (is_inside and mask[y, x])


def test_the_box_around_a_mask_is_relative_to_the_frame() -> None:
    assert edges_of_mask(picture("....", "..#.", ".##.", "....")) == (0.25, 0.25, 0.75, 0.75)
    assert edges_of_mask(picture("#")) == (0.0, 0.0, 1.0, 1.0)


def test_around_nothing_there_is_no_box() -> None:
    assert edges_of_mask(picture("..", "..")) is None


EARLY, LATE = Mask(1.0, png="1.png"), Mask(2.0, png="2.png")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.9, None), (0.96, EARLY), (1.0, EARLY), (1.04, EARLY), (1.5, None), (1.97, LATE), (2.04, LATE), (3.0, None)],
)
def test_a_frame_has_the_nearest_mask_within_the_tolerance(seconds: float, expected: Mask | None) -> None:
    assert masks_at([EARLY, LATE], [seconds], 0.05) == (expected,)


def test_masks_are_found_for_each_frame() -> None:
    assert masks_at([EARLY, LATE], [2.0, 1.0, 1.6], 0.5) == (LATE, EARLY, LATE)
    assert masks_at([], [1.0], 9.0) == (None,)
