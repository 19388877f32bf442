"""Cost of a network: its parameters, and the multiply-adds for one clip."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path

import keras
import tensorflow as tf
from keras import layers

from foundation.messages.progress import announce
from models.networks.inputs import joined

COST_FILE = "network.json"

# Each element of the output is a sum of products, as many as the kernel, or the first matrix, has elements along these axes.
_KERNEL_AXES = {"Conv2D": slice(0, 3), "Conv3D": slice(0, 4), "DepthwiseConv2dNative": slice(0, 2)}
_MATRIX_TRANSPOSES = {"MatMul": "transpose_a", "BatchMatMulV2": "adj_x"}


@dataclass(frozen=True)
class Cost:
    """`multiply_adds`: of convolutions and matrix products in evaluation, per clip. Many papers call them FLOPs."""

    parameters: int
    multiply_adds: int

    @property
    def flops(self) -> int:
        """Floating-point operations per clip: a multiplication and an addition are two."""
        return 2 * self.multiply_adds


def report_cost(network: keras.Model, folder: Path, pretrained: str = "") -> None:
    """Show the user what a network costs, and keep it in the run's `folder` as JSON.

    `pretrained`: where the weights come from that it begins with, if they are neither random nor an earlier model's.
    """
    cost = network_cost(network)
    announce(
        f"{network.name}: {cost.parameters:,} parameters, {cost.flops / 1e9:.3g} GFLOPs a clip "
        f"({cost.multiply_adds / 1e9:.3g} billion multiply-adds)"
    )
    folder.mkdir(parents=True, exist_ok=True)
    values = {"network": network.name, **asdict(cost), "flops": cost.flops}
    if pretrained:
        announce(f"it begins with pretrained weights: {pretrained}")
        values["pretrained"] = pretrained
    (folder / COST_FILE).write_text(json.dumps(values, indent=1) + "\n")


def network_cost(network: keras.Model) -> Cost:
    """Count what the TensorFlow graph of one clip computes."""

    specs = [tf.TensorSpec((1, *one.shape[1:]), one.dtype) for one in network.inputs]

    @tf.function(input_signature=specs, autograph=False)
    def evaluate(*inputs: tf.Tensor) -> tf.Tensor:
        return network(joined(inputs), training=False)

    outside_loops = sum(map(_multiply_adds, _needed_for(evaluate.get_concrete_function().outputs)))
    loops = sum(_recurrent_multiply_adds(layer) for layer in network.layers if isinstance(layer, layers.RNN))
    return Cost(network.count_params(), outside_loops + loops)


def _needed_for(outputs: Sequence[tf.Tensor]) -> set[tf.Operation]:
    """Operations that outputs depend on; Keras also traces some that nothing uses, and that TensorFlow removes."""
    found: set[tf.Operation] = set()
    waiting = [output.op for output in outputs]
    while waiting:
        operation = waiting.pop()
        if operation not in found:
            found.add(operation)
            waiting += [x.op for x in operation.inputs]
    return found


def _multiply_adds(operation: tf.Operation) -> int:
    if operation.type == "Einsum":
        terms = operation.get_attr("equation").decode().split("->")[0].split(",")
        sizes = {
            axis: size
            for term, x in zip(terms, operation.inputs, strict=True)
            for axis, size in zip(term, x.shape, strict=True)
        }
        return prod(sizes.values())
    if operation.type in _KERNEL_AXES:
        products = prod(operation.inputs[1].shape[_KERNEL_AXES[operation.type]])
    elif operation.type in _MATRIX_TRANSPOSES:
        transposed = operation.get_attr(_MATRIX_TRANSPOSES[operation.type])
        products = operation.inputs[0].shape[-2 if transposed else -1]
    else:
        return 0
    return int(prod(operation.outputs[0].shape) * products)


def _recurrent_multiply_adds(layer: layers.RNN) -> int:
    """Multiply-adds of a recurrent layer, a loop over time of which the graph shows one turn, in another function."""
    num_steps = layer.input.shape[1]
    return num_steps * (prod(layer.cell.kernel.shape) + prod(layer.cell.recurrent_kernel.shape))
