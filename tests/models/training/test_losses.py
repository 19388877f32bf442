"""What training minimises."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.training.losses import balancing_weights, clip_losses, weight_penalty


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_the_loss_is_the_smoothed_cross_entropy_of_each_clip(smoothing: float) -> None:
    logits = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0], [-3.0, 4.0, 1.0]], np.float32)
    targets = np.array([[1, 0, 0], [0, 0.25, 0.75], [0, 0, 1]], np.float32)
    log_probabilities = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    expected = -((targets * (1 - smoothing) + smoothing / 3) * log_probabilities).sum(axis=1)
    np.testing.assert_allclose(clip_losses(tf.constant(targets), tf.constant(logits), smoothing), expected, rtol=1e-5)


def test_a_target_of_zeros_costs_nothing() -> None:
    logits = tf.constant([[2.0, -1.0], [1.0, 5.0]])
    losses = clip_losses(tf.constant([[0.0, 0.0], [1.0, 0.0]]), logits, 0.1).numpy()
    assert losses[0] == 0
    assert losses[1] > 3


def test_extreme_logits_give_a_finite_loss() -> None:
    logits = tf.constant([[1e4, -1e4], [-1e4, 1e4]])
    assert np.isfinite(clip_losses(tf.constant([[1.0, 0.0]] * 2), logits, 0.1)).all()


def test_balancing_weights_give_every_class_the_same_weight_and_clips_a_mean_of_one() -> None:
    counts = [6, 3, 1, 0]
    weights = balancing_weights(counts)
    assert [counts[i] * weights[i] for i in range(3)] == pytest.approx([10 / 3] * 3)
    assert sum(counts[i] * weights[i] for i in range(4)) == pytest.approx(sum(counts))
    assert weights[3] == 0


def test_penalties_are_sums_of_absolute_values_and_squares() -> None:
    weights = [keras.Variable([1.0, -2.0]), keras.Variable([[3.0]])]
    assert float(weight_penalty(weights, l1=0.1, l2=0)) == pytest.approx(0.6)
    assert float(weight_penalty(weights, l1=0, l2=0.1)) == pytest.approx(1.4)
    assert float(weight_penalty(weights, l1=1, l2=1)) == pytest.approx(20)
    assert float(weight_penalty(weights, l1=0, l2=0)) == 0
