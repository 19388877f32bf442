"""From a stored clip to what the network sees in evaluation and serving; random views are in models.augmentation."""

import tensorflow as tf

from models.config import ModelConfig


def centre_view(clips: tf.Tensor, config: ModelConfig) -> tf.Tensor:
    """Evenly spread frames, cropped at the centre; for any number of stored frames.

    Args:
      clips: uint8 [batch, time, clip_height, clip_width, 3].

    Returns:
      uint8 [batch, num_frames, height, width, 3].
    """
    num_stored = tf.shape(clips)[1]
    tf.debugging.assert_positive(num_stored, "a clip needs at least one frame")
    positions = (tf.range(config.num_frames, dtype=tf.float32) + 0.5) / config.num_frames
    indices = tf.minimum(tf.cast(positions * tf.cast(num_stored, tf.float32), tf.int32), num_stored - 1)
    top = (config.clip_height - config.height) // 2
    left = (config.clip_width - config.width) // 2
    view = tf.gather(clips, indices, axis=1)[:, :, top : top + config.height, left : left + config.width]
    return tf.ensure_shape(view, [None, config.num_frames, config.height, config.width, 3])
