"""The one way to a network: configuration in, Keras model from frames to logits out."""

from collections.abc import Sequence

import keras
from keras import layers
from typing_extensions import assert_never

from models.config import Classifier, LearningNetwork, ModelConfig
from models.networks import c3d, cnn_rnn, conv_transformer, movinet, r2plus1d, resnet
from models.networks.differences import FrameDifferences
from models.networks.floors import ClassShares, OneFrame
from models.networks.outputs import BOXES, LOGITS


def build_network(
    config: ModelConfig,
    *,
    num_classes: int,
    dropout: float,
    drop_path: float = 0.0,
    channel_mean: Sequence[float] = (0.5, 0.5, 0.5),
    channel_std: Sequence[float] = (0.5, 0.5, 0.5),
    class_counts: Sequence[int] | None = None,
) -> keras.Model:
    """A model from frames, uint8 [batch, num_frames, height, width, 3], to logits, float32 [batch, num_classes].

    A tracker gives a dict of these `logits` and of `boxes`; `models.networks.outputs` reads both kinds.

    Normalisation is part of the model: `channel_mean` and `channel_std` are for values in 0..1. `dropout` is the rate before
    the logits, `drop_path` the one of stochastic depth in the last residual block, where a network has such blocks.
    `class_counts`, training clips of each class, is what `majority` is made of; it takes all classes for equal without.
    """
    frames = keras.Input((config.num_frames, config.height, config.width, 3), dtype="uint8", name="frames")
    if config.network == "majority":
        logits = ClassShares(class_counts or [1] * num_classes, dtype="float32", name="logits")(frames)
        boxes = None
    else:
        scale = [1 / (255 * std) for std in channel_std]
        offset = [-mean / std for mean, std in zip(channel_mean, channel_std, strict=True)]
        clips = layers.Rescaling(scale, offset, dtype="float32", name="stem_normalize")(frames)
        if config.modality == "differences":
            clips = FrameDifferences(dtype="float32", name="stem_differences")(clips)
        features, boxes = _features_and_boxes(config.network, config.preset, clips, dropout, drop_path)
        logits = layers.Dense(num_classes, dtype="float32", name="logits")(layers.Dropout(dropout)(features))
    outputs = logits if boxes is None else {LOGITS: logits, BOXES: boxes}
    return keras.Model(frames, outputs, name=f"{config.network}_{config.preset}")


def _features_and_boxes(
    network: LearningNetwork, preset: str, clips: keras.KerasTensor, dropout: float, drop_path: float
) -> tuple[keras.KerasTensor, keras.KerasTensor | None]:
    """Normalised clips to features, and of a tracker also to boxes, [batch, num_frames, 4]."""
    match network:
        case "cnn_lstm_tracker":
            return cnn_rnn.cnn_rnn_tracker(clips, cnn_rnn.PRESETS[preset], "lstm", drop_path)
        case "cnn_gru_tracker":
            return cnn_rnn.cnn_rnn_tracker(clips, cnn_rnn.PRESETS[preset], "gru", drop_path)
        case _:
            return _features(network, preset, clips, dropout, drop_path), None


def _features(
    network: Classifier, preset: str, clips: keras.KerasTensor, dropout: float, drop_path: float
) -> keras.KerasTensor:
    """What a network sees, float32 [batch, num_frames, height, width, channels], to features [batch, width]."""
    match network:
        case "r2plus1d":
            return r2plus1d.r2plus1d(clips, r2plus1d.PRESETS[preset], drop_path)
        case "c3d":
            return c3d.c3d(clips, c3d.PRESETS[preset], dropout)
        case "cnn_lstm":
            return cnn_rnn.cnn_rnn(clips, cnn_rnn.PRESETS[preset], "lstm", drop_path)
        case "cnn_gru":
            return cnn_rnn.cnn_rnn(clips, cnn_rnn.PRESETS[preset], "gru", drop_path)
        case "conv_transformer":
            return conv_transformer.conv_transformer(clips, conv_transformer.PRESETS[preset], drop_path)
        case "movinet":
            return movinet.movinet(clips, movinet.PRESETS[preset], drop_path)
        case "single_frame":
            return resnet.resnet(OneFrame(name="stem_one_frame")(clips), resnet.PRESETS[preset], drop_path)
        case _:
            assert_never(network)
