"""Writes checkpoints of TensorFlow's with objects of any names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt
import tensorflow as tf


def objects(values: Mapping[str, npt.NDArray[Any]]) -> tf.train.Checkpoint:
    """Objects that have each other as attributes, by names such as `layer/_conv/kernel`."""
    parts: dict[str, dict[str, npt.NDArray[Any]]] = {}
    attributes: dict[str, Any] = {}
    for name, value in values.items():
        first, _, rest = name.partition("/")
        if rest:
            parts.setdefault(first, {})[rest] = value
        else:
            attributes[first] = tf.Variable(value)
    return tf.train.Checkpoint(**attributes, **{name: objects(part) for name, part in parts.items()})


def write_checkpoint(prefix: Path, values: Mapping[str, npt.NDArray[Any]], **others: Any) -> Path:
    """Write what Model Garden's checkpoints have: a `model` of these variables, and perhaps other objects.

    Returns the file to name.
    """
    return Path(tf.train.Checkpoint(model=objects(values), **others).write(str(prefix)) + ".index")
