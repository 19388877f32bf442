"""LRCN: a convolutional network for each frame, and a recurrent one for the sequence.

Source: Donahue et al., "Long-term Recurrent Convolutional Networks for Visual Recognition and Description", CVPR 2015
(arXiv:1411.4389), with a residual network for the frames in place of CaffeNet. Like CaffeNet it ends in a layer that is fully
connected to its map: a mean over the map would forget where things are, and with it most of what moves. The paper averages the
predictions after each frame. Here the states are averaged before the linear layer, which gives the same logits.

The tracker also gives a box of the actor in each frame.
"""

from functools import partial
from typing import NamedTuple

import keras
from keras import layers, ops

from models.networks import resnet
from models.networks.blocks import Regularization, norm_relu


class CnnRnnPreset(NamedTuple):
    """The network for the frames, the width of its features of a frame, and the `units` of the recurrent layer."""

    frames: resnet.ResNetPreset
    frame_width: int
    units: int


PRESETS = {
    "tiny": CnnRnnPreset(resnet.PRESETS["tiny"], 128, 64),
    "small": CnnRnnPreset(resnet.PRESETS["small"], 256, 128),
    "resnet_18": CnnRnnPreset(resnet.PRESETS["resnet_18"], 512, 256),
}


def frame_states(
    recurrent: type[layers.RNN], clips: keras.KerasTensor, preset: CnnRnnPreset, drop_path: float
) -> keras.KerasTensor:
    """The state after each frame: [batch, time, height, width, channels] to [batch, time, units]."""
    frames = _frame_features(clips, preset, drop_path)
    return recurrent(preset.units, return_sequences=True, name="head_recurrent")(frames)


def _classifier(
    recurrent: type[layers.RNN], clips: keras.KerasTensor, preset: CnnRnnPreset, regularization: Regularization
) -> keras.KerasTensor:
    """The backbone: [batch, time, height, width, channels] to the mean state [batch, units]."""
    return ops.mean(frame_states(recurrent, clips, preset, regularization.drop_path), axis=1)


def _tracker(
    recurrent: type[layers.RNN], clips: keras.KerasTensor, preset: CnnRnnPreset, regularization: Regularization
) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """The backbone with a box for each frame.

    Returns:
      The mean state [batch, units], and boxes, float32 [batch, time, 4]: edges [x_min, y_min, x_max, y_max] relative to the
      frame, which they may leave.
    """
    frames = _frame_features(clips, preset, regularization.drop_path)
    states = recurrent(preset.units, return_sequences=True, name="head_recurrent")(frames)  # [batch, time, units]
    # With the state alone, what each frame shows would have to pass through its gates.
    x = ops.concatenate([frames, states], axis=-1)  # [batch, time, frame_width + units]
    shares = layers.Dense(4, "sigmoid", dtype="float32", name="head_boxes")(x)  # centre and size, as x and y
    centres, half_sizes = shares[..., :2], shares[..., 2:] / 2
    return ops.mean(states, axis=1), ops.concatenate([centres - half_sizes, centres + half_sizes], axis=-1)


def _frame_features(clips: keras.KerasTensor, preset: CnnRnnPreset, drop_path: float) -> keras.KerasTensor:
    """Features of each frame: [batch, time, height, width, channels] to [batch, time, frame_width]."""
    time, *image_shape = clips.shape[1:]
    images = ops.reshape(clips, (-1, *image_shape))  # [batch * time, height, width, channels]
    x = layers.Flatten(name="head_flatten")(resnet.feature_map(images, preset.frames, drop_path))
    x = layers.Dense(preset.frame_width, use_bias=False, kernel_initializer="he_normal", name="head_frame")(x)
    return ops.reshape(norm_relu(x, "head_frame"), (-1, time, preset.frame_width))


cnn_lstm = partial(_classifier, layers.LSTM)
cnn_gru = partial(_classifier, layers.GRU)
cnn_lstm_tracker = partial(_tracker, layers.LSTM)
cnn_gru_tracker = partial(_tracker, layers.GRU)
