"""Which videos show one scene, as one camera or one room does, by what stands still in them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from components.annotation_validator.inputs.measures import NUM_BLOCKS, Vector

# Actors hide a part of the background, and what is empty in one part of the frame says nothing.
_NUM_ALIKE = NUM_BLOCKS // 2
_ROWS_AT_ONCE = 64


class Alike(NamedTuple):
    """Two of several videos, by their numbers, and how like their backgrounds are, from 0 to 1."""

    one: int
    other: int
    likeness: float


def find_alike(backgrounds: Sequence[Vector], bar: float) -> Iterator[Alike]:
    """All pairs that are at least as like as `bar`; the backgrounds are float32 [16, 32] each."""
    blocks = np.stack(backgrounds) if backgrounds else np.zeros((0, NUM_BLOCKS, 1), np.float32)
    for start in range(0, len(blocks), _ROWS_AT_ONCE):
        rows = blocks[start : start + _ROWS_AT_ONCE]
        likeness = likeness_of(rows, blocks[start:])
        for row, column in np.argwhere(likeness >= bar):
            if row < column:
                yield Alike(start + int(row), start + int(column), float(likeness[row, column]))


def likeness_of(some: Vector, others: Vector) -> npt.NDArray[np.float32]:
    """How like backgrounds are: float32 [num_some, num_others], what half of the blocks of the frame reach.

    A block's likeness is 1 where edges are the same in place, direction and strength, and 0 where they have nothing in
    common, or there are none.
    """
    products = np.einsum("abe,cbe->acb", some, others, optimize=True)
    strengths = [np.einsum("abe,abe->ab", each, each) for each in (some, others)]
    sums = strengths[0][:, np.newaxis] + strengths[1][np.newaxis]
    likeness = 2 * products / np.maximum(sums, 1e-12)
    return np.asarray(-np.partition(-likeness, _NUM_ALIKE - 1, axis=2)[..., _NUM_ALIKE - 1], dtype=np.float32)


def joined(pairs: Iterable[Alike]) -> list[list[int]]:
    """Sets of numbers that pairs join, directly or through others; each sorted, the one with the smallest number first."""
    scene_of: dict[int, set[int]] = {}
    for one, other, _ in pairs:
        scene = scene_of.get(one, {one}) | scene_of.get(other, {other})
        scene_of |= dict.fromkeys(scene, scene)
    return sorted({min(scene): sorted(scene) for scene in scene_of.values()}.values())
