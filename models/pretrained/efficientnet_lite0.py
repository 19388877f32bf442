"""ImageNet's weights of EfficientNet-Lite0, for the layers of `models.networks.efficientnet_lite`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from foundation.messages.errors import UserError
from models.networks.efficientnet_lite import LAST_STAGE, STAGES
from models.pretrained.torch_file import read_tensors

_NORM = ("weight", "bias", "running_mean", "running_var")  # in Keras's order
_CLASSIFIER = ("_fc.weight", "_fc.bias")
_COUNTER = "num_batches_tracked"
# From PyTorch's [out, in, height, width] to Keras's; a depthwise kernel is [channels, 1, height, width] there.
_CONV_AXES, _DEPTHWISE_AXES = (2, 3, 1, 0), (2, 3, 0, 1)


def load_encoder(network: keras.Model, path: Path) -> None:
    """Give the layers of an encoder in `network` the weights of PyTorch's file.

    Layers after those that the network has are left out, and so is the classifier.

    Raises:
      UserError: the file cannot be read, or tensors are missing, additional or of another shape; they are named.
    """
    tensors = read_tensors(path)
    names = dict(_layer_tensors())
    expected = {tensor for tensors_of_layer in names.values() for tensor in tensors_of_layer} | set(_CLASSIFIER)
    given = {name for name in tensors if not name.endswith(_COUNTER)}
    problems = [f"{name} is missing" for name in sorted(expected - given)]
    problems += [f"{name} is unknown" for name in sorted(given - expected)]
    own = {layer.name: layer for layer in network.layers}
    changes = []
    for layer_name, tensor_names in names.items():
        if layer_name not in own or problems:
            continue
        for weight, name in zip(own[layer_name].weights, tensor_names, strict=True):
            value = _to_keras(tensors[name], own[layer_name])
            if value.shape != tuple(weight.shape):
                problems.append(f"{name} is {list(value.shape)} in Keras's order and not {list(weight.shape)}")
            changes.append((weight, value))
    if problems:
        raise UserError(f"{path} does not have the weights of EfficientNet-Lite0: {', '.join(problems[:5])}")
    for weight, value in changes:
        weight.assign(value)


def _to_keras(tensor: npt.NDArray[Any], layer: keras.layers.Layer) -> npt.NDArray[Any]:
    if tensor.ndim != len(_CONV_AXES):
        return tensor
    return np.transpose(tensor, _DEPTHWISE_AXES if isinstance(layer, keras.layers.DepthwiseConv2D) else _CONV_AXES)


def _layer_tensors() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names of layers, and of the tensors for the weights of each."""

    def pair(layer: str, conv: str, norm: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        yield layer, (f"{conv}.weight",)
        yield f"{layer}_norm", tuple(f"{norm}.{part}" for part in _NORM)

    yield from pair("stem", "_conv_stem", "_bn0")
    number = 0
    for index, stage in enumerate(STAGES):
        for block in range(stage.num_blocks):
            layer, theirs = f"stage{index}_block{block}", f"_blocks.{number}"
            if stage.expansion > 1:
                yield from pair(f"{layer}_expand", f"{theirs}._expand_conv", f"{theirs}._bn0")
            yield from pair(f"{layer}_depthwise", f"{theirs}._depthwise_conv", f"{theirs}._bn1")
            yield from pair(f"{layer}_project", f"{theirs}._project_conv", f"{theirs}._bn2")
            number += 1
    yield from pair(f"{LAST_STAGE}_conv", "_conv_head", "_bn1")
