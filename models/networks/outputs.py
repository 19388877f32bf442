"""Outputs of networks: every one gives logits, trackers also boxes."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from models.config import SEVERAL, Labels
from models.heads import Heads

LOGITS, BOXES = "logits", "boxes"


class Outputs(NamedTuple):
    """`logits`: float32 [batch, classes]; `boxes`: of the actor in each frame, None from a network that is no tracker.

    Boxes are float32 [batch, num_frames, 4], edges [x_min, y_min, x_max, y_max] relative to the frames that the network sees.
    """

    logits: Any
    boxes: Any


def probabilities_of(logits: Any, labels: Labels, heads: Heads) -> Any:
    """Of each class, float32 [..., classes].

    They sum to 1 where clips have one label, in each head where they have one of each field, and else each stands alone.
    """
    if heads:
        return _in_heads(tf.nn.softmax, logits, heads)
    return tf.sigmoid(logits) if labels == SEVERAL else tf.nn.softmax(logits)


def best_of_heads(probabilities: Any, heads: Heads) -> Any:
    """As `models.heads.best_of_heads`, in a graph."""
    return _in_heads(lambda own: tf.zeros_like(own) + tf.reduce_max(own, axis=-1, keepdims=True), probabilities, heads)


def _in_heads(change: Callable[[Any], Any], values: Any, heads: Heads) -> Any:
    """Change the values of the classes of each head, [..., classes], on their own."""
    changed = [change(tf.gather(values, list(ids), axis=-1)) for ids in heads.values()]
    order = np.argsort([number for ids in heads.values() for number in ids])
    return tf.gather(tf.concat(changed, axis=-1), order, axis=-1)


def is_tracker(network: keras.Model) -> bool:
    return isinstance(network.output, dict)


def outputs_of(network: keras.Model, inputs: Any, *, training: bool) -> Outputs:
    """The outputs for clips, uint8 [batch, num_frames, height, width, 3], or for a tuple of these and of numbers."""
    outputs = network(inputs, training=training)
    return Outputs(outputs[LOGITS], outputs[BOXES]) if is_tracker(network) else Outputs(outputs, None)
