"""Networks as files of TensorFlow Lite, in float32 or int8."""

import re
from collections.abc import Sequence

import keras
import tensorflow as tf

from models.devices.files import NotConvertibleError, Tensors
from models.devices.network import DeviceFunction

_MISSING_OPERATION = re.compile(r"\btf\.(\w+)\(")


def to_tflite(device: DeviceFunction, network: keras.Model, representative: Sequence[Tensors] = ()) -> bytes:
    """The content of a file; with `representative` inputs its weights and activations are int8.

    Inputs and outputs stay float32, so clients need not know of the quantisation. Operations without an int8 kernel, such as
    3-D convolutions, stay float32 too.

    Raises:
      NotConvertibleError: TensorFlow Lite lacks an operation.
    """
    holder = tf.Module()
    holder.variables_of_network = [variable.value for variable in network.variables]
    converter = tf.lite.TFLiteConverter.from_concrete_functions([device.function.get_concrete_function()], holder)
    if representative:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: (dict(inputs) for inputs in representative)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8, tf.lite.OpsSet.TFLITE_BUILTINS]
    try:
        return bytes(converter.convert())
    except Exception as error:  # ConverterError has no public name in both versions of TensorFlow
        operations = tuple(sorted(set(_MISSING_OPERATION.findall(str(error)))))
        if type(error).__name__ != "ConverterError":
            raise
        raise NotConvertibleError(operations, str(error).partition("\n")[0]) from error
