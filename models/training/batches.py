"""Makes batches of clips. The seed and the number of an epoch alone decide its batches, not what was read before."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import tensorflow as tf

from models.augmentation.mixing import draw_mixture, mix
from models.augmentation.views import RandomViews
from models.data import ClipSource, DecodedClip, Record
from models.heads import Heads, heads_of
from models.training.config import TrainingConfig
from models.training.sampling import draw_copies
from models.training.targets import Labels, strata_of, targets_of
from models.views import centre_boxes, centre_view

_SHUFFLED_RECORDS = 1024

Kept = Literal["clips", "records", "nothing"]


@dataclass(frozen=True)
class Batches:
    """Batches of one training: (clips uint8 [batch, num_frames, height, width, 3], targets float32 [batch, classes]).

    With numbers beside the pixels the clips are a tuple: these, and numbers float32 [batch, width].
    For a tracker also (boxes float32 [batch, num_frames, 4], their validity float32 [batch, num_frames]).
    """

    train: ClipSource
    evaluation: ClipSource
    classes: Sequence[str]
    training: TrainingConfig

    @cached_property
    def train_labels(self) -> Labels:
        """Labels of the training records; see `models.training.targets`."""
        return self.train.labels(self.classes)

    @cached_property
    def eval_labels(self) -> Labels:
        return self.evaluation.labels(self.classes)

    @property
    def kept(self) -> Kept:
        """What of both splits is kept in memory: decoded clips, where these do not fit their records, or nothing."""
        room = self.training.cache_megabytes * 2**20
        sizes = ((self.train, self.train_labels), (self.evaluation, self.eval_labels))
        if sum(len(labels) * source.clip_bytes for source, labels in sizes) <= room:
            return "clips"
        return "records" if self.train.stored_bytes + self.evaluation.stored_bytes <= room else "nothing"

    @property
    def steps_per_epoch(self) -> int:
        """Batches of an epoch, all full: what the last one lacks is drawn again, with another view."""
        return -(-len(self.train_labels) // self.training.batch_size)

    @property
    def heads(self) -> Heads:
        """The classes of each field, where clips have one of each."""
        return heads_of(self.classes, self.train.model.labels)

    def training_batches(self, first_epoch: int, context: tf.distribute.InputContext) -> tf.data.Dataset:
        """Random views in random order, epoch after epoch, `steps_per_epoch` batches each.

        A record's view depends on the seed, the epoch, the record and how often it was drawn before in that epoch.
        """
        augmentation = self.training.augmentation
        protected = tuple(i for i, label in enumerate(self.classes) if label in augmentation.flip_protected)
        views = RandomViews(self.train.model, augmentation, protected)
        labels = self.train_labels
        strata = strata_of(labels) if self.training.balanced_sampling else np.zeros(len(labels), np.int64)
        total = self.steps_per_epoch * self.training.batch_size
        match self.kept:
            case "clips":
                kept = self.train.clips().cache()
            case "records":
                kept = self.train.records().cache()
            case "nothing":
                kept = None

        @tf.autograph.experimental.do_not_convert
        def epoch_batches(epoch: tf.Tensor) -> tf.data.Dataset:
            # Shuffling mixes this seed, which is of this function's graph alone, into its own, and fails if it is 0.
            tf.random.set_seed(1)
            seeds = tf.random.experimental.stateless_split([self.training.seed, epoch], 4)
            copies = draw_copies(strata, total, seeds[0])
            elements = kept or self.train.records_of_shuffled_files(seeds[1, 0])
            drawn = elements.flat_map(lambda element: _repeat(element, copies[element.index]))
            buffer_size = total if kept else _SHUFFLED_RECORDS
            drawn = drawn.shuffle(buffer_size, seeds[2, 0], reshuffle_each_iteration=False)
            drawn = own_part(drawn, self.training.batch_size, context)

            def draw(clip: DecodedClip) -> tuple[Any, ...]:
                seed = tf.random.experimental.stateless_split(tf.stack([seeds[3, 0], clip.key]), 2)
                view = views.draw(tf.shape(clip.frames)[0], clip.label_id, seed[0])
                element = _inputs(views.frames(clip.frames, view), clip), self._target(clip)
                if self.train.model.tracks:  # a mixed clip would have two actors; the configuration refuses it
                    return (*element, *views.boxes(clip.boxes, clip.box_validity, view))
                return (*element, draw_mixture(augmentation, seed[1])) if augmentation.mixes else element

            decoded = drawn if self.kept == "clips" else self.train.decode(drawn)
            size = self.training.batch_size // context.num_replicas_in_sync
            return decoded.map(draw, tf.data.AUTOTUNE, deterministic=True).batch(size, drop_remainder=True)

        batches = tf.data.Dataset.range(first_epoch, self.training.epochs).flat_map(epoch_batches)
        if augmentation.mixes:
            batches = batches.map(mix)
        return batches.prefetch(tf.data.AUTOTUNE)

    def evaluation_batches(self, context: tf.distribute.InputContext) -> tf.data.Dataset:
        """Centre views in order. The last batch is filled up with black clips, whose targets and boxes are zeros."""
        model, size = self.evaluation.model, self.training.batch_size

        def see(clip: DecodedClip) -> tuple[tf.Tensor, ...]:
            element = _inputs(centre_view(clip.frames[tf.newaxis], model)[0], clip), self._target(clip)
            if not model.tracks:
                return element
            boxes, validity = centre_boxes(clip.boxes[tf.newaxis], clip.box_validity[tf.newaxis], model)
            return (*element, boxes[0], validity[0])

        clips = (
            self.evaluation.decode(self.evaluation.records().cache())
            if self.kept == "records"
            else self.evaluation.clips()
        )
        views = clips.map(see, tf.data.AUTOTUNE, deterministic=True)
        num_missing = -len(self.eval_labels) % size
        filling = tf.data.Dataset.from_tensors(
            tf.nest.map_structure(lambda spec: tf.zeros(spec.shape, spec.dtype), views.element_spec)
        )
        views = own_part(views.concatenate(filling.repeat(num_missing)), size, context)
        if self.kept == "clips":
            views = views.cache()
        return views.batch(size // context.num_replicas_in_sync, drop_remainder=True).prefetch(tf.data.AUTOTUNE)

    def _target(self, clip: DecodedClip) -> tf.Tensor:
        return targets_of(clip.label_id, len(self.classes), are_sets=self.train.model.has_several_labels)


def own_part(elements: tf.data.Dataset, batch_size: int, context: tf.distribute.InputContext) -> tf.data.Dataset:
    """This worker's part of each batch; the parts of all workers are the batch that one worker alone would have."""
    if context.num_input_pipelines == 1:
        return elements
    share = batch_size // context.num_input_pipelines
    own = elements.enumerate().filter(lambda i, _: i % batch_size // share == context.input_pipeline_id)
    return own.map(lambda _, element: element)


def _inputs(view: tf.Tensor, clip: DecodedClip) -> Any:
    """What the network gets of a clip that is seen in this view."""
    return (view, *clip.numbers) if clip.numbers else view


def _repeat(element: Record | DecodedClip, num_copies: tf.Tensor) -> tf.data.Dataset:
    """The element with a key of its own for each copy."""
    copies = tf.data.Dataset.range(num_copies)
    return copies.map(lambda copy: element._replace(key=element.key + copy))
