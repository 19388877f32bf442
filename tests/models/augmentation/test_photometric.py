"""Changes to the values of pixels."""

import colorsys
import math
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from models.augmentation.photometric import blur, change_values, colour_matrix
from tests.models.augmentation.drawing import PLAIN, changed, for_seeds


def noise_clip(num_frames: int = 1) -> tf.Tensor:
    """The same frame of noise several times: uint8 [num_frames, 16, 24, 3]."""
    frame = tf.random.stateless_uniform([1, 16, 24, 3], [1, 2], 0, 256, tf.int32)
    return tf.cast(tf.tile(frame, [num_frames, 1, 1, 1]), tf.uint8)


def many(clip: tf.Tensor, num: int = 20, **change: Any) -> np.ndarray:
    """Changed clips: uint8 [num, time, height, width, 3]."""
    return np.asarray(for_seeds(lambda seed: change_values(clip, changed(**change), seed), num))


@pytest.mark.parametrize(
    "change",
    [{"brightness": 0.4}, {"contrast": 0.5}, {"saturation": 1}, {"hue": 0.5}, {"blur": 2}],
    ids=lambda change: next(iter(change)),
)
def test_a_change_is_the_same_for_all_frames_and_another_for_each_seed(change: dict[str, Any]) -> None:
    clips = many(noise_clip(3), **change)
    assert clips.dtype == np.uint8
    assert (clips == clips[:, :1]).all()
    assert len({clip.tobytes() for clip in clips}) > len(clips) * 0.8


def test_without_changes_nothing_changes() -> None:
    clip = noise_clip()
    assert change_values(clip, PLAIN, tf.constant([1, 2], tf.int64)) is clip


def test_brightness_shifts_and_contrast_stretches_around_the_mean() -> None:
    grey = tf.cast(noise_clip() // 4 + 96, tf.uint8)
    brighter = many(grey, brightness=0.2).astype(float)
    assert brighter.mean(axis=(1, 2, 3, 4)).min() < grey.numpy().mean() - 20
    assert brighter.mean(axis=(1, 2, 3, 4)).max() > grey.numpy().mean() + 20
    assert np.ptp(brighter.std(axis=(1, 2, 3, 4))) < 0.5
    stretched = many(grey, contrast=0.5).astype(float)
    assert np.ptp(stretched.mean(axis=(1, 2, 3, 4))) < 0.5
    assert np.ptp(stretched.std(axis=(1, 2, 3, 4))) > 5


@pytest.mark.parametrize("change", [{"saturation": 1}, {"hue": 0.5}], ids=lambda change: next(iter(change)))
def test_grey_has_no_colour_to_change(change: dict[str, Any]) -> None:
    grey = tf.tile(noise_clip()[..., :1], [1, 1, 1, 3])
    assert abs(many(grey, **change).astype(int) - grey.numpy()).max() <= 1


def test_without_saturation_a_colour_is_its_brightness() -> None:
    colour = np.array([0.8, 0.3, 0.1])
    np.testing.assert_allclose(
        tf.linalg.matvec(colour_matrix(tf.constant(0.0), tf.constant(0.0)), tf.constant(colour, tf.float32)),
        np.full(3, colour @ [0.299, 0.587, 0.114]),
        atol=1e-3,
    )


@pytest.mark.parametrize("turn", [-1 / 3, 1 / 3])
def test_a_third_of_the_circle_takes_red_to_green_or_blue(turn: float) -> None:
    matrix = colour_matrix(tf.constant(1.0), tf.constant(turn * 2 * math.pi))
    red, green, blue = np.clip(tf.linalg.matvec(matrix, tf.constant([1.0, 0.0, 0.0])), 0, 1)
    hue = colorsys.rgb_to_hsv(float(red), float(green), float(blue))[0]
    # YIQ's circle is not quite that of HSV.
    assert min(abs(hue - 1 / 3), abs(hue - 2 / 3)) < 0.08


def test_blur_keeps_the_sum_and_spreads_a_point_as_a_gaussian() -> None:
    image = np.zeros((1, 21, 21, 1), np.float32)
    image[0, 10, 10] = 1
    spread = blur(tf.constant(image), tf.constant(1.5), radius=6).numpy()[0, :, :, 0]
    assert spread.sum() == pytest.approx(1, abs=1e-5)
    expected = np.exp(-(np.arange(-6, 7) ** 2) / (2 * 1.5**2))
    np.testing.assert_allclose(spread[10, 4:17] / spread[10, 10], expected, atol=1e-5)
    np.testing.assert_allclose(spread, spread.T, atol=1e-6)


def test_blur_without_width_changes_nothing_and_flat_areas_stay_flat_up_to_the_edge() -> None:
    image = tf.cast(noise_clip(), tf.float32)
    np.testing.assert_allclose(blur(image, tf.constant(0.0), 2), image, atol=1e-3)
    np.testing.assert_allclose(
        blur(tf.fill([1, 5, 5, 3], 9.0), tf.constant(2.0), 4), np.full((1, 5, 5, 3), 9), atol=1e-4
    )


def test_noise_differs_between_pixels_and_frames_but_not_in_strength() -> None:
    flat = tf.fill([2, 16, 24, 3], tf.constant(128, tf.uint8))
    clips = many(flat, noise=0.1).astype(float)
    assert (clips[:, 0] != clips[:, 1]).any(axis=(1, 2, 3)).all()
    strengths = clips.std(axis=(2, 3, 4))
    np.testing.assert_allclose(strengths[:, 0], strengths[:, 1], rtol=0.15, atol=0.5)
    assert strengths.max() <= 0.1 * 255 * 1.1
    assert np.ptp(strengths[:, 0]) > 10
