"""Turns protocol buffers into NumPy arrays and JSON, and arrays into protocol buffers."""

import math
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2, tensor_shape_pb2, types_pb2
from tensorflow.core.protobuf import meta_graph_pb2

from pipeline.serve.errors import invalid
from pipeline.serve.signatures import Signature, Tensor, TensorSpec


def to_signature(name: str, definition: meta_graph_pb2.SignatureDef) -> Signature:
    inputs, outputs = (
        {key: _to_spec(info) for key, info in infos.items()} for infos in (definition.inputs, definition.outputs)
    )
    return Signature(name, inputs, outputs)


def to_tensor(name: str, proto: tensor_pb2.TensorProto, max_bytes: int) -> Tensor:
    """An input tensor; a proto may hold one value and a large shape, which is then filled with it.

    Raises:
      ServeError: INVALID_ARGUMENT; it is no tensor, or has more than `max_bytes` when it is filled.
    """
    sizes = [axis.size for axis in proto.tensor_shape.dim]
    if proto.tensor_shape.unknown_rank or min(sizes, default=0) < 0:
        raise invalid(f"input {name} has no complete shape; received: {sizes}")
    try:
        dtype = tf.as_dtype(proto.dtype)
        itemsize = 8 if dtype == tf.string else dtype.size
        if math.prod(sizes) * itemsize > max_bytes:
            raise invalid(f"input {name} of shape {sizes} has more than {max_bytes} bytes")
        return tf.make_ndarray(proto)
    except (TypeError, ValueError) as error:
        raise invalid(f"input {name} is no complete tensor: {error}") from error


def to_proto(tensor: Tensor) -> tensor_pb2.TensorProto:
    return tf.make_tensor_proto(tensor)


def signature_def_json(definition: meta_graph_pb2.SignatureDef) -> dict[str, Any]:
    """A signature as in TensorFlow Serving's metadata: with every field, and integers of 64 bits as strings."""
    inputs, outputs = (
        {name: _info_json(info) for name, info in infos.items()} for infos in (definition.inputs, definition.outputs)
    )
    return {"inputs": inputs, "outputs": outputs, "method_name": definition.method_name}


def _to_spec(info: meta_graph_pb2.TensorInfo) -> TensorSpec:
    shape = info.tensor_shape
    sizes = None if shape.unknown_rank else tuple(None if axis.size < 0 else axis.size for axis in shape.dim)
    return TensorSpec(np.dtype(tf.as_dtype(info.dtype).as_numpy_dtype), sizes)


def _info_json(info: meta_graph_pb2.TensorInfo) -> dict[str, Any]:
    return {
        "dtype": types_pb2.DataType.Name(info.dtype),
        "tensor_shape": _shape_json(info.tensor_shape),
        "name": info.name,
    }


def _shape_json(shape: tensor_shape_pb2.TensorShapeProto) -> dict[str, Any]:
    axes = [{"size": str(axis.size), "name": axis.name} for axis in shape.dim]
    return {"dim": axes, "unknown_rank": shape.unknown_rank}
