"""Trainings that begin with the weights of an earlier model.

The first stages can be frozen, since they are the most general: Yosinski et al., "How transferable are features in deep neural
networks?", NeurIPS 2014 (arXiv:1411.1792).
"""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import keras

from foundation.messages.errors import UserError
from foundation.messages.progress import say
from models.base_model import BaseModel, require_same_network
from models.config import ModelConfig
from models.metadata import NO_NUMBERS, Numbers
from models.networks import fusion
from models.networks.build import build_network
from models.networks.inputs import takes_numbers
from models.networks.outputs import BOXES, is_tracker
from models.pretrained.importing import load_foreign
from models.training.checkpoints import Arrays
from models.training.config import WarmStartConfig

_LOGITS = "logits"


class BaseWeights(NamedTuple):
    """The weights that a network takes over, in the order of the network's: of all layers but the logits, and of the logits.

    The last axis of the logits' weights is `classes`; there are none where the labels are unknown. `normalization`: mean and
    standard deviation of the colour channels that the weights were trained with, if they are known. `metadata`: of the layers
    that see numbers beside the pixels; None where the base saw other ones, and the logits' first axis is then of frames alone.
    """

    features: Arrays
    logits: Arrays
    classes: tuple[str, ...]
    normalization: tuple[list[float], list[float]] | None
    metadata: Arrays | None = None


def read_weights(base: BaseModel, config: ModelConfig, numbers: Numbers = NO_NUMBERS) -> BaseWeights:
    """The weights of a base model, for a network of `config` that sees `numbers` beside the pixels.

    Raises:
      UserError: they are of another network or another input, or the file is damaged.
    """
    require_same_network(base, config)
    network = build_network(config, num_classes=max(1, base.num_classes), dropout=0, numbers=base.numbers)
    logits = network.get_layer(_LOGITS)
    if base.foreign and base.card:
        load_foreign(network, base.foreign, base.card)
    else:
        _load(network, base, config)
    of_logits = [weight.numpy() for weight in logits.weights] if base.classes else []
    if of_logits and base.numbers.width and base.numbers != numbers:
        of_logits[0] = of_logits[0][: -fusion.WIDTH]
    return BaseWeights(
        [weight.numpy() for weight in _feature_weights(network)],
        of_logits,
        base.classes,
        base.normalization,
        [weight.numpy() for weight in _metadata_weights(network)] if base.numbers == numbers else None,
    )


def _load(network: keras.Model, base: BaseModel, config: ModelConfig) -> None:
    """Give a network the weights of Keras's file, but for logits where the labels are not known."""
    # Of a mere file it is not even known how many logits it has.
    boxes = [network.output[BOXES]] if is_tracker(network) else []
    known = network if base.classes else keras.Model(network.inputs, [network.get_layer(_LOGITS).input, *boxes])
    try:
        known.load_weights(base.weights)
    except (ValueError, KeyError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise UserError(
            f"{base.weights}: the weights do not fit the network {network.name} "
            f"({config.num_frames} frames of {config.height} x {config.width}), or the file is damaged: {reason}. "
            "Give the section model the values that they were trained with, or train without warm_start"
        ) from error


def require_fitting(base: BaseModel, config: ModelConfig, warm_start: WarmStartConfig) -> None:
    """Try a warm start without training.

    Raises:
      UserError: the weights do not fit the network of `config`, or it has no stage `frozen_through`.
    """
    read_weights(base, config)
    freeze(build_network(config, num_classes=2, dropout=0), warm_start.frozen_through)


def begin_with(
    network: keras.Model, base: BaseWeights, classes: Sequence[str], frozen_through: str | None = None
) -> None:
    """Give a network the base's weights, freeze its first stages, and say what is left to be learned.

    Raises:
      UserError: the network has no stage `frozen_through`.
    """
    _take_over(network, base, classes)
    freeze(network, frozen_through)
    new = [label for label in classes if label not in base.classes]
    num_trained = sum(prod(weight.shape) for weight in network.trainable_weights)
    say(
        f"warm start: {len(classes) - len(new)} of {len(classes)} classes are the base model's"
        f"{', new: ' if new else ''}{', '.join(new)}; {num_trained:,} of {network.count_params():,} parameters are trained"
    )
    if base.metadata is None and takes_numbers(network):
        say("warm start: what the network sees of model.metadata is not what the base model saw, so it is learned anew")


def freeze(network: keras.Model, last_stage: str | None) -> None:
    """Freeze all layers up to the end of a stage; None freezes nothing. Normalisation then keeps its statistics, too.

    Raises:
      UserError: the network has no such stage.
    """
    if last_stage is None:
        return
    stages = stage_names(network)
    if last_stage not in stages:
        raise UserError(
            f"training.warm_start.frozen_through is {last_stage}, but the stages of {network.name} are "
            f"{', '.join(stages)}; choose one of them"
        )
    frozen = stages[: stages.index(last_stage) + 1]
    for layer in network.layers:
        if _stage(layer) in frozen:
            layer.trainable = False


def stage_names(network: keras.Model) -> list[str]:
    """The stages that have weights, from the input to the output, without the logits and what sees numbers."""
    names = dict.fromkeys(_stage(layer) for layer in network.layers if layer.weights)
    return [name for name in names if name not in (_LOGITS, fusion.STAGE)]


def _take_over(network: keras.Model, base: BaseWeights, classes: Sequence[str]) -> None:
    """Give a network the base's weights; logits of classes that the base does not know stay as they are."""
    for weight, value in zip(_feature_weights(network), base.features, strict=True):
        weight.assign(value)
    for weight, value in zip(_metadata_weights(network), base.metadata, strict=True) if base.metadata else ():
        weight.assign(value)
    if not base.logits:
        return
    ids = [i for i, label in enumerate(classes) if label in base.classes]
    base_ids = [base.classes.index(classes[i]) for i in ids]
    for weight, value in zip(network.get_layer(_LOGITS).weights, base.logits, strict=True):
        merged = weight.numpy()  # [features, classes] or [classes]
        of_base = merged[: len(value)] if merged.ndim > 1 else merged
        of_base[..., ids] = value[..., base_ids]
        weight.assign(merged)


def _feature_weights(network: keras.Model) -> list[keras.Variable]:
    others = (_LOGITS, fusion.STAGE)
    return [weight for layer in network.layers if _stage(layer) not in others for weight in layer.weights]


def _metadata_weights(network: keras.Model) -> list[keras.Variable]:
    return [weight for layer in network.layers if _stage(layer) == fusion.STAGE for weight in layer.weights]


def _stage(layer: keras.layers.Layer) -> str:
    return str(layer.name).partition("_")[0]
