"""Places of stored frames, and of their boxes, in the frames of a clip."""

from collections.abc import Callable

import tensorflow as tf

from models.config import ModelConfig


def placement(size: tf.Tensor, config: ModelConfig) -> tuple[tf.Tensor, tf.Tensor]:
    """Scale and translation, float32 [..., 2], of frames of a size, [..., 2]: height and width.

    A point at (y, x) pixels of a frame comes to (y, x) * scale + translation in the clip.
    """
    size = tf.cast(size, tf.float32)
    target = tf.constant([config.clip_height, config.clip_width], tf.float32)
    scale = target / size
    if config.resize != "stretch":
        fit = tf.reduce_max if config.resize == "crop" else tf.reduce_min
        scale = tf.ones_like(size) * fit(scale, axis=-1, keepdims=True)
    return scale, tf.round((target - size * scale) / 2)


def fit_boxes(
    boxes: tf.Tensor, valid: tf.Tensor, frame_size: tf.Tensor, config: ModelConfig
) -> tuple[tf.Tensor, tf.Tensor]:
    """Boxes of frames as boxes of the clips that `models.preprocessing.fit_frames` makes of them, cut at the edges.

    Args:
      boxes: float32 [batch, time, 4], edges [x_min, y_min, x_max, y_max] relative to the frame.
      valid: float32 [batch, time], 0 where there is no box.
      frame_size: height and width of each clip's frames in pixels, [batch, 2].

    Returns:
      The boxes relative to the clip's frames, and their validity, with the same shapes. A box of which nothing is left in the
      picture is invalid, and an invalid box is zeros.
    """
    scale, translation = placement(frame_size, config)  # [batch, 2]
    size = tf.cast(frame_size, tf.float32)
    clip_size = tf.constant([config.clip_height, config.clip_width], tf.float32)
    factor = tf.reverse(size * scale / clip_size, axis=[-1])  # [batch, (x, y)]
    offset = tf.reverse(translation / clip_size, axis=[-1])
    fitted = boxes * tf.tile(factor, [1, 2])[:, tf.newaxis] + tf.tile(offset, [1, 2])[:, tf.newaxis]
    fitted = tf.clip_by_value(fitted, 0.0, 1.0)  # [batch, time, 4]
    remains = tf.reduce_all(fitted[..., 2:] > fitted[..., :2], axis=-1) & (valid > 0)  # [batch, time]
    return tf.where(remains[..., tf.newaxis], fitted, 0.0), tf.where(remains, valid, 0.0)


def boxes_in_frame(boxes: tf.Tensor, frame_size: tf.Tensor, config: ModelConfig) -> tf.Tensor:
    """The inverse of `fit_boxes` for boxes of what is cropped at the centre of clips, cut at the edges of the frame.

    Args:
      boxes: float32 [batch, time, 4], relative to `config.height` times `config.width` pixels at the clip's centre.
      frame_size: height and width of each clip's frames in pixels, [batch, 2].

    Returns:
      Boxes relative to the frame, float32 [batch, time, 4].
    """
    scale, translation = placement(frame_size, config)  # [batch, 2]
    view_size = tf.constant([config.height, config.width], tf.float32)
    scaled_size = tf.cast(frame_size, tf.float32) * scale
    factor = tf.reverse(view_size / scaled_size, axis=[-1])  # [batch, (x, y)]
    corner = tf.cast(centre_corner(config), tf.float32)
    offset = tf.reverse((corner - translation) / scaled_size, axis=[-1])
    mapped = boxes * tf.tile(factor, [1, 2])[:, tf.newaxis] + tf.tile(offset, [1, 2])[:, tf.newaxis]
    return tf.clip_by_value(mapped, 0.0, 1.0)


def centre_corner(config: ModelConfig) -> tf.Tensor:
    """Top and left of the centre crop in its clip, in pixels: int32 [2]."""
    return tf.constant([(config.clip_height - config.height) // 2, (config.clip_width - config.width) // 2])


def frame_sizes(jpegs: tf.Tensor) -> tf.Tensor:
    """Height and width, int32 [batch, 2], of the first of each clip's JPEG frames, string [batch, time]; none is decoded."""
    return _size_of_first(tf.io.extract_jpeg_shape, jpegs)


def image_sizes(images: tf.Tensor) -> tf.Tensor:
    """The same for frames in any format that `tf.io.decode_jpeg` reads; one is decoded for each clip."""
    return _size_of_first(lambda image: tf.shape(tf.io.decode_jpeg(image, channels=3)), images)


def _size_of_first(shape_of: Callable[[tf.Tensor], tf.Tensor], frames: tf.Tensor) -> tf.Tensor:
    spec = tf.TensorSpec([2], tf.int32)
    return tf.map_fn(lambda clip: shape_of(clip[0])[:2], frames, fn_output_signature=spec, parallel_iterations=1)
