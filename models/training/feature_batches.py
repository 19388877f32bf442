"""Batches of features that were computed once, for trainings in which what computes them does not learn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from models.data import ClipSource
from models.heads import Heads
from models.networks.inputs import for_network, joined
from models.training.batches import Batches, own_part
from models.training.config import TrainingConfig
from models.training.sampling import draw_copies
from models.training.targets import Labels, strata_of, targets_of

Features = npt.NDArray[np.float32]


@dataclass(frozen=True)
class FeatureBatches:
    """Batches of one training: (features float32 [batch, ...], targets float32 [batch, classes]). See `Batches`.

    `train` and `evaluation`: features of the centre view of each clip, float32 [clips, ...], in the order of the labels;
    `train_numbers` and `eval_numbers`: what the network sees beside the pixels, float32 [clips, width].
    """

    train: Features
    evaluation: Features
    train_numbers: Features
    eval_numbers: Features
    train_labels: Labels
    eval_labels: Labels
    classes: Sequence[str]
    training: TrainingConfig
    heads: Heads = field(default_factory=dict)

    @property
    def steps_per_epoch(self) -> int:
        """Batches of an epoch, all full: what the last one lacks is drawn again."""
        return -(-len(self.train_labels) // self.training.batch_size)

    def training_batches(self, first_epoch: int, context: tf.distribute.InputContext) -> tf.data.Dataset:
        """Features in random order, epoch after epoch; the seed and the number of an epoch alone decide its order."""
        labels = self.train_labels
        strata = strata_of(labels) if self.training.balanced_sampling else np.zeros(len(labels), np.int64)
        total = self.steps_per_epoch * self.training.batch_size

        @tf.autograph.experimental.do_not_convert
        def epoch_indices(epoch: tf.Tensor) -> tf.data.Dataset:
            seeds = tf.random.experimental.stateless_split([self.training.seed, epoch], 2)
            drawn = tf.repeat(tf.range(len(strata)), draw_copies(strata, total, seeds[0]))
            return tf.data.Dataset.from_tensor_slices(tf.random.experimental.stateless_shuffle(drawn, seeds[1]))

        indices = tf.data.Dataset.range(first_epoch, self.training.epochs).flat_map(epoch_indices)
        return self._batches(indices, (self.train, self.train_numbers), self.train_labels, context)

    def evaluation_batches(self, context: tf.distribute.InputContext) -> tf.data.Dataset:
        """Features in order. The last batch is filled up with those of the first clip, with targets of zeros."""
        num_missing = -len(self.eval_labels) % self.training.batch_size
        indices = tf.data.Dataset.range(len(self.eval_labels) + num_missing)
        no_label = -1 if self.eval_labels.ndim == 1 else 0
        missing = np.full((num_missing, *self.eval_labels.shape[1:]), no_label)
        labels = np.concatenate([self.eval_labels, missing])
        seen = (self.evaluation, self.eval_numbers)
        filled = tuple(np.concatenate([one, np.repeat(one[:1], num_missing, axis=0)]) for one in seen)
        return self._batches(indices, filled, labels, context)

    def _batches(
        self,
        indices: tf.data.Dataset,
        seen: tuple[Features, ...],
        labels: Labels,
        context: tf.distribute.InputContext,
    ) -> tf.data.Dataset:
        size = self.training.batch_size
        # Captured as they are; as a dataset they would be copied into its graph.
        all_seen = joined([tf.constant(one) for one in seen if one.shape[1]])
        all_targets = targets_of(labels, len(self.classes), are_sets=labels.ndim == 2)
        own = own_part(indices, size, context).batch(size // context.num_replicas_in_sync, drop_remainder=True)
        batches = own.map(lambda some: tf.nest.map_structure(lambda one: tf.gather(one, some), (all_seen, all_targets)))
        return batches.prefetch(tf.data.AUTOTUNE)


# Gives the features of the centre view of each clip of a source, as part of a network sees them: float32 [clips, ...].
See = Callable[[Batches, ClipSource, keras.Model], Features]


def see_clips(batches: Batches, source: ClipSource, trunk: keras.Model) -> Features:
    """Show the clips of a source to the `trunk` of a network; a See."""
    see = tf.function(lambda inputs: trunk(for_network(trunk, inputs), training=False), autograph=False)
    # Nothing is seen twice that could be kept.
    training = batches.training.model_copy(update={"cache_megabytes": 0})
    of_source = replace(batches, evaluation=source, training=training)
    views = of_source.evaluation_batches(tf.distribute.InputContext())
    return np.concatenate([see(inputs).numpy() for inputs, *_ in views])[: len(of_source.eval_labels)]


class SeenOnce:
    """A See for trainings that share files and begin with the same trunk: each clip is shown to it only once."""

    def __init__(self) -> None:
        self._known: dict[str, Features] = {}

    def __call__(self, batches: Batches, source: ClipSource, trunk: keras.Model) -> Features:
        parts = {file: replace(source, patterns=(file,)) for file in source.files}
        filled = [file for file, part in parts.items() if part.num_records]
        for file in filled:
            if file not in self._known:
                self._known[file] = see_clips(batches, parts[file], trunk)
        return np.concatenate([self._known[file] for file in filled])


def compute_features(batches: Batches, trunk: keras.Model, see: See = see_clips) -> FeatureBatches:
    """Show the centre view of each clip to a part of a network once."""
    return FeatureBatches(
        see(batches, batches.train, trunk),
        see(batches, batches.evaluation, trunk),
        batches.train.numbers(),
        batches.evaluation.numbers(),
        batches.train_labels,
        batches.eval_labels,
        batches.classes,
        batches.training,
        batches.heads,
    )
