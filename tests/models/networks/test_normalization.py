"""The fused layer against Keras's: outputs, moving averages and gradients."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from models.networks.normalization import FusedBatchNormalization

SHAPES = [(4, 6), (3, 5, 6), (4, 3, 5, 6), (2, 3, 4, 5, 6), (1, 6)]


def layer_pair(shape: tuple[int, ...], **options: Any) -> list[layers.BatchNormalization]:
    """Keras's layer and ours with the same weights."""
    random = np.random.default_rng(0)
    weights = [random.uniform(0.5, 2, shape[-1]) for _ in range(4)]
    pair = [kind(momentum=0.9, **options) for kind in (layers.BatchNormalization, FusedBatchNormalization)]
    for layer in pair:
        layer.build((None, *shape[1:]))
        layer.set_weights(weights)
    return pair


def results(layer: layers.BatchNormalization, inputs: tf.Tensor, *, training: bool) -> list[np.ndarray]:
    """Outputs, the gradients of a sum of squares for the input and the weights, and the weights afterwards."""
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(inputs, training=training)
        loss = tf.reduce_sum(tf.cast(outputs, tf.float32) ** 3)
    gradients = tape.gradient(loss, [inputs, *(weight.value for weight in layer.trainable_weights)])
    return [np.asarray(tf.cast(value, tf.float32)) for value in (outputs, *gradients, *layer.weights)]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_it_computes_what_keras_computes(shape: tuple[int, ...], training: bool) -> None:
    inputs = tf.constant(np.random.default_rng(1).normal(3, 2, shape), tf.float32)
    expected, fused = (results(layer, inputs, training=training) for layer in layer_pair(shape))
    for value, wanted in zip(fused, expected, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-3, atol=1e-3)


def test_in_bfloat16_it_computes_what_keras_computes_but_for_rounding() -> None:
    shape = (4, 3, 5, 6)
    inputs = tf.cast(np.random.default_rng(1).normal(3, 2, shape), tf.bfloat16)
    reference, fused = layer_pair(shape, dtype="mixed_bfloat16")
    outputs = fused(inputs, training=True)
    assert outputs.dtype == tf.bfloat16
    wanted = tf.cast(reference(inputs, training=True), tf.float32)
    np.testing.assert_allclose(tf.cast(outputs, tf.float32), wanted, atol=0.04)
    assert {weight.dtype for weight in fused.weights} == {"float32"}
    for value, average in zip(fused.weights, reference.weights, strict=True):
        np.testing.assert_allclose(value, average, rtol=1e-2)


def test_a_frozen_layer_normalises_by_its_moving_averages() -> None:
    inputs = tf.constant(np.random.default_rng(1).normal(3, 2, (4, 3, 5, 6)), tf.float32)
    _, fused = layer_pair((4, 3, 5, 6))
    fused.trainable = False
    before = fused.get_weights()
    np.testing.assert_array_equal(fused(inputs, training=True), fused(inputs, training=False))
    for value, wanted in zip(fused.get_weights(), before, strict=True):
        np.testing.assert_array_equal(value, wanted)


def test_masked_steps_do_not_count() -> None:
    inputs = tf.constant(np.random.default_rng(1).normal(3, 2, (4, 5, 6)), tf.float32)
    mask = tf.sequence_mask([5, 2, 3, 1], 5)
    reference, fused = layer_pair((4, 5, 6))
    wanted = reference(inputs, training=True, mask=mask)
    np.testing.assert_allclose(fused(inputs, training=True, mask=mask), wanted, atol=1e-5)


def test_a_model_for_any_batch_size_keeps_its_static_shape() -> None:
    inputs = keras.Input((3, 4, 5, 6))
    assert FusedBatchNormalization()(inputs).shape == (None, 3, 4, 5, 6)


@pytest.mark.parametrize("training", [True, False])
def test_in_a_graph_between_convolution_and_relu_it_computes_what_keras_computes(training: bool) -> None:
    """There TensorFlow makes one operation of several, in evaluation and in training."""
    images = tf.constant(np.random.default_rng(1).normal(size=(4, 9, 8, 3)), tf.float32)
    kernel = tf.Variable(np.random.default_rng(2).normal(size=(3, 3, 3, 6)), dtype=tf.float32)
    outcomes = []
    for layer in layer_pair((4, 9, 8, 6)):

        @tf.function(autograph=False)
        def compute(layer: layers.BatchNormalization = layer) -> list[tf.Tensor]:
            with tf.GradientTape() as tape:
                outputs = tf.nn.relu(layer(tf.nn.conv2d(images, kernel, 1, "SAME"), training=training))
                loss = tf.reduce_sum(outputs**3)
            weights = [kernel, *(weight.value for weight in layer.trainable_weights)]
            return [outputs, *tape.gradient(loss, weights)]

        outcomes.append([*compute(), *layer.weights])
    for wanted, value in zip(*outcomes, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-3, atol=1e-3)
