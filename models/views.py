"""Views of stored clips for evaluation and serving; random views are in models.augmentation."""

import tensorflow as tf

from models.augmentation.geometry import Geometry, warp_boxes
from models.config import ModelConfig
from models.geometry import centre_corner


def centre_view(clips: tf.Tensor, config: ModelConfig) -> tf.Tensor:
    """Evenly spread frames of clips, cropped at the centre.

    From uint8 [batch, time, clip_height, clip_width, 3], with any time, to [batch, num_frames, height, width, 3].
    """
    indices = centre_frames(tf.shape(clips)[1], config)
    top, left = tf.unstack(centre_corner(config))
    view = tf.gather(clips, indices, axis=1)[:, :, top : top + config.height, left : left + config.width]
    return tf.ensure_shape(view, [None, config.num_frames, config.height, config.width, 3])


def centre_boxes(boxes: tf.Tensor, validity: tf.Tensor, config: ModelConfig) -> tuple[tf.Tensor, tf.Tensor]:
    """Boxes of clips, and their validity, as `centre_view` shows them; see `warp_boxes`.

    From float32 [batch, time, 4] and [batch, time] to [batch, num_frames, 4] and [batch, num_frames].
    """
    indices = centre_frames(tf.shape(boxes)[1], config)
    corner = centre_corner(config)
    offset = tf.cast(corner[::-1, tf.newaxis], tf.float32)
    geometry = Geometry(corner, tf.constant(False), tf.concat([tf.eye(2), offset], axis=1))
    return warp_boxes(tf.gather(boxes, indices, axis=1), tf.gather(validity, indices, axis=1), geometry, config)


def centre_frames(num_stored: tf.Tensor, config: ModelConfig) -> tf.Tensor:
    """Indices of the stored frames that `centre_view` shows, evenly spread: int32 [num_frames]."""
    tf.debugging.assert_positive(num_stored, "a clip needs at least one frame")
    positions = (tf.range(config.num_frames, dtype=tf.float32) + 0.5) / config.num_frames
    return tf.minimum(tf.cast(positions * tf.cast(num_stored, tf.float32), tf.int32), num_stored - 1)
