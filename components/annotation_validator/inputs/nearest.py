"""Which vectors lie near which.

Few are all compared with each other. With many, Faiss (Douze et al., The Faiss library, 2024) says which are worth it: some of
what is near is missed, and cosines are exact. Neighbours lie far apart, in many directions, and a graph misses fewer of them
than cells of space do; what is nearly the same lies in nearly the same cells, which are the cheaper index.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from components.annotation_validator.inputs.measures import Vector

# Comparing so many with each other takes about a minute of a core, and twice as many four.
MOST_COMPARED = 40_000
_ROWS_AT_ONCE = 512
# Of the graph (Malkov & Yashunin, Efficient and robust approximate nearest neighbor search using HNSW graphs, 2018): how many
# each vector is linked with, and how many are kept in sight while links are made, and while neighbours are looked for, at first
# and where that was not enough.
_LINKS, _IN_SIGHT_TO_LINK, _IN_SIGHT = 24, 80, (64, 256)
_CELLS_LOOKED_INTO = 16
_ROUNDING = 1e-4

Ids = npt.NDArray[np.int64]


class Nearest(NamedTuple):
    """Of each of several vectors the nearest ones, in any order.

    Attributes:
      ids: int64 [num_vectors, count], their numbers.
      cosines: float32 [num_vectors, count]; -1 where there are no more.
    """

    ids: Ids
    cosines: Vector


class Pair(NamedTuple):
    """Two of several vectors, by their numbers, the smaller one first, and how like they are."""

    one: int
    other: int
    cosine: float


def nearest_of_others(vectors: Vector, groups: Ids, count: int) -> Nearest:
    """The `count` nearest of each vector, float32 [num_vectors, size], among those of other groups, int64 [num_vectors]."""
    find = nearest_of_all if len(vectors) <= MOST_COMPARED else nearest_in_graph
    return find(vectors, groups, min(count, len(vectors)))


def alike(some: Sequence[Vector], others: Sequence[Vector], bar: float) -> Iterator[Pair]:
    """Pairs of which the one in `some` is as like as `bar` to the other in `others`, in each part; sorted.

    Args:
      some, others: parts of the same vectors, float32 [num_vectors, size] each, as they are and seen in another way, such that
        it does not matter which of a pair is seen in which way.
    """
    find = alike_of_all if len(some[0]) <= MOST_COMPARED else alike_in_cells
    return find(some, others, bar)


def nearest_of_all(vectors: Vector, groups: Ids, count: int) -> Nearest:
    """The same by comparing all with each other; memory grows with the number of vectors, not with its square."""
    found = [_nearest_of_rows(rows, vectors, groups, count) for rows in _blocks(np.arange(len(vectors)))]
    return Nearest(*(np.concatenate(each) for each in zip(*found, strict=True)))


def _nearest_of_rows(rows: npt.NDArray[np.intp], vectors: Vector, groups: Ids, count: int) -> Nearest:
    cosines = vectors[rows] @ vectors.T
    cosines[groups[rows, None] == groups] = -1.0
    nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count].copy()  # a view would hold all of it
    return Nearest(nearest, np.clip(np.take_along_axis(cosines, nearest, axis=1), -1, 1))


def nearest_in_graph(vectors: Vector, groups: Ids, count: int) -> Nearest:
    """Nearly the same by steps from neighbour to neighbour; the nearest ones first, unless all were compared."""
    found = Nearest(np.empty((len(vectors), count), np.int64), np.empty((len(vectors), count), np.float32))
    is_found = np.zeros(len(vectors), bool)
    with _faiss_on_one_thread() as faiss:
        graph = faiss.IndexHNSWFlat(vectors.shape[1], _LINKS, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction = _IN_SIGHT_TO_LINK
        graph.add(np.ascontiguousarray(vectors, dtype=np.float32))
        for in_sight in _IN_SIGHT:
            how = faiss.SearchParametersHNSW(efSearch=in_sight)
            for rows in _blocks(np.flatnonzero(~is_found)):
                cosines, ids = graph.search(vectors[rows], in_sight, params=how)
                is_other = (ids >= 0) & (groups[ids] != groups[rows, None])
                first = np.argsort(~is_other, axis=1, kind="stable")[:, :count]
                found.ids[rows] = np.take_along_axis(ids, first, axis=1)
                found.cosines[rows] = np.clip(np.take_along_axis(cosines, first, axis=1), -1, 1)
                # Whoever does not come by itself has lost its way.
                is_found[rows] = (is_other.sum(axis=1) >= count) & (ids == rows[:, None]).any(axis=1)
    # In the middle of a large group nothing else is in sight.
    for rows in _blocks(np.flatnonzero(~is_found)):
        found.ids[rows], found.cosines[rows] = _nearest_of_rows(rows, vectors, groups, count)
    return found


def _blocks(rows: npt.NDArray[np.intp]) -> Iterator[npt.NDArray[np.intp]]:
    return (rows[start : start + _ROWS_AT_ONCE] for start in range(0, len(rows), _ROWS_AT_ONCE))


def alike_of_all(some: Sequence[Vector], others: Sequence[Vector], bar: float) -> Iterator[Pair]:
    """The same by comparing all with each other."""
    for start in range(0, len(some[0]), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        cosines = reduce(np.minimum, (one[rows] @ other.T for one, other in zip(some, others, strict=True)))
        for row, column in np.argwhere(cosines >= bar):
            if start + row < column:
                yield Pair(start + int(row), int(column), float(cosines[row, column]))


def alike_in_cells(some: Sequence[Vector], others: Sequence[Vector], bar: float) -> Iterator[Pair]:
    """Nearly the same by comparing with what is in the nearest cells, whose number is four times the root of the vectors'."""
    # What is as like as the bar in each part is so in all of them together.
    queries, vectors = (np.concatenate(parts, axis=1) / np.sqrt(np.float32(len(parts))) for parts in (some, others))
    found: dict[tuple[int, int], float] = {}
    for one, ids in enumerate(_within_cells(queries, vectors, bar - _ROUNDING)):
        cosines = reduce(np.minimum, (other[ids] @ each[one] for each, other in zip(some, others, strict=True)))
        for other, cosine in zip(ids[cosines >= bar].tolist(), cosines[cosines >= bar].tolist(), strict=True):
            # Either of both may have the other in the cells around it.
            if one != other:
                found.setdefault((min(one, other), max(one, other)), cosine)
    yield from (Pair(*pair, found[pair]) for pair in sorted(found))


