"""Slices: the parts of a split that are measured on their own, the keys by which TFMA slices, and the slice of a clip.

A key is the name of a feature, such as `label`, or a number with the upper edges of its ranges: `duration:1,2,4`. Only the
key reaches the workers and the cache, so the edges are in it. No TensorFlow here: the check of the configuration uses it.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from models.metadata import VALUE_PREFIX, imputed_feature, value_feature

# Default upper edges of the ranges of each number, in its unit.
EDGES: Mapping[str, tuple[float, ...]] = {
    "duration": (1, 2, 4, 8, 16, 32),  # seconds
    "size": (240, 360, 480, 720, 1080),  # pixels of the shorter side
    "fps": (15, 24, 25, 30, 50, 60),
    "brightness": (0.2, 0.4, 0.6, 0.8),  # 0 to 1
    "motion": (0.01, 0.02, 0.05, 0.1),  # mean change between frames, 0 to 1
}

_NUMBERS: Mapping[str, Callable[[Mapping[str, float]], float]] = {
    # Times are stored as float32: without rounding, clips of two seconds would lie on both sides of two.
    "duration": lambda features: round(features["end_seconds"] - features["start_seconds"], 3),
    "size": lambda features: min(features["width"], features["height"]),
    "fps": lambda features: round(features["fps"], 3),
    "brightness": lambda features: features["brightness"],
    "motion": lambda features: features["motion"],
}
_FEATURES = ("start_seconds", "end_seconds", "width", "height", "fps", "brightness", "motion")

_QUARTILES = "quartiles"
_UNKNOWN = "unknown"


def number_key(name: str, edges: Sequence[float]) -> str:
    """Key for ranges of a number, of the clip or of its metadata."""
    return f"{name}:{','.join(f'{edge:.12g}' for edge in edges)}"


def column_key(column: str, edges: Sequence[float] | None) -> str:
    """Key for ranges of a column of metadata. None stands for its quartiles, which are known only after the split."""
    name = value_feature(column)
    return number_key(name, edges) if edges else f"{name}:{_QUARTILES}"


def with_quartiles(key: str, quartiles: Mapping[str, Sequence[float]]) -> str:
    """Put the quartiles, given by column, into a key that stands for them; other keys stay as they are."""
    columns = {column_key(column, None): column for column in quartiles}
    return column_key(columns[key], quartiles[columns[key]]) if key in columns else key


def is_of_ranges(key: str) -> bool:
    """Tell a key for ranges of a number from one for the values of a feature."""
    return ":" in key


def features_of_ranges(keys: Iterable[str]) -> set[str]:
    """Names of the features of a clip that `range_of` reads for these keys."""
    names = {key.partition(":")[0] for key in keys if key.startswith(VALUE_PREFIX)}
    return {*_FEATURES, *names, *map(_mark, names)}


def range_of(key: str, features: Mapping[str, float]) -> str:
    """The range of `key` in which a clip lies, in words; `features`: those of `features_of_ranges` that the clip has."""
    name, _, edges = key.partition(":")
    if name in _NUMBERS:
        return _in_words(_NUMBERS[name](features), edges.split(","))
    if name not in features or features.get(_mark(name)):  # an imputed value is not known either
        return _UNKNOWN
    return _in_words(features[name], edges.split(","))


def _mark(value: str) -> str:
    return imputed_feature(value.removeprefix(VALUE_PREFIX))


def _in_words(number: float, edges: Sequence[str]) -> str:
    # Compares in the precision of Examples: otherwise 0.1, stored as float32, would lie above the edge 0.1.
    upper = bisect_left([np.float32(edge) for edge in edges], np.float32(number))
    above = f"above {edges[upper - 1]}" if upper else ""
    up_to = f"up to {edges[upper]}" if upper < len(edges) else ""
    return f"{above} {up_to}".strip()
