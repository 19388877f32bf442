"""Signatures: the tensors that they take and give. No TensorFlow here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.serve.errors import invalid

Tensor = npt.NDArray[Any]
Tensors = dict[str, Tensor]

# TensorFlow's strings are bytes.
STRING = np.dtype(object)


@dataclass(frozen=True)
class TensorSpec:
    """Type and shape of a tensor. `shape` has None where any size will do, and is None where any rank will do."""

    dtype: np.dtype[Any]
    shape: tuple[int | None, ...] | None

    @property
    def has_batch_axis(self) -> bool:
        """Whether axis 0 may have any size."""
        return bool(self.shape) and self.shape is not None and self.shape[0] is None

    def accepts(self, tensor: Tensor) -> bool:
        """Whether a tensor has this type and fits this shape."""
        if tensor.dtype != self.dtype:
            return False
        if self.shape is None:
            return True
        return tensor.ndim == len(self.shape) and all(
            size in (None, given) for size, given in zip(self.shape, tensor.shape, strict=True)
        )

    def __str__(self) -> str:
        shape = "of any shape" if self.shape is None else _shape_text(self.shape)
        return f"{dtype_name(self.dtype)} {shape}"


@dataclass(frozen=True)
class Signature:
    """Named function of a SavedModel."""

    name: str
    inputs: Mapping[str, TensorSpec]
    outputs: Mapping[str, TensorSpec]

    def check(self, inputs: Tensors) -> None:
        """Check what a client sent.

        Raises:
          ServeError: INVALID_ARGUMENT; names, types or shapes are wrong.
        """
        if inputs.keys() != self.inputs.keys():
            sent, expected = set(inputs), set(self.inputs)
            raise invalid(
                f"input size does not match signature: {len(sent)}!={len(expected)} len({_names(sent)}) != "
                f"len({_names(expected)}). Sent extra: {_names(sent - expected)}. "
                f"Missing but required: {_names(expected - sent)}."
            )
        for name, tensor in inputs.items():
            if not self.inputs[name].accepts(tensor):
                received = f"{dtype_name(tensor.dtype)} {_shape_text(tensor.shape)}"
                raise invalid(f"input {name} of {self.name} is {self.inputs[name]}; received: {received}")

    def batch_size(self, inputs: Tensors) -> int | None:
        """Size of the batch axis of checked inputs; None where inputs and outputs have none in common."""
        if not all(spec.has_batch_axis for spec in (*self.inputs.values(), *self.outputs.values())):
            return None
        sizes = {tensor.shape[0] for tensor in inputs.values()}
        return sizes.pop() if len(sizes) == 1 else None


def dtype_name(dtype: np.dtype[Any]) -> str:
    """TensorFlow's name of a type."""
    return "string" if dtype == STRING else dtype.name


def _shape_text(shape: tuple[int | None, ...]) -> str:
    return f"[{','.join('?' if size is None else str(size) for size in shape)}]"


def _names(names: set[str]) -> str:
    return "{" + ",".join(sorted(names)) + "}"
