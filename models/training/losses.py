"""Losses and penalties."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from models.iou import generalized_iou
from models.training.config import SeveralLabelsLoss

# The proportion in which Carion et al., "End-to-End Object Detection with Transformers", ECCV 2020 (arXiv:2005.12872), add
# distances and GIoU.
_DISTANCE_WEIGHT, _GIOU_WEIGHT = 5.0, 2.0

_FOCAL_GAMMA = 2
_ASYMMETRIC_GAMMA, _ASYMMETRIC_MARGIN = 4, 0.05


def label_losses(
    targets: tf.Tensor, logits: tf.Tensor, label_smoothing: float, kind: SeveralLabelsLoss, weights: tf.Tensor
) -> tf.Tensor:
    """The sum over the classes of each clip's loss, where a clip may have several: float32 [batch]; 0 for a target of zeros.

    Classes of which it is not known whether a clip has them add nothing to it, nor to its gradient.

    Args:
      targets: float32 [batch, classes], from 0 to 1; NaN where that is not known.
      logits: float32 [batch, classes].
      label_smoothing: every target moves this share of the way to one half.
      kind: `cross_entropy`; `focal`: Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017 (arXiv:1708.02002), with
        gamma 2; `asymmetric`: Ridnik et al., "Asymmetric Loss For Multi-Label Classification", ICCV 2021 (arXiv:2009.14119),
        with gammas 0 and 4 and a margin of 0.05. Both look less at answers that are right already.
      weights: float32 [2, classes], of absent and of present labels.
    """
    presence = presence_of(targets)
    is_known = targets >= 0  # NaN is neither
    targets = tf.where(is_known, targets, 0.0)
    smoothed = targets + (0.5 - targets) * label_smoothing
    absent_share, present_share = (1 - smoothed) * weights[0], smoothed * weights[1]
    probabilities = tf.sigmoid(logits)
    log_present, log_absent = tf.math.log_sigmoid(logits), tf.math.log_sigmoid(-logits)
    if kind == "focal":
        log_present *= (1 - probabilities) ** _FOCAL_GAMMA
        log_absent *= probabilities**_FOCAL_GAMMA
    elif kind == "asymmetric":
        shifted = tf.maximum(probabilities - _ASYMMETRIC_MARGIN, 0.0)
        log_absent = tf.math.log1p(-shifted) * shifted**_ASYMMETRIC_GAMMA
    losses = present_share * log_present + absent_share * log_absent
    return -tf.reduce_sum(tf.where(is_known, losses, 0.0), axis=-1) * presence


def presence_of(targets: tf.Tensor) -> tf.Tensor:
    """1 for a clip that may have several labels, 0 for a target of zeros, which only fills a batch: float32 [batch]."""
    return tf.cast(tf.reduce_any(tf.not_equal(targets, 0), axis=-1), tf.float32)


def clip_losses(targets: tf.Tensor, logits: tf.Tensor, label_smoothing: float) -> tf.Tensor:
    """Cross-entropy of each clip with its smoothed target, float32 [batch]; 0 for a target of zeros.

    Source of the smoothing: Szegedy et al., "Rethinking the Inception Architecture", CVPR 2016 (arXiv:1512.00567).
    """
    presence = tf.reduce_sum(targets, axis=-1)
    losses = keras.losses.categorical_crossentropy(targets, logits, from_logits=True, label_smoothing=label_smoothing)
    return losses * presence


def box_losses(boxes: tf.Tensor, predicted: tf.Tensor, validity: tf.Tensor) -> tf.Tensor:
    """Distance between the boxes of each clip and the predicted ones: float32 [batch].

    It is the mean over all frames, each weighted with the validity of its box, so that a frame without a box adds nothing.

    Args:
      boxes, predicted: float32 [batch, num_frames, 4], relative to the frames.
      validity: float32 [batch, num_frames]: 1 for a box that was drawn, 0.5 for an imputed one, 0 for none.
    """
    distances = tf.reduce_sum(tf.abs(boxes - predicted), axis=-1)
    losses = _DISTANCE_WEIGHT * distances + _GIOU_WEIGHT * (1 - generalized_iou(boxes, predicted))
    return tf.reduce_mean(losses * validity, axis=-1)


def balancing_weights(counts: Sequence[int]) -> list[float]:
    """A weight for each class, so that all classes weigh the same and the mean over the clips is 1."""
    present = sum(count > 0 for count in counts)
    return [sum(counts) / (present * count) if count else 0.0 for count in counts]


def weight_penalty(weights: Sequence[keras.Variable], l1: float, l2: float) -> tf.Tensor:
    """Sum of l1 times the absolute values and l2 times the squares: float32 scalar."""
    penalty = tf.zeros([])
    for weight in weights if l1 or l2 else ():
        values = tf.convert_to_tensor(weight)
        penalty += l1 * tf.reduce_sum(tf.abs(values)) + l2 * tf.reduce_sum(tf.square(values))
    return penalty
