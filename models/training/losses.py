"""What training minimises."""

from collections.abc import Sequence

import keras
import tensorflow as tf


def clip_losses(targets: tf.Tensor, logits: tf.Tensor, label_smoothing: float) -> tf.Tensor:
    """Cross-entropy of each clip with its smoothed target, float32 [batch]; 0 for a target of zeros.

    Source of the smoothing: Szegedy et al., "Rethinking the Inception Architecture", CVPR 2016 (arXiv:1512.00567).
    """
    presence = tf.reduce_sum(targets, axis=-1)
    losses = keras.losses.categorical_crossentropy(targets, logits, from_logits=True, label_smoothing=label_smoothing)
    return losses * presence


def balancing_weights(counts: Sequence[int]) -> list[float]:
    """A weight for each class such that all classes weigh the same and the mean over the clips is 1."""
    present = sum(count > 0 for count in counts)
    return [sum(counts) / (present * count) if count else 0.0 for count in counts]


def weight_penalty(weights: Sequence[keras.Variable], l1: float, l2: float) -> tf.Tensor:
    """Sum of l1 times the absolute values and l2 times the squares: float32 scalar."""
    penalty = tf.zeros([])
    for weight in weights if l1 or l2 else ():
        values = tf.convert_to_tensor(weight)
        penalty += l1 * tf.reduce_sum(tf.abs(values)) + l2 * tf.reduce_sum(tf.square(values))
    return penalty
