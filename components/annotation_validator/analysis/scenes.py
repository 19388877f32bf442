"""Which videos show one scene, as one camera or one room does, by what stands still in them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from components.annotation_validator.inputs.measures import NUM_BLOCKS, Vector

# Actors hide a part of the background, and what is empty in one part of the frame says nothing.
_NUM_ALIKE = NUM_BLOCKS // 2
_ROWS_AT_ONCE = 64
_ROUNDING = 1e-4


class Alike(NamedTuple):
    """Two of several videos, by their numbers, and how like their backgrounds are, from 0 to 1."""

    one: int
    other: int
    likeness: float


def find_alike(backgrounds: Sequence[Vector], bar: float) -> Iterator[Alike]:
    """All pairs that are at least as like as `bar`; the backgrounds are float32 [16, 32] each."""
    blocks = np.stack(backgrounds) if backgrounds else np.zeros((0, NUM_BLOCKS, 1), np.float32)
    for one, others in _candidates(blocks, bar):
        likeness = likeness_of(blocks[one : one + 1], blocks[others])[0]
        for other in np.flatnonzero(likeness >= bar):
            yield Alike(one, int(others[other]), float(likeness[other]))


def _candidates(blocks: Vector, bar: float) -> Iterator[tuple[int, npt.NDArray[np.intp]]]:
    """Each background with later ones that may be as like as `bar`: half of the blocks have such cosines.

    A block's likeness is at most its cosine, which products of matrices give: few pairs are left to look at more closely.
    """
    directions = _directions(blocks)
    for start in range(0, len(blocks), _ROWS_AT_ONCE):
        later = directions[:, start:]
        num_alike = np.zeros((min(_ROWS_AT_ONCE, later.shape[1]), later.shape[1]), np.uint8)
        for block in later:
            num_alike += block[:_ROWS_AT_ONCE] @ block.T >= bar - _ROUNDING
        for row, counts in enumerate(num_alike):
            others = np.flatnonzero(counts[row + 1 :] >= _NUM_ALIKE)
            if len(others):
                yield start + row, start + row + 1 + others


def _directions(blocks: Vector) -> Vector:
    """Each block of all backgrounds with length 1, or 0: float32 [16, num_backgrounds, 32]."""
    lengths = np.linalg.norm(blocks, axis=2, keepdims=True)
    return np.ascontiguousarray((blocks / np.maximum(lengths, 1e-12)).transpose(1, 0, 2))


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
