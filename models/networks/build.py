"""Builds a Keras model, from frames to logits, for a configuration."""

from collections.abc import Sequence
from functools import partial
from importlib import import_module

import keras
from keras import layers

from models.config import ModelConfig
from models.metadata import NO_NUMBERS, Numbers
from models.networks.blocks import Regularization
from models.networks.catalogue import NETWORKS
from models.networks.differences import FrameDifferences
from models.networks.floors import ClassShares
from models.networks.fusion import fuse
from models.networks.inputs import joined
from models.networks.outputs import BOXES, LOGITS

# By this name, which stands alone, digests of code find all networks: see `foundation.code_digest`.
_PACKAGE = "models.networks"


def build_network(
    config: ModelConfig,
    *,
    num_classes: int,
    dropout: float,
    drop_path: float = 0.0,
    channel_mean: Sequence[float] = (0.5, 0.5, 0.5),
    channel_std: Sequence[float] = (0.5, 0.5, 0.5),
    class_shares: Sequence[float] | None = None,
    numbers: Numbers = NO_NUMBERS,
) -> keras.Model:
    """A model from frames, uint8 [batch, num_frames, height, width, 3], to logits, float32 [batch, num_classes].

    With `numbers` its input is a tuple of the frames and of these, float32 [batch, numbers.width]: see `models.numbers`.

    A tracker gives a dict of these `logits` and of `boxes`; `models.networks.outputs` reads both kinds.

    Normalisation is part of the model: `channel_mean` and `channel_std` are for values in 0..1. `dropout` is the rate before
    the logits, `drop_path` the rate of stochastic depth in the last residual block, if there are such blocks. `class_shares`
    are the shares of the training clips that have each class, for `majority`; without them all classes count the same.
    """
    network, boxes = NETWORKS[config.network], None
    frames = keras.Input((config.num_frames, config.height, config.width, 3), dtype="uint8", name="frames")
    beside = [keras.Input((numbers.width,), dtype="float32", name="numbers")] if numbers.width else []
    if network.module is None:
        logits = ClassShares(
            class_shares or [1 / num_classes] * num_classes, config.labels, dtype="float32", name="logits"
        )(frames)
    else:
        scale = [1 / (255 * std) for std in channel_std]
        offset = [-mean / std for mean, std in zip(channel_mean, channel_std, strict=True)]
        clips = layers.Rescaling(scale, offset, dtype="float32", name="stem_normalize")(frames)
        module = import_module(f"{_PACKAGE}.{network.module}")
        backbone, preset = getattr(module, config.network), module.PRESETS[config.preset]
        if config.modality == "differences" and network.is_pretrained:
            backbone = partial(backbone, only_motion=True)  # its encoder knows pictures, and no differences of them
        elif config.modality == "differences":
            clips = FrameDifferences(dtype="float32", name="stem_differences")(clips)
        seen = backbone(clips, preset, Regularization(dropout, drop_path))
        features, boxes = seen if network.tracks else (seen, None)
        for seen_numbers in beside:
            features = fuse(features, seen_numbers, numbers)
        logits = layers.Dense(num_classes, dtype="float32", name="logits")(layers.Dropout(dropout)(features))
    outputs = logits if boxes is None else {LOGITS: logits, BOXES: boxes}
    return keras.Model(joined([frames, *beside]), outputs, name=f"{config.network}_{config.preset}")