def _within_cells(queries: Vector, vectors: Vector, bar: float) -> Iterator[Ids]:
    """Of each query, float32 [num_queries, size], the vectors in the nearest cells whose cosine is above the bar."""
    with _faiss_on_one_thread() as faiss:
        centres = faiss.IndexFlatIP(vectors.shape[1])  # the index does not keep it alive
        num_cells = min(len(vectors), int(4 * np.sqrt(len(vectors))))
        cells = faiss.IndexIVFFlat(centres, vectors.shape[1], num_cells, faiss.METRIC_INNER_PRODUCT)
        cells.cp.min_points_per_centroid = 1  # with fewer than it likes, Faiss would print so
        cells.train(vectors)
        cells.add(vectors)
    cells.nprobe = _CELLS_LOOKED_INTO
    for start in range(0, len(queries), _ROWS_AT_ONCE):
        with _faiss_on_one_thread():
            bounds, _, ids = cells.range_search(queries[start : start + _ROWS_AT_ONCE], bar)
        yield from (np.sort(ids[first:after]) for first, after in pairwise(bounds.astype(np.int64)))


@contextmanager
def _faiss_on_one_thread() -> Iterator[Any]:
    """Several would link a graph in another way each time, and their products of matrices are rounded otherwise."""
    import faiss  # where few vectors are compared, nobody needs it

    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield faiss
    finally:
        faiss.omp_set_num_threads(threads)
