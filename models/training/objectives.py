"""What a training makes small: the loss of clips with one label each, or with several."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import tensorflow as tf

from models.heads import NO_HEADS, Heads
from models.training.config import TrainingConfig
from models.training.losses import balancing_weights, clip_losses, label_losses, presence_of
from models.training.targets import Labels, class_counts, known_counts


class Objective(Protocol):
    """Functions of targets and logits, float32 [batch, classes] both; each gives float32 [batch]. See `targets_of`.

    A target of zeros is that of a clip which only fills a batch.
    """

    def losses(self, targets: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """What is minimised; without the clips' weights."""
        ...

    def clip_weights(self, targets: tf.Tensor) -> tf.Tensor:
        """How much each clip counts in a training."""
        ...

    def presence(self, targets: tf.Tensor) -> tf.Tensor:
        """1 for a clip, 0 for what fills a batch."""
        ...

    def hits(self, targets: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """1 for a clip whose answer is right."""
        ...


@dataclass(frozen=True)
class OneLabel:
    """Cross-entropy of the softmax; `class_weights`: one a class, for a training."""

    class_weights: Sequence[float]
    label_smoothing: float

    def losses(self, targets: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        return clip_losses(targets, logits, self.label_smoothing)

    def clip_weights(self, targets: tf.Tensor) -> tf.Tensor:
        return tf.linalg.matvec(targets, tf.constant(self.class_weights, tf.float32))

    def presence(self, targets: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(targets, axis=-1)

    def hits(self, targets: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        is_hit = tf.equal(tf.argmax(logits, axis=-1), tf.argmax(targets, axis=-1))
        return tf.cast(is_hit, tf.float32) * self.presence(targets)


@dataclass(frozen=True)
class SeveralLabels:
    """A loss for each label that a clip may have. Right is an answer that has all of its labels, and no other that is known.

    `weights`: [2, classes], of absent and of present labels.
    """

    weights: Sequence[Sequence[float]]
    training: TrainingConfig

    def losses(self, targets: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        weights = tf.constant(self.weights, tf.float32)
        return label_losses(targets, logits, self.training.label_smoothing, self.training.loss, weights)

    def clip_weights(self, targets: tf.Tensor) -> tf.Tensor:
        return tf.ones_like(targets[:, 0])

    def presence(self, targets: tf.Tensor) -> tf.Tensor:
        return presence_of(targets)

    def hits(self, targets: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        is_right = tf.equal(logits > 0, targets > 0.5) | tf.math.is_nan(targets)
        return tf.cast(tf.reduce_all(is_right, axis=-1), tf.float32) * self.presence(targets)


@dataclass(frozen=True)
class LabelOfEachField:
    """The sum over the heads of each one's cross-entropy; one of which nothing is known adds nothing.

    Right is an answer in which the best class of each head that is known is the clip's. Of two labels in one field each counts
    half. `class_weights`: one a class.
    """

    heads: Heads
    class_weights: Sequence[float]
    label_smoothing: float

    def losses(self, targets: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        total = tf.zeros_like(logits[:, 0])
        for own, of_head, ids in self._of_heads(targets, logits):
            weights = tf.constant([self.class_weights[number] for number in ids], tf.float32)
            total += clip_losses(own, of_head, self.label_smoothing) * tf.linalg.matvec(own, weights)
        return total

    def clip_weights(self, targets: tf.Tensor) -> tf.Tensor:
        return tf.ones_like(targets[:, 0])

    def presence(self, targets: tf.Tensor) -> tf.Tensor:
        return presence_of(targets)

    def hits(self, targets: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        is_hit = tf.ones_like(targets[:, 0], tf.bool)
        for own, of_head, _ in self._of_heads(targets, logits):
            at_best = tf.gather(own, tf.argmax(of_head, axis=-1), axis=1, batch_dims=1)
            is_hit &= tf.equal(at_best, tf.reduce_max(own, axis=-1))
        return tf.cast(is_hit, tf.float32) * self.presence(targets)

    def _of_heads(self, targets: tf.Tensor, logits: tf.Tensor) -> Iterator[tuple[tf.Tensor, tf.Tensor, Sequence[int]]]:
        """Targets that sum to 1, or to 0 where nothing is known, and logits of each head; and the ids of its classes."""
        known = tf.where(tf.math.is_nan(targets), 0.0, targets)
        for ids in self.heads.values():
            own = tf.gather(known, list(ids), axis=1)
            own = tf.math.divide_no_nan(own, tf.reduce_sum(own, axis=1, keepdims=True))
            yield own, tf.gather(logits, list(ids), axis=1), ids


def make_objective(training: TrainingConfig, labels: Labels, num_classes: int, heads: Heads = NO_HEADS) -> Objective:
    """The objective for training clips with these labels; see `models.training.targets`.

    With `training.class_weights` each class counts the same, in each of the `heads` if there are any, and of several labels a
    class's clips as much as the others.
    """
    counts = class_counts(labels, num_classes)
    if labels.ndim == 1:
        weights = balancing_weights(counts) if training.class_weights else [1.0] * num_classes
        return OneLabel(weights, training.label_smoothing)
    if heads:
        of_classes = [1.0] * num_classes
        for ids in heads.values() if training.class_weights else ():
            for number, weight in zip(ids, balancing_weights([counts[each] for each in ids]), strict=True):
                of_classes[number] = weight
        return LabelOfEachField(heads, of_classes, training.label_smoothing)
    pairs = [[1.0, 1.0]] * num_classes
    if training.class_weights:
        of_class = zip(counts, known_counts(labels), strict=True)
        pairs = [balancing_weights([known - count, count]) for count, known in of_class]
    return SeveralLabels(list(zip(*pairs, strict=True)), training)
