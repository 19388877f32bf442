"""Prepares clips and network of a training, for the Trainer and for each trial of the Tuner alike."""

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow_transform as tft

from foundation.messages.errors import UserError
from models.base_model import BaseModel, open_base
from models.data import ClipSource
from models.networks.build import build_network
from models.training.batches import Batches
from models.training.job import Job
from models.training.precision import choose_policy, dtype_policy
from models.training.warm_start import BaseWeights, begin_with, read_weights


@dataclass(frozen=True)
class Preparation:
    """The clips of a job, the model that it begins with, if any, and its network.

    `channel_mean` and `channel_std` are of the colours, for values in 0..1; the network normalises with them.
    """

    job: Job
    batches: Batches
    channel_mean: list[float]
    channel_std: list[float]
    base: BaseModel | None = None
    base_weights: BaseWeights | None = None

    def build(self) -> keras.Model:
        """The network with random weights that computes in float32, as it is exported."""
        training, classes = self.job.training, self.job.classes
        return build_network(
            self.job.model,
            num_classes=len(classes),
            dropout=training.dropout,
            drop_path=training.stochastic_depth,
            channel_mean=self.channel_mean,
            channel_std=self.channel_std,
            class_counts=np.bincount(self.batches.train_labels, minlength=len(classes)).tolist(),
        )

    def build_for_training(self) -> keras.Model:
        """The network that computes in the precision of the training, with the weights of the base model if there is one."""
        training = self.job.training
        with dtype_policy(choose_policy(training.precision)):
            network = self.build()
        if self.base_weights and training.warm_start:
            begin_with(network, self.base_weights, self.job.classes, training.warm_start.frozen_through)
        return network


def prepare(job: Job) -> Preparation:
    """Open what a job needs.

    Raises:
      UserError: the base model does not fit, or a tracker has no boxes to learn from.
    """
    transform = tft.TFTransformOutput(job.transform_output)
    base = open_base(Path(job.base_model)) if job.base_model else None
    base_weights = read_weights(base, job.model) if base else None
    train, evaluation = (ClipSource(files, transform, job.model) for files in (job.train_files, job.eval_files))
    if job.model.tracks:
        for split, source in (("train", train), ("eval", evaluation)):
            _require_boxes(split, source)
    # Weights fit the colours that they were trained on.
    mean, std = (base_weights and base_weights.normalization) or train.channel_statistics()
    return Preparation(job, Batches(train, evaluation, job.classes, job.training), mean, std, base, base_weights)


def _require_boxes(split: str, source: ClipSource) -> None:
    if not source.has_boxes():
        raise UserError(
            f"model.network: {source.model.network} learns from boxes, and no clip of the {split} split has any. Annotate "
            "the actor (docs/formats.md says how each format gives boxes), name the column as data.columns.boxes, or choose "
            f"{source.model.network.removesuffix('_tracker')}"
        )
