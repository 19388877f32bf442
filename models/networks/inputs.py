"""Inputs of networks: every one takes clips, some also numbers beside the pixels."""

from collections.abc import Sequence
from typing import Any

import keras


def joined(parts: Sequence[Any]) -> Any:
    """What a network is called with: clips alone, or a tuple of clips and numbers."""
    return tuple(parts) if len(parts) > 1 else parts[0]


def parts_of(inputs: Any) -> tuple[Any, ...]:
    """The inverse of `joined`."""
    return inputs if isinstance(inputs, tuple) else (inputs,)


def takes_numbers(network: keras.Model) -> bool:
    return len(network.inputs) > 1


def for_network(network: keras.Model, inputs: Any) -> Any:
    """Of clips, or of clips and numbers, what a network or a part of one takes."""
    return joined(parts_of(inputs)[: len(network.inputs)])
