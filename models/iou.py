"""Agreement of boxes: intersection over union, and a generalisation of it that can be minimised.

Boxes are [x_min, y_min, x_max, y_max] in any unit. An empty box shares nothing with any other.
"""

import tensorflow as tf


def iou(boxes: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    """Shared area as a share of the area that either covers: float32 [..., 4] twice to [...], from 0 to 1."""
    intersection, union, _ = _areas(boxes, others)
    return tf.math.divide_no_nan(intersection, union)


def generalized_iou(boxes: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    """IoU less the part of the smallest box around both that neither covers: float32 [..., 4] twice to [...], above -1.

    Boxes that do not touch have an IoU of zero however far apart they are; here distance counts. Source: Rezatofighi et al.,
    "Generalized Intersection over Union", CVPR 2019 (arXiv:1902.09630).
    """
    intersection, union, hull = _areas(boxes, others)
    return tf.math.divide_no_nan(intersection, union) - tf.math.divide_no_nan(hull - union, hull)


def _areas(boxes: tf.Tensor, others: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Areas of the intersection, of the union, and of the smallest box around both."""
    low, high = boxes[..., :2], boxes[..., 2:]
    other_low, other_high = others[..., :2], others[..., 2:]
    intersection = _area(tf.maximum(low, other_low), tf.minimum(high, other_high))
    union = _area(low, high) + _area(other_low, other_high) - intersection
    return intersection, union, _area(tf.minimum(low, other_low), tf.maximum(high, other_high))


def _area(low: tf.Tensor, high: tf.Tensor) -> tf.Tensor:
    return tf.reduce_prod(tf.maximum(high - low, 0.0), axis=-1)
