"""Choice of the stored frames that a random view shows."""

import tensorflow as tf

from models.augmentation.config import AugmentationConfig


def draw_frame_indices(
    num_stored: tf.Tensor, num_frames: int, config: AugmentationConfig, seed: tf.Tensor
) -> tf.Tensor:
    """One frame from each of `num_frames` equal parts of a random stretch of time: int32 [num_frames], never decreasing.

    `num_stored`: int32 scalar; `seed`: int64 [2].
    """
    draws = tf.random.stateless_uniform([4 + num_frames], seed)
    span = config.min_time_span + draws[0] * (1 - config.min_time_span)
    middle = draws[1] * (1 - span) + span / 2 + (2 * draws[2] - 1) * config.time_shift
    # To show the action faster is to show more of it in as many frames.
    span *= (1 + config.speed) ** (2 * draws[3] - 1)
    parts = (tf.range(num_frames, dtype=tf.float32) + draws[4:]) / num_frames
    positions = middle - span / 2 + parts * span
    indices = tf.cast(tf.floor(positions * tf.cast(num_stored, tf.float32)), tf.int32)
    return tf.clip_by_value(indices, 0, num_stored - 1)
