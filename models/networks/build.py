"""The one way to a network: configuration in, Keras model from frames to logits out."""

from collections.abc import Sequence

import keras
from keras import layers, ops

from models.config import ModelConfig
from models.networks.r2plus1d import PRESETS, r2plus1d


def build_network(
    config: ModelConfig,
    *,
    num_classes: int,
    dropout: float,
    channel_mean: Sequence[float] = (0.5, 0.5, 0.5),
    channel_std: Sequence[float] = (0.5, 0.5, 0.5),
) -> keras.Model:
    """A model from frames, uint8 [batch, num_frames, height, width, 3], to logits, float32 [batch, num_classes].

    Normalisation is part of the model: `channel_mean` and `channel_std` are for values in 0..1.
    """
    frames = keras.Input((config.num_frames, config.height, config.width, 3), dtype="uint8", name="frames")
    scaled = ops.cast(frames, "float32") / 255.0
    normalized = (scaled - ops.convert_to_tensor(list(channel_mean))) / ops.convert_to_tensor(list(channel_std))
    pooled = r2plus1d(normalized, PRESETS[config.preset])
    logits = layers.Dense(num_classes, dtype="float32", name="logits")(layers.Dropout(dropout)(pooled))
    return keras.Model(frames, logits, name=f"{config.network}_{config.preset}")
