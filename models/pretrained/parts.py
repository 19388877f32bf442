"""Weights of a network as another library names and turns them, and how the network gets them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from foundation.messages.errors import UserError

Array = npt.NDArray[Any]
Tensors = Mapping[str, Array]

_MOST_NAMED = 5


def as_it_is(tensor: Array) -> Array:
    return tensor


@dataclass(frozen=True)
class Part:
    """Where the value of a weight comes from.

    Attributes:
      tensor: its name in the file.
      convert: from the order of axes there to Keras's. It is given tensors of any shape, and may raise ValueError.
      factor: name of a number that the value is multiplied with; empty: none.
    """

    tensor: str
    convert: Callable[[Array], Array] = as_it_is
    factor: str = ""


@dataclass(frozen=True)
class Layout:
    """The weights of a network in the files of another library.

    Attributes:
      title: what such a file is, for messages.
      parts: by the paths of the network's weights, as Keras has them.
      unused: tensors that are in such a file too, and have no place in the network.
    """

    title: str
    parts: Mapping[str, Part]
    unused: frozenset[str] = field(default_factory=frozenset)

    @property
    def tensors(self) -> frozenset[str]:
        """Names of all tensors that such a file has."""
        named = {name for part in self.parts.values() for name in (part.tensor, part.factor) if name}
        return self.unused | named

    def likeness(self, tensors: Tensors) -> float:
        """The share of names that a file and such a file have in common, 0 to 1."""
        return len(self.tensors & tensors.keys()) / len(self.tensors | tensors.keys())


def fill(network: keras.Model, layout: Layout, tensors: Tensors, path: Path) -> None:
    """Give a network the weights of a file, or, if one of them is not there or does not fit, none at all.

    Weights of the network that the layout has no part for stay as they are, and parts for which the network has no weight are
    left out.

    Raises:
      UserError: tensors are missing, additional, of another shape, or not finite; they are named.
    """
    problems = [f"{name} is missing" for name in sorted(layout.tensors - tensors.keys())]
    problems += [f"{name} is unknown" for name in sorted(tensors.keys() - layout.tensors)]
    own = {weight.path: weight for weight in network.weights}
    changes = []
    if not problems:
        for name, part in layout.parts.items():
            if name not in own:
                continue
            value, problem = _value(part, tensors, tuple(own[name].shape))
            problems += [problem] if problem else []
            changes.append((own[name], value))
    if problems:
        more = f", and {len(problems) - _MOST_NAMED} more" if len(problems) > _MOST_NAMED else ""
        raise UserError(
            f"{path} does not have the weights of {layout.title}: {', '.join(problems[:_MOST_NAMED])}{more}; "
            "take a file that was written from this very network, and is whole"
        )
    for weight, value in changes:
        weight.assign(value)


def _value(part: Part, tensors: Tensors, shape: tuple[int, ...]) -> tuple[Array, str]:
    """A weight's value, and what is wrong with it; nothing if it is as it has to be."""
    tensor = tensors[part.tensor]
    try:
        value = part.convert(tensor)
    except ValueError:
        return tensor, f"{part.tensor} is {list(tensor.shape)}, which this weight cannot be"
    if part.factor:
        if tensors[part.factor].size != 1:
            return value, f"{part.factor} is {list(tensors[part.factor].shape)} and not one number"
        value = value * tensors[part.factor].reshape(())
    if value.shape != shape:
        return value, f"{part.tensor} is {list(value.shape)} in Keras's order and not {list(shape)}"
    if not np.issubdtype(value.dtype, np.floating) or not np.isfinite(value).all():
        return value, f"{part.tensor} has values that are no finite numbers"
    return value, ""


def without_counters(tensors: Tensors) -> Tensors:
    """Tensors without those in which PyTorch counts the batches of a normalisation: nothing is computed with them."""
    return {name: tensor for name, tensor in tensors.items() if not name.endswith(".num_batches_tracked")}


# The weights of a normalisation, in Keras's order and as PyTorch names them.
_NORM = {"gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var"}


def torch_norm(layer: str, name: str) -> Iterator[tuple[str, Part]]:
    """The parts of a normalisation that PyTorch calls `name`."""
    for ours, theirs in _NORM.items():
        yield f"{layer}/{ours}", Part(f"{name}.{theirs}")
