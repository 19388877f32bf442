"""An exported model as TensorFlow Serving has it, and as Python has it; both are asked with NumPy arrays."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy.typing as npt
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2

Tensors = Mapping[str, npt.NDArray[Any]]


class AskedModel(Protocol):
    """Answers requests."""

    def __call__(self, signature: str, inputs: Tensors) -> Tensors:
        """The outputs of a signature by their names."""


class ServedModel:
    """As TensorFlow Serving loads it: a session on its graph, fed and fetched by the names in its signature definitions."""

    def __init__(self, model_dir: Path) -> None:
        self._session = tf.compat.v1.Session(graph=tf.Graph())
        with self._session.graph.as_default():
            graph = tf.compat.v1.saved_model.load(self._session, [tf.saved_model.SERVING], str(model_dir))
        self.signatures = dict(graph.signature_def)
        self._callables: dict[str, Any] = {}

    def __call__(self, signature: str, inputs: Tensors) -> Tensors:
        """Raises whatever a client would be told; shapes are checked by the graph alone."""
        definition = self.signatures[signature]
        if signature not in self._callables:
            options = config_pb2.CallableOptions(
                feed=[definition.inputs[name].name for name in sorted(definition.inputs)],
                fetch=[definition.outputs[name].name for name in sorted(definition.outputs)],
            )
            # Not Session.run, which compares shapes in Python: TensorFlow Serving does not.
            self._callables[signature] = self._session._make_callable_from_options(options)
        values = self._callables[signature](*(inputs[name] for name in sorted(definition.inputs)))
        return dict(zip(sorted(definition.outputs), values, strict=True))


class LoadedModel:
    """As `tf.saved_model.load` restores it, which is how the Evaluator and Python clients have it."""

    def __init__(self, model_dir: Path) -> None:
        self._model = tf.saved_model.load(str(model_dir))

    def __call__(self, signature: str, inputs: Tensors) -> Tensors:
        answer = self._model.signatures[signature](**{name: tf.constant(value) for name, value in inputs.items()})
        return {name: value.numpy() for name, value in answer.items()}
