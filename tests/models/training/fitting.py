"""Trains tiny networks on the drawn clips."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from models.augmentation.config import AugmentationConfig
from models.config import ModelConfig
from models.data import ClipSource
from models.training.batches import Batches
from models.training.checkpoints import CheckpointFolder
from models.training.config import TrainingConfig
from models.training.distribution import make_strategy
from models.training.fit import Fitted, fit
from models.training.warm_start import BaseWeights, begin_with
from tests.models.clips import CLASSES

PLAIN = AugmentationConfig(crop=False, flip=False, min_time_span=1, brightness=0, contrast=0)


def training_config(**changes: Any) -> TrainingConfig:
    """Eight short epochs without anything random but the order, changed as told."""
    values = {
        "epochs": 8,
        "batch_size": 4,
        "learning_rate": 0.01,
        "warmup_epochs": 1,
        "dropout": 0,
        "label_smoothing": 0,
        "augmentation": PLAIN,
    }
    return TrainingConfig(**(values | changes))


def train(
    source: ClipSource,
    build: Callable[[ModelConfig], keras.Model],
    folder: Path,
    **changes: Any,
) -> Fitted:
    """A training on the clips of `source`, with an evaluation on the same ones. `folder` is for checkpoints and logs."""
    training = training_config(**changes)
    strategy = make_strategy(training)
    return fit(
        lambda: build(source.model),
        Batches(source, source, CLASSES, training),
        strategy,
        CheckpointFolder(f"{folder}/checkpoint"),
        f"{folder}/run",
    )


def linear_network(model: ModelConfig) -> keras.Model:
    """One layer on the mean colours of the columns: quick to train, and enough for the drawn clips."""
    keras.utils.set_random_seed(0)
    frames = keras.Input((model.num_frames, model.height, model.width, 3), dtype="uint8")
    columns = keras.ops.mean(keras.ops.cast(frames, "float32") / 255, axis=(1, 2))
    return keras.Model(
        frames, keras.layers.Dense(len(CLASSES), dtype="float32", name="logits")(keras.layers.Flatten()(columns))
    )


def dropout_network(model: ModelConfig) -> keras.Model:
    """A linear network with something random in it."""
    linear = linear_network(model)
    flat, head = linear.layers[-2], linear.layers[-1]
    return keras.Model(linear.input, head(keras.layers.Dropout(0.3)(flat.output)))


def normalised_network(model: ModelConfig) -> keras.Model:
    """A linear network with batch normalisation before its last layer."""
    linear = linear_network(model)
    flat, head = linear.layers[-2], linear.layers[-1]
    return keras.Model(linear.input, head(keras.layers.BatchNormalization()(flat.output)))


def warm_network(model: ModelConfig) -> keras.Model:
    """A normalised network that begins with the weights of an earlier one, which knew all classes but the last."""
    network = normalised_network(model)
    logits = network.get_layer("logits")
    draw = np.random.default_rng(2)
    features = [draw.uniform(0.1, 0.3, weight.shape) for weight in network.get_layer(index=-2).weights]
    known = [draw.uniform(0.1, 0.3, (*weight.shape[:-1], len(CLASSES) - 1)) for weight in logits.weights]
    begin_with(network, BaseWeights(features, known, CLASSES[:-1], None), CLASSES)
    return network
