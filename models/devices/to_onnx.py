"""Networks as files of ONNX, in float32. Needs the extra `onnx`."""

import logging

import onnx
import tf2onnx

from models.devices.files import NotConvertibleError
from models.devices.network import DeviceFunction

# Every ONNX Runtime since 1.12 (2022) reads it.
OPSET = 17


def to_onnx(device: DeviceFunction) -> bytes:
    """The content of a file.

    Raises:
      NotConvertibleError: ONNX lacks an operation.
    """
    logging.getLogger("tf2onnx").setLevel(logging.CRITICAL)  # what it logs is found in the graph
    model, _ = tf2onnx.convert.from_function(device.function, device.inputs, opset=OPSET)
    # tf2onnx leaves what it does not know as it is.
    unknown = {node.op_type for node in model.graph.node if not node.domain and not onnx.defs.has(node.op_type)}
    if unknown:
        raise NotConvertibleError(tuple(sorted(unknown)))
    return bytes(model.SerializeToString())
