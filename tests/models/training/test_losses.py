"""What training minimises."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.training.losses import balancing_weights, box_losses, clip_losses, weight_penalty


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


BOXES = tf.constant(
    [[[0.0, 0, 0.5, 0.5], [0.25, 0.25, 0.75, 0.75]], [[0, 0, 1, 1], [0, 0, 0, 0]]]
)  # of 2 clips, 2 frames each
ELSEWHERE = tf.constant([[0.5, 0.5, 1.0, 1.0]])


def test_boxes_that_are_found_cost_nothing() -> None:
    np.testing.assert_allclose(box_losses(BOXES, BOXES, tf.constant([[1.0, 0.5], [1.0, 0.0]])), [0, 0], atol=1e-6)


def test_the_loss_of_a_box_is_five_times_its_distance_and_twice_what_lacks_to_a_giou_of_one() -> None:
    box, predicted = tf.constant([[[0.0, 0, 0.5, 0.5]]]), ELSEWHERE[tf.newaxis]
    # Four edges, each half a frame away; nothing shared, and half of the hull is neither's.
    np.testing.assert_allclose(box_losses(box, predicted, tf.ones([1, 1])), [5 * 2 + 2 * 1.5], rtol=1e-6)


def test_a_frame_without_a_box_costs_nothing_wherever_the_prediction_is() -> None:
    predicted = tf.stack([BOXES[:, 0], tf.tile(ELSEWHERE, [2, 1])], axis=1)
    np.testing.assert_allclose(box_losses(BOXES, predicted, tf.constant([[1.0, 0.0]] * 2)), [0, 0], atol=1e-6)


def test_an_imputed_box_weighs_half_and_the_loss_is_a_mean_over_all_frames() -> None:
    predicted = tf.tile(ELSEWHERE[tf.newaxis], [2, 2, 1])
    drawn, imputed, one_of_two = (
        box_losses(BOXES, predicted, tf.constant([validity] * 2)).numpy()[0]
        for validity in ([1.0, 1.0], [0.5, 0.5], [1.0, 0.0])
    )
    assert imputed == pytest.approx(drawn / 2)
    assert one_of_two == pytest.approx((5 * 2 + 2 * 1.5) / 2)


def test_no_gradient_comes_from_a_frame_without_a_box() -> None:
    predicted = tf.Variable(tf.tile(ELSEWHERE[tf.newaxis], [2, 2, 1]))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(box_losses(BOXES, predicted, tf.constant([[1.0, 0.5], [1.0, 0.0]])))
    lengths = tf.norm(tape.gradient(loss, predicted), axis=-1).numpy()
    assert lengths[1, 1] == 0
    assert (lengths[:, 0] > 0).all()
