"""The part of its clip that a view shows, and what that does to frames and boxes.

Crop, mirror, rotation, zoom, shear and shift are one affine map, so that pixels are interpolated once at the most.
"""

import math
from typing import NamedTuple

import tensorflow as tf

from models.augmentation.config import AugmentationConfig
from models.config import ModelConfig


class Geometry(NamedTuple):
    """The place of a view in its clip, the same for all frames.

    `matrix` (float32 [2, 3]) takes the x and y of a pixel of the view to those in the clip. If nothing is interpolated,
    `corner` (int32 [2], top and left of the crop) and `mirrored` (bool) say the same.
    """

    corner: tf.Tensor
    mirrored: tf.Tensor
    matrix: tf.Tensor


def draw_geometry(
    model: ModelConfig, config: AugmentationConfig, may_mirror: bool | tf.Tensor, seed: tf.Tensor
) -> Geometry:
    """A random geometry; `may_mirror`: whether the clip's label stays right in a mirror. `seed`: int64 [2]."""
    draws = tf.random.stateless_uniform([9], seed)
    signed = 2 * draws - 1
    room = tf.constant([model.clip_height - model.height, model.clip_width - model.width])
    corner = room // 2
    if config.crop:
        corner = tf.minimum(tf.cast(draws[:2] * tf.cast(room + 1, tf.float32), tf.int32), room)
    mirrored = tf.logical_and(may_mirror, draws[2] < 0.5) if config.flip else tf.constant(False)

    size = tf.constant([model.width, model.height], tf.float32)
    linear = _linear_map(
        angle=signed[3] * math.radians(config.rotation),
        scale=(1 + config.zoom) ** signed[4],
        slopes=tf.tan(signed[5:7] * math.radians(config.shear)),
        mirrored=mirrored,
    )
    centre = (size - 1) / 2  # of the view: all but the shift leaves it where it is
    origin = tf.cast(corner[::-1], tf.float32) + centre + signed[7:9] * config.shift * size
    offset = origin - tf.linalg.matvec(linear, centre)
    return Geometry(corner, mirrored, tf.concat([linear, offset[:, tf.newaxis]], axis=1))


def _linear_map(angle: tf.Tensor, scale: tf.Tensor, slopes: tf.Tensor, mirrored: tf.Tensor) -> tf.Tensor:
    """The map from the view to the clip, around the centre: float32 [2, 2]. A `scale` above 1 enlarges what is seen."""
    cosine, sine = tf.cos(angle), tf.sin(angle)
    rotation = tf.stack([tf.stack([cosine, -sine]), tf.stack([sine, cosine])])
    shear = tf.eye(2) + tf.linalg.diag(slopes)[::-1]
    mirror = tf.linalg.diag(tf.stack([tf.where(mirrored, -1.0, 1.0), 1.0]))
    return rotation @ shear @ mirror / scale


def crop_images(images: tf.Tensor, geometry: Geometry, height: int, width: int) -> tf.Tensor:
    """Frames, [time, clip_height, clip_width, channels], to [time, height, width, channels] by copying pixels."""
    top, left = tf.unstack(geometry.corner)
    cropped = images[:, top : top + height, left : left + width]
    return tf.cond(geometry.mirrored, lambda: tf.reverse(cropped, axis=[2]), lambda: cropped)


def warp_images(images: tf.Tensor, geometry: Geometry, height: int, width: int) -> tf.Tensor:
    """Frames, uint8 [time, clip_height, clip_width, channels], to [time, height, width, channels]; black where none is."""
    projection = tf.concat([tf.reshape(geometry.matrix, [6]), tf.zeros(2)], axis=0)
    warped = tf.raw_ops.ImageProjectiveTransformV3(
        # The op would truncate what it interpolates between integers.
        images=tf.cast(images, tf.float32),
        transforms=projection[tf.newaxis],
        output_shape=[height, width],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    return tf.saturate_cast(tf.round(warped), tf.uint8)


def warp_boxes(
    boxes: tf.Tensor, validity: tf.Tensor, geometry: Geometry, model: ModelConfig
) -> tuple[tf.Tensor, tf.Tensor]:
    """Boxes as the view sees them: the smallest upright ones around what they become, cut at the view's edges.

    Args:
      boxes: float32 [..., 4], [x_min, y_min, x_max, y_max] relative to the clip.
      validity: float32 [...], 0 for no box.

    Returns:
      Boxes relative to the view, and their validity: unchanged, but 0 for a box of which nothing is left. Boxes without
      validity are zeros.
    """
    clip_size = tf.constant([model.clip_width, model.clip_height], tf.float32)
    view_size = tf.constant([model.width, model.height], tf.float32)
    corners = tf.stack([tf.gather(boxes, [x, y], axis=-1) for x in (0, 2) for y in (1, 3)], axis=-2)  # [..., 4, 2]
    # A pixel's coordinates are those of its centre, half a pixel from its edge.
    pixels = corners * clip_size - 0.5
    to_view = tf.linalg.inv(geometry.matrix[:, :2])
    seen = (tf.einsum("...i,ji->...j", pixels - geometry.matrix[:, 2], to_view) + 0.5) / view_size
    low, high = (tf.clip_by_value(reduce(seen, axis=-2), 0, 1) for reduce in (tf.reduce_min, tf.reduce_max))
    left_over = tf.reduce_all(high > low, axis=-1)
    validity = tf.where(left_over, validity, 0)
    return tf.where(validity[..., tf.newaxis] > 0, tf.concat([low, high], axis=-1), 0), validity
