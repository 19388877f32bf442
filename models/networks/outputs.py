"""Outputs of networks: every one gives logits, trackers also boxes."""

from typing import Any, NamedTuple

import keras
import tensorflow as tf

from models.config import SEVERAL, Labels

LOGITS, BOXES = "logits", "boxes"


class Outputs(NamedTuple):
    """`logits`: float32 [batch, classes]; `boxes`: of the actor in each frame, None from a network that is no tracker.

    Boxes are float32 [batch, num_frames, 4], edges [x_min, y_min, x_max, y_max] relative to the frames that the network sees.
    """

    logits: Any
    boxes: Any


def probabilities_of(logits: Any, labels: Labels) -> Any:
    """Of each class, float32 [..., classes]: they sum to 1 where clips have one label, and each stands alone otherwise."""
    return tf.sigmoid(logits) if labels == SEVERAL else tf.nn.softmax(logits)


def is_tracker(network: keras.Model) -> bool:
    return isinstance(network.output, dict)


def outputs_of(network: keras.Model, inputs: Any, *, training: bool) -> Outputs:
    """The outputs for clips, uint8 [batch, num_frames, height, width, 3], or for a tuple of these and of numbers."""
    outputs = network(inputs, training=training)
    return Outputs(outputs[LOGITS], outputs[BOXES]) if is_tracker(network) else Outputs(outputs, None)
