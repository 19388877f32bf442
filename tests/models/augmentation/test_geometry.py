"""Where a view looks, and that frames and boxes agree about it."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.augmentation.config import AugmentationConfig
from models.augmentation.geometry import Geometry, crop_images, draw_geometry, warp_boxes, warp_images
from models.config import ModelConfig
from tests.models.augmentation.drawing import MODEL, PLAIN, changed, for_seeds
from tests.models.clips import coordinates

LARGE = ModelConfig(height=80, width=120, crop_margin=1.25)  # clips are 100 x 150


def draw(config: AugmentationConfig, seed: int = 0, model: ModelConfig = MODEL, *, may_mirror: bool = True) -> Geometry:
    return draw_geometry(model, config, may_mirror, tf.constant([seed, 7], tf.int64))


def rectangle(left: int, top: int, right: int, bottom: int) -> np.ndarray:
    """One large clip of one frame with a white rectangle: uint8 [1, 100, 150, 1]."""
    image = np.zeros((1, LARGE.clip_height, LARGE.clip_width, 1), np.uint8)
    image[0, top:bottom, left:right] = 255
    return image


def box_of(pixels: np.ndarray) -> np.ndarray:
    """The box around what is not black, relative to the image [height, width]."""
    rows, columns = np.nonzero(pixels.any(axis=1))[0], np.nonzero(pixels.any(axis=0))[0]
    height, width = pixels.shape
    return np.array([columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height])


def test_crops_reach_every_place_and_stay_inside_the_clip() -> None:
    corners = for_seeds(lambda seed: draw_geometry(MODEL, changed(crop=True), True, seed).corner, 300)
    assert set(corners[:, 0]) == set(range(20 - 16 + 1))
    assert set(corners[:, 1]) == set(range(30 - 24 + 1))


def test_without_a_crop_the_view_is_cut_from_the_centre() -> None:
    assert draw(PLAIN).corner.numpy().tolist() == [2, 3]


def test_about_half_of_the_views_are_mirrored_and_none_that_must_not_be() -> None:
    flip = changed(flip=True)
    assert 160 < for_seeds(lambda seed: draw_geometry(MODEL, flip, True, seed).mirrored, 400).sum() < 240
    assert not for_seeds(lambda seed: draw_geometry(MODEL, flip, False, seed).mirrored, 100).any()
    assert not for_seeds(lambda seed: draw_geometry(MODEL, PLAIN, True, seed).mirrored, 100).any()


@pytest.mark.parametrize("seed", range(8))
def test_a_crop_and_its_matrix_show_the_same_pixels(seed: int) -> None:
    clip = coordinates(3, MODEL)
    geometry = draw(changed(crop=True, flip=True), seed)
    cropped = crop_images(clip, geometry, 16, 24)
    np.testing.assert_array_equal(warp_images(clip, geometry, 16, 24), cropped)


@pytest.mark.parametrize(
    "change", [{"rotation": 40}, {"zoom": 0.5}, {"shear": 30}, {"shift": 0.4}], ids=lambda change: next(iter(change))
)
def test_every_warp_does_something_and_each_draw_something_else(change: dict[str, Any]) -> None:
    config = changed(**change)
    matrices = for_seeds(lambda seed: draw_geometry(MODEL, config, True, seed).matrix, 20)
    assert config.warps
    assert len({matrix.tobytes() for matrix in matrices}) == 20
    assert not PLAIN.warps


def test_rotation_keeps_shapes_and_zoom_angles() -> None:
    def linear(config: AugmentationConfig) -> np.ndarray:
        return np.asarray(for_seeds(lambda seed: draw_geometry(MODEL, config, True, seed).matrix, 200))[:, :, :2]

    turned = linear(changed(rotation=30))
    np.testing.assert_allclose(turned @ turned.transpose(0, 2, 1), np.tile(np.eye(2), (200, 1, 1)), atol=1e-6)
    angles = np.degrees(np.arctan2(turned[:, 1, 0], turned[:, 0, 0]))
    assert -30 <= angles.min() < -25
    assert 25 < angles.max() <= 30
    zoomed = linear(changed(zoom=0.5))
    np.testing.assert_allclose(zoomed[:, 0, 1], 0, atol=1e-6)
    np.testing.assert_allclose(zoomed[:, 0, 0], zoomed[:, 1, 1], atol=1e-6)
    assert 1 / 1.5 - 1e-6 <= zoomed[:, 0, 0].min() < 0.7
    assert 1.4 < zoomed[:, 0, 0].max() <= 1.5 + 1e-6


def test_the_centre_of_the_view_stays_where_it_is() -> None:
    """A rotation, zoom or shear looks at what the centred crop has in its middle."""
    matrices = for_seeds(
        lambda seed: draw_geometry(MODEL, changed(rotation=90, zoom=1, shear=30, flip=True), True, seed).matrix, 50
    )
    np.testing.assert_allclose(matrices @ [11.5, 7.5, 1], np.tile([14.5, 9.5], (50, 1)), atol=1e-4)


def test_outside_of_the_clip_it_is_black() -> None:
    white = tf.fill([1, 20, 30, 3], tf.constant(255, tf.uint8))
    warped = warp_images(white, draw(changed(shift=1), 3), 16, 24).numpy()
    assert warped.min() == 0
    assert warped.max() == 255


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    left=st.integers(0, 120),
    top=st.integers(0, 80),
    width=st.integers(12, 30),
    height=st.integers(12, 20),
)
def test_a_box_goes_where_the_pixels_in_it_go(seed: int, left: int, top: int, width: int, height: int) -> None:
    config = changed(crop=True, flip=True, rotation=30, zoom=0.3, shear=15, shift=0.2)
    geometry = draw(config, seed, LARGE)
    right, bottom = left + width, top + height
    edges = tf.constant([[left / 150, top / 100, right / 150, bottom / 100]], tf.float32)
    boxes, validity = warp_boxes(edges, tf.constant([0.5]), geometry, LARGE)
    seen = warp_images(rectangle(left, top, right, bottom), geometry, 80, 120).numpy()[0, :, :, 0] >= 128
    if not seen.any():
        # Less than a pixel may be left of the box.
        assert validity.numpy() == 0 or np.prod(boxes[0, 2:] - boxes[0, :2]) < 0.02
        return
    assert validity.numpy() == 0.5
    # The box of a turned rectangle has its corners outside of the view, where no pixel shows them.
    if (boxes[0] > 0.02).numpy().all() and (boxes[0] < 0.98).numpy().all():
        np.testing.assert_allclose(boxes[0], box_of(seen), atol=0.035)


def test_absent_boxes_stay_absent_and_those_out_of_sight_become_so() -> None:
    geometry = draw(PLAIN, model=LARGE)  # cuts a tenth from each side
    edges = tf.constant([[0.2, 0.2, 0.6, 0.6], [0, 0, 0.05, 0.9], [0, 0, 0, 0], [0, 0, 1, 1]])
    boxes, validity = warp_boxes(edges, tf.constant([1.0, 1.0, 0.0, 0.5]), geometry, LARGE)
    assert validity.numpy().tolist() == [1, 0, 0, 0.5]
    np.testing.assert_allclose(boxes, [[0.125, 0.125, 0.625, 0.625], [0] * 4, [0] * 4, [0, 0, 1, 1]], atol=1e-5)


def test_boxes_may_have_any_leading_dimensions() -> None:
    edges = tf.random.stateless_uniform([5, 3, 4], [1, 2])
    boxes, validity = warp_boxes(edges, tf.ones([5, 3]), draw(PLAIN), MODEL)
    assert boxes.shape == (5, 3, 4)
    assert validity.shape == (5, 3)
