"""What learns in a training: a network on views of clips, or what follows its fixed part on features computed once."""

import math
import time
from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf

from foundation.messages.progress import announce
from models.networks.frames import STANDARDIZE, SUMMARY
from models.networks.inputs import joined
from models.training.checkpoints import CheckpointFolder
from models.training.feature_batches import FeatureBatches, See, compute_features, see_clips
from models.training.fit import Fitted, fit
from models.training.preparation import Preparation

# By how many rates a step may change a logit, about: Adam changes each weight by one, and inputs of length 1 add up to the root
# of their number.
_RATES_A_STEP = 250.0


def learn(
    prepared: Preparation,
    strategy: tf.distribute.Strategy,
    checkpoints: CheckpointFolder,
    model_run_dir: str,
    stop_after: int | None = None,
    see: See = see_clips,
) -> Fitted:
    """Train as `fit` does. Where the encoder of `frames` stays as it is, it sees each clip once, and only the rest learns.

    `see`: how the encoder sees clips; trainings may share what it has seen.

    Raises:
      UserError: see `fit`.
    """
    if not prepared.has_encoder:
        return fit(prepared.build_for_training, prepared.batches, strategy, checkpoints, model_run_dir, stop_after)
    network = prepared.begin()
    encoder = up_to_summary(network)
    started = time.monotonic()
    features = compute_features(prepared.batches, encoder, see)
    num_clips = len(features.train) + len(features.evaluation)
    announce(f"the encoder has seen {num_clips} clips, each once, in {time.monotonic() - started:.0f} s")

    def build() -> keras.Model:
        begun = prepared.build_for_training()
        # What an earlier model has learned is relative to its own clips.
        if prepared.pretrained:
            standardize(begun, features)
        return begun

    if encoder.trainable_weights:
        return fit(build, prepared.batches, strategy, checkpoints, model_run_dir, stop_after)
    features = with_rate_of_linear_layer(features)
    fitted = fit(lambda: from_summary(build()), features, strategy, checkpoints, model_run_dir, stop_after)
    from_summary(network).set_weights(fitted.weights)  # they share layers
    return Fitted([weight.numpy() for weight in network.weights], fitted.history)


def with_rate_of_linear_layer(features: FeatureBatches) -> FeatureBatches:
    """The same batches with a rate for a linear layer alone, which a deep network's would leave far from its only minimum."""
    rate = features.training.learning_rate * _RATES_A_STEP / math.sqrt(features.train.shape[1])
    return replace(features, training=features.training.model_copy(update={"learning_rate": rate}))


def up_to_summary(network: keras.Model) -> keras.Model:
    """The part of `frames` from clips to what is computed once for each."""
    return keras.Model(network.inputs[0], network.get_layer(SUMMARY).output)


def from_summary(network: keras.Model) -> keras.Model:
    """The rest of it, with numbers beside the pixels if there are any, to the logits.

    Both parts have the layers of `network` itself.
    """
    return keras.Model(
        joined([network.get_layer(SUMMARY).output, *network.inputs[1:]]), network.output, name=network.name
    )


def standardize(network: keras.Model, features: FeatureBatches) -> None:
    """Let the network see its features relative to those of the training clips."""
    layer = network.get_layer(STANDARDIZE)
    layer.adapt(np.mean(features.train, axis=0), np.std(features.train, axis=0))
