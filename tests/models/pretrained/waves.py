"""Weights and clips that follow from formulas, so that what PyTorch and Model Garden make of them can be noted down.

`benchmarks/imported_weights_torch.py` and `benchmarks/imported_weights_movinet.py` have the same formulas.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def wave(number: int, shape: tuple[int, ...], scale: float, shift: float = 0.0) -> Array:
    """The tensor with this number in the order of names."""
    waves = np.sin(0.7 * np.arange(int(np.prod(shape))) + number).reshape(shape)
    return (shift + scale * waves).astype(np.float32)


def coloured_clips(num_clips: int, *size: int) -> Array:
    """uint8 [num_clips, time, height, width, 3]."""
    places = np.arange(num_clips * int(np.prod(size)) * 3).reshape(num_clips, *size, 3)
    return (places**2 % 251).astype(np.uint8)


def torch_waves(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    """Tensors of PyTorch's by their names."""
    tensors = {}
    for number, (name, shape) in enumerate(sorted(shapes.items())):
        if name.endswith("num_batches_tracked"):
            tensors[name] = np.array(3)
            continue
        scale = 2 / np.sqrt(np.prod(shape[1:])) if len(shape) > 1 else 0.3
        shift = 1.0 if len(shape) == 1 and name.endswith(("weight", "running_var")) else 0.0
        tensors[name] = wave(number, shape, float(scale), shift)
    return tensors


def scattered(number: int, shape: tuple[int, ...], scale: float, shift: float = 0.0) -> Array:
    """The tensor with this number in the order of names, of values that are spread evenly and look like random ones.

    Waves cancel each other where many channels are added: of a deep network that has them, little but the last bias would be
    seen in the logits.
    """
    squares = 7 * (np.arange(int(np.prod(shape))) + number) ** 2
    values = (squares % 1009 / 504 - 1).reshape(shape)
    return np.asarray(shift + scale * values, np.float32)


def movinet_tensors(shapes: Mapping[str, Iterable[int]]) -> dict[str, Array]:
    """Variables of Model Garden's MoViNets by their names."""
    values = {}
    for number, (name, shape) in enumerate(sorted((name, tuple(shape)) for name, shape in shapes.items())):
        kind = name.rpartition("/")[2]
        # A depthwise kernel sees one channel, whatever its shape says.
        inputs = shape[:2] if kind == "depthwise_kernel" else shape[:-1]
        scale = np.sqrt(6 / np.prod(inputs)) if len(shape) > 1 else 0.3
        shift = 1.0 if kind in ("gamma", "moving_variance", "_scale") else 0.0
        values[name] = scattered(number, shape, float(scale), shift)
    return values


def video_resnet_shapes(
    stem_middle: int, widths: Iterable[int], blocks: Iterable[int], num_classes: int, *, as_in_caffe2: bool
) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the tensors of torchvision's VideoResNet with factorised convolutions."""
    shapes: dict[str, tuple[int, ...]] = {}

    def convolution(conv: str, norm: str, out: int, into: int, *size: int) -> None:
        shapes[f"{conv}.weight"] = (out, into, *size)
        shapes.update({f"{norm}.{name}": (out,) for name in ("weight", "bias", "running_mean", "running_var")})
        shapes[f"{norm}.num_batches_tracked"] = ()

    first, *_ = widths = tuple(widths)
    convolution("stem.0", "stem.1", stem_middle, 3, 1, 7, 7)
    convolution("stem.3", "stem.4", first, stem_middle, 3, 1, 1)
    into = first
    for layer, (width, num_blocks) in enumerate(zip(widths, blocks, strict=True), start=1):
        for block in range(num_blocks):
            name = f"layer{layer}.{block}"
            middle = 27 * into * width // (9 * into + 3 * width)
            second = 27 * width * width // (9 * width + 3 * width) if as_in_caffe2 else middle
            convolution(f"{name}.conv1.0.0", f"{name}.conv1.0.1", middle, into, 1, 3, 3)
            convolution(f"{name}.conv1.0.3", f"{name}.conv1.1", width, middle, 3, 1, 1)
            convolution(f"{name}.conv2.0.0", f"{name}.conv2.0.1", second, width, 1, 3, 3)
            convolution(f"{name}.conv2.0.3", f"{name}.conv2.1", width, second, 3, 1, 1)
            if layer > 1 and block == 0:
                convolution(f"{name}.downsample.0", f"{name}.downsample.1", width, into, 1, 1, 1)
            into = width
    return shapes | {"fc.weight": (num_classes, into), "fc.bias": (num_classes,)}
