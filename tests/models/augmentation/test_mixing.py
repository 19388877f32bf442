"""Mixup and cutmix."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from models.augmentation.mixing import Mixture, draw_mixture, mix
from tests.models.augmentation.drawing import changed, for_seeds

TARGETS = tf.eye(4)


def flat_clips() -> tf.Tensor:
    """Four clips, each of one value: uint8 [4, 2, 10, 20, 3]."""
    values = tf.constant([0, 50, 100, 200], tf.uint8)
    return tf.tile(values[:, None, None, None, None], [1, 2, 10, 20, 3])


def mixtures(num: int = 4, **change: Any) -> Mixture:
    return Mixture(*map(tf.constant, for_seeds(lambda seed: draw_mixture(changed(**change), seed), num)))


def test_blended_clips_and_targets_have_the_same_shares() -> None:
    mixture = Mixture(tf.constant([0.5, 0.0, 0.25, 1.0]), tf.fill([4], False), tf.zeros([4, 2]))
    clips, targets = mix(flat_clips(), TARGETS, mixture)
    assert clips.dtype == tf.uint8
    assert clips[:, 0, 0, 0, 0].numpy().tolist() == [100, 50, 88, 100]
    assert (clips.numpy() == clips.numpy()[:, :1, :1, :1]).all()
    np.testing.assert_allclose(targets, [[0.5, 0, 0, 0.5], [0, 1, 0, 0], [0, 0.25, 0.75, 0], [0, 0, 1, 0]], atol=1e-6)


def test_numbers_beside_the_frames_are_mixed_as_the_targets_are() -> None:
    mixture = mixtures(4, mixup=0.4, cutmix=0.4)
    (clips, numbers), targets = mix((flat_clips(), TARGETS), TARGETS, mixture)
    np.testing.assert_array_equal(numbers, targets)
    np.testing.assert_array_equal(clips, mix(flat_clips(), TARGETS, mixture)[0])


def test_a_cut_replaces_a_rectangle_in_all_frames_and_its_area_is_the_targets_share() -> None:
    mixture = Mixture(tf.fill([4], 0.36), tf.fill([4], True), tf.constant([[0.5, 0.5]] * 3 + [[0.0, 0.0]]))
    clips, targets = mix(flat_clips(), TARGETS, mixture)
    pixels = clips.numpy()[..., 0]
    assert (pixels == pixels[:, :1]).all()
    replaced = pixels[0, 0] == 200
    assert np.argwhere(replaced).min(axis=0).tolist() == [2, 4]
    assert np.argwhere(replaced).max(axis=0).tolist() == [7, 15]
    np.testing.assert_allclose(targets[0], [1 - replaced.mean(), 0, 0, replaced.mean()], atol=1e-6)
    # At the corner three quarters of the rectangle lie outside of the frame.
    assert float(targets[3, 2]) == pytest.approx((pixels[3, 0] == 100).mean(), abs=1e-6)
    assert float(targets[3, 2]) < 0.1


@pytest.mark.parametrize("change", [{"mixup": 0.4}, {"cutmix": 1.0}, {"mixup": 1.0, "cutmix": 1.0}], ids=str)
def test_targets_stay_distributions(change: dict[str, Any]) -> None:
    mixture = mixtures(**change)
    _, targets = mix(flat_clips(), TARGETS, mixture)
    np.testing.assert_allclose(tf.reduce_sum(targets, axis=1), np.ones(4), atol=1e-6)
    assert (targets.numpy() >= 0).all()


def test_shares_follow_the_beta_distribution() -> None:
    shares = mixtures(4000, mixup=0.4).share.numpy()
    assert shares.mean() == pytest.approx(0.5, abs=0.02)
    assert shares.var() == pytest.approx(0.25 / (2 * 0.4 + 1), abs=0.01)


def test_one_kind_is_used_alone_and_both_are_used_equally_often() -> None:
    assert not mixtures(50, mixup=1.0).is_cut.numpy().any()
    assert mixtures(50, cutmix=1.0).is_cut.numpy().all()
    assert 150 < mixtures(400, mixup=1.0, cutmix=1.0).is_cut.numpy().sum() < 250


def test_a_tiny_alpha_gives_numbers() -> None:
    assert np.isfinite(mixtures(500, mixup=0.001).share.numpy()).all()
