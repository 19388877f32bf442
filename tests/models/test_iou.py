"""How well boxes agree, by hand-made values and by what holds for any two boxes."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from models.iou import generalized_iou, iou

Box = tuple[float, float, float, float]

EMPTY: Box = (0.0, 0.0, 0.0, 0.0)

edges = st.integers(0, 64).map(lambda edge: edge / 64)  # exact in float32, so that areas of equal boxes are equal


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """A box with an area, within 0..1."""
    (x_min, x_max), (y_min, y_max) = (
        sorted(draw(st.lists(edges, min_size=2, max_size=2, unique=True))) for _ in range(2)
    )
    return x_min, y_min, x_max, y_max


def both(box: Box, other: Box) -> tuple[float, float]:
    """IoU and generalised IoU."""
    return float(iou(tf.constant(box), tf.constant(other))), float(
        generalized_iou(tf.constant(box), tf.constant(other))
    )


@pytest.mark.parametrize(
    ("other", "expected_iou", "expected_generalized"),
    [
        ((0, 0, 2, 2), 1, 1),
        ((1, 0, 3, 2), 2 / 6, 2 / 6),  # side by side in one row: the hull is the union
        ((1, 1, 3, 3), 1 / 7, 1 / 7 - 2 / 9),
        ((0, 0, 1, 1), 1 / 4, 1 / 4),  # inside
        ((2, 0, 4, 2), 0, 0),  # they touch, and fill their hull
        ((4, 0, 6, 2), 0, -4 / 12),
        ((4, 4, 6, 6), 0, -28 / 36),
        (EMPTY, 0, 0),
    ],
)
def test_boxes_agree_as_counted_by_hand(other: Box, expected_iou: float, expected_generalized: float) -> None:
    other = tuple(map(float, other))
    assert both((0.0, 0.0, 2.0, 2.0), other) == pytest.approx((expected_iou, expected_generalized))


def test_two_empty_boxes_agree_in_nothing_and_are_no_error() -> None:
    assert both(EMPTY, EMPTY) == (0, 0)


def test_each_box_is_compared_with_its_own_other() -> None:
    found = iou(tf.constant([[[0.0, 0, 1, 1]], [[0, 0, 1, 1]]]), tf.constant([[[0.0, 0, 1, 1]], [[0, 0, 1, 0.5]]]))
    np.testing.assert_allclose(found, [[1], [0.5]])


@given(box=boxes(), other=boxes())
def test_of_any_two_boxes(box: Box, other: Box) -> None:
    shared, generalized = both(box, other)
    assert both(other, box) == pytest.approx((shared, generalized), abs=1e-6)
    assert 0 <= shared <= 1
    assert (shared == 1) == (box == other)
    assert -1 < generalized <= shared + 1e-6
    assert both(box, box) == pytest.approx((1, 1))


@given(box=boxes(), other=boxes(), scale=st.integers(1, 50), shift=st.integers(-50, 50))
def test_neither_depends_on_the_unit_nor_on_the_origin(box: Box, other: Box, scale: int, shift: int) -> None:
    moved, other_moved = (tuple(edge * scale + shift for edge in one) for one in (box, other))
    assert both(moved, other_moved) == pytest.approx(both(box, other), abs=1e-5)


def test_of_boxes_that_do_not_touch_the_farther_ones_agree_less() -> None:
    ahead = [both((0.0, 0.0, 1.0, 1.0), (left, 0.0, left + 1, 1.0))[1] for left in (1.0, 2.0, 3.0, 9.0)]
    assert ahead == sorted(ahead, reverse=True)
    assert len(set(ahead)) == 4
