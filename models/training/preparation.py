"""Prepares clips and network of a training, for the Trainer and for each trial of the Tuner alike."""

from dataclasses import dataclass
from pathlib import Path

import keras
import tensorflow_transform as tft

from foundation.messages.errors import UserError
from models.base_model import BaseModel, open_base
from models.data import ClipSource
from models.networks.build import build_network
from models.networks.catalogue import NETWORKS
from models.pretrained.cards import EFFICIENTNET_LITE0, WeightsCard
from models.pretrained.efficientnet_lite0 import load_encoder
from models.pretrained.imported import ImportedCard
from models.training.batches import Batches
from models.training.job import Job
from models.training.precision import choose_policy, dtype_policy
from models.training.targets import class_shares
from models.training.warm_start import BaseWeights, begin_with, freeze, read_weights

_HEAD = "head"


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

    @property
    def has_encoder(self) -> bool:
        """Whether the network has an encoder that comes with weights."""
        return NETWORKS[self.job.model.network].is_pretrained

    @property
    def pretrained(self) -> WeightsCard | ImportedCard | None:
        """The weights from elsewhere that the training begins with."""
        if self.base:
            return self.base.card
        return EFFICIENTNET_LITE0 if self.has_encoder else None

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
            class_shares=class_shares(self.batches.train_labels, len(classes)),
            numbers=self.job.numbers,
        )

    def build_for_training(self) -> keras.Model:
        """The network that computes in the precision of the training, with the weights of the base model if there is one."""
        with dtype_policy(choose_policy(self.job.training.precision)):
            return self._begin(self.build())

    def begin(self) -> keras.Model:
        """The network that computes in float32, with the weights that the training begins with."""
        return self._begin(self.build())

    def _begin(self, network: keras.Model) -> keras.Model:
        warm_start = self.job.training.warm_start
        if self.base_weights and warm_start:
            begin_with(network, self.base_weights, self.job.classes, warm_start.frozen_through)
        elif self.has_encoder:
            load_encoder(network, EFFICIENTNET_LITE0.find())
            freeze(network, warm_start.frozen_through if warm_start else _HEAD)
        return network


def prepare(job: Job) -> Preparation:
    """Open what a job needs.

    Raises:
      UserError: the base model does not fit, or a tracker has no boxes to learn from.
    """
    transform = tft.TFTransformOutput(job.transform_output)
    base = open_base(Path(job.base_model)) if job.base_model else None
    base_weights = read_weights(base, job.model, job.numbers) if base else None
    card = ClipSource(job.train_files, transform, job.model).number_statistics(job.numbers)
    train, evaluation = (ClipSource(files, transform, job.model, card) for files in (job.train_files, job.eval_files))
    if job.model.tracks:
        for split, source in (("train", train), ("eval", evaluation)):
            _require_boxes(split, source)
    # Weights fit the colours that they were trained on.
    if NETWORKS[job.model.network].is_pretrained:
        mean, std = list(EFFICIENTNET_LITE0.mean), list(EFFICIENTNET_LITE0.std)
    else:
        mean, std = (base_weights and base_weights.normalization) or train.channel_statistics()
    return Preparation(job, Batches(train, evaluation, job.classes, job.training), mean, std, base, base_weights)


def _require_boxes(split: str, source: ClipSource) -> None:
    if not source.has_boxes():
        raise UserError(
            f"model.network: {source.model.network} learns from boxes, and no clip of the {split} split has any. Annotate "
            "the actor (docs/formats.md says how each format gives boxes), name the column as data.columns.boxes, or choose "
            f"{source.model.network.removesuffix('_tracker')}"
        )
