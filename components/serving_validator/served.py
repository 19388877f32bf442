"""An exported model as TensorFlow Serving loads it, and as Python loads it; both take and give NumPy arrays."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy.typing as npt
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2

Tensors = Mapping[str, npt.NDArray[Any]]


class AskedModel(Protocol):
    def __call__(self, signature: str, inputs: Tensors) -> Tensors:
        """The outputs of a signature by their names."""


class ServedModel:
    """A model as TensorFlow Serving loads it: a session on its graph; signature definitions name what is fed and fetched."""

    def __init__(self, model_dir: Path) -> None:
        self._session = tf.compat.v1.Session(graph=tf.Graph())
        with self._session.graph.as_default():
            graph = tf.compat.v1.saved_model.load(self._session, [tf.saved_model.SERVING], str(model_dir))
        self.signatures = dict(graph.signature_def)
        self._callables: dict[str, Any] = {}

    def __call__(self, signature: str, inputs: Tensors) -> Tensors:
        """Answer a request, or raise the error that a client would get; only the graph checks shapes."""
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
    """A model as `tf.saved_model.load` restores it, for the Evaluator and for Python clients."""

    def __init__(self, model_dir: Path) -> None:
        self._model = tf.saved_model.load(str(model_dir))

    def __call__(self, signature: str, inputs: Tensors) -> Tensors:
        answer = self._model.signatures[signature](**{name: tf.constant(value) for name, value in inputs.items()})
        return {name: value.numpy() for name, value in answer.items()}
