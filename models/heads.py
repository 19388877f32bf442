"""Heads: the classes of each field of the annotations, of which a clip has one a field. No TensorFlow here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.label_fields import field_of
from models.config import FIELDS, Labels

# Ids of classes, ascending, by field.
Heads = Mapping[str, Sequence[int]]
NO_HEADS: Heads = MappingProxyType({})


def heads_of(classes: Sequence[str], labels: Labels) -> dict[str, list[int]]:
    """The ids of each field's classes; none where labels are not those of fields."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, label in enumerate(classes if labels == FIELDS else ()):
        found[field_of(label)].append(number)
    return dict(found)


def best_of_heads(probabilities: npt.ArrayLike, heads: Heads) -> npt.NDArray[Any]:
    """For each class the highest probability in its head, of probabilities [..., classes]: the same shape."""
    values: npt.NDArray[Any] = np.asarray(probabilities)
    best = np.empty_like(values)
    for ids in heads.values():
        best[..., ids] = values[..., ids].max(axis=-1, keepdims=True)
    return best
