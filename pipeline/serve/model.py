"""A loaded version of a model."""

import re
from collections.abc import Mapping
from pathlib import Path

import grpc
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2

from foundation.messages.errors import UserError
from models.export_info import read_export_info
from pipeline.serve.errors import ServeError, code_of_number
from pipeline.serve.protos import to_signature
from pipeline.serve.signatures import Signature, Tensors

# What TensorFlow writes around the sentence that an operation failed with.
_BEFORE_REASON = re.compile(r"^Graph execution error:.*?<stack traces unavailable>\n", re.DOTALL)
_AFTER_REASON = re.compile(r"\s*\[\[\{\{node .*", re.DOTALL)


class Model:
    """SavedModel whose signatures take and give NumPy arrays."""

    def __init__(self, path: Path) -> None:
        """Load a version's folder; takes seconds.

        Raises:
          UserError: it cannot be loaded.
        """
        self.definitions = _read_definitions(path)
        self.num_frames = _num_frames(path)
        try:
            self._loaded = tf.saved_model.load(str(path))
        except Exception as error:
            raise UserError(f"{path} is damaged and cannot be loaded: {plain_message(str(error))}") from error
        # One of the definitions is no signature: it only initialises the graph.
        self.signatures = {
            name: to_signature(name, definition)
            for name, definition in self.definitions.items()
            if name in self._loaded.signatures
        }
        if not self.signatures:
            raise UserError(f"{path} has no signatures; export it with tf.saved_model.save(..., signatures=...)")

    def run(self, signature: Signature, inputs: Tensors) -> Tensors:
        """The outputs for checked inputs; blocks.

        Raises:
          ServeError: with TensorFlow's own code.
        """
        try:
            tensors = {
                name: tf.constant(value, tf.as_dtype(signature.inputs[name].dtype)) for name, value in inputs.items()
            }
            outputs = self._loaded.signatures[signature.name](**tensors)
            return {name: outputs[name].numpy() for name in signature.outputs}
        except tf.errors.OpError as error:
            raise ServeError(code_of_number(error.error_code), plain_message(error.message)) from error
        except Exception as error:
            raise ServeError(grpc.StatusCode.INTERNAL, f"{type(error).__name__}: {error}") from error


def _num_frames(path: Path) -> int | None:
    """How many frames the network is shown; None where another tool has made the model."""
    try:
        return int(read_export_info(path).model["num_frames"])
    except (FileNotFoundError, KeyError):
        return None


def plain_message(message: str) -> str:
    """The sentence in one of TensorFlow's messages, without stack traces and names of nodes."""
    return _AFTER_REASON.sub("", _BEFORE_REASON.sub("", message)).strip()


def _read_definitions(path: Path) -> Mapping[str, meta_graph_pb2.SignatureDef]:
    file = path / "saved_model.pb"
    try:
        saved_model = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}") from error
    except Exception as error:  # the class of protobuf's DecodeError depends on its implementation
        raise UserError(f"{file} is damaged: {error}") from error
    for graph in saved_model.meta_graphs:
        if "serve" in graph.meta_info_def.tags:
            return dict(graph.signature_def)
    raise UserError(f"{file} holds no graph with the tag 'serve'; it was not exported for serving")
