"""What an index finds is near, and nearly all that is; of few vectors nothing is passed over."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.annotation_validator.inputs import nearest
from components.annotation_validator.inputs.embeddings import find_neighbours
from components.annotation_validator.inputs.measures import Vector
from components.annotation_validator.inputs.nearest import (
    Ids,
    alike,
    alike_in_cells,
    alike_of_all,
    nearest_in_graph,
    nearest_of_all,
    nearest_of_others,
)


def clusters(seed: int, num_vectors: int = 300, num_clusters: int = 10, noise: float = 0.2) -> Vector:
    """Vectors around directions, float32 [num_vectors, 24]."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(num_clusters, 24))[rng.integers(0, num_clusters, num_vectors)]
    vectors = vectors + noise * rng.normal(size=vectors.shape)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def groups_of(seed: int, num_vectors: int = 300, num_groups: int = 30) -> Ids:
    return np.random.default_rng(seed).integers(0, num_groups, num_vectors)


def sets(ids: Ids) -> list[set[int]]:
    return [set(row) for row in ids.tolist()]


@settings(deadline=None, database=None, derandomize=True, max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(2, 100))
def test_what_a_graph_finds_are_different_vectors_of_other_groups_the_nearest_first(seed: int, num_groups: int) -> None:
    vectors, groups = clusters(seed), groups_of(seed, num_groups=num_groups)
    found = nearest_in_graph(vectors, groups, 7)
    assert {len(row) for row in sets(found.ids)} == {7}
    assert (groups[found.ids] != groups[:, None]).all()
    assert found.cosines == pytest.approx(np.einsum("nd,nkd->nk", vectors, vectors[found.ids]), abs=1e-5)
    exact = np.sort(nearest_of_all(vectors, groups, 7).cosines)[:, ::-1]
    assert (np.sort(found.cosines)[:, ::-1] <= exact + 1e-5).all()


@settings(deadline=None, database=None, derandomize=True, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_of_few_vectors_no_neighbour_is_passed_over(seed: int) -> None:
    vectors, groups = clusters(seed), groups_of(seed)
    cosines = np.where(groups[:, None] == groups, -1, vectors @ vectors.T)
    expected = np.argsort(-cosines, axis=1)[:, :7]
    found = nearest_of_others(vectors, groups, 7)
    assert sets(found.ids) == sets(expected)


def test_a_graph_finds_nearly_all_neighbours() -> None:
    vectors, groups = clusters(0, 2000, num_clusters=50), groups_of(0, 2000, num_groups=300)
    exact, found = nearest_of_all(vectors, groups, 7), nearest_in_graph(vectors, groups, 7)
    shared = [len(one & other) / 7 for one, other in zip(sets(exact.ids), sets(found.ids), strict=True)]
    assert np.mean(shared) > 0.98


def test_in_the_middle_of_a_large_group_the_neighbours_are_the_exact_ones() -> None:
    """More of its own lie around each of them than a graph keeps in sight."""
    vectors = np.concatenate([clusters(1, 500, num_clusters=1, noise=0.02), clusters(2, 100)])
    groups = np.concatenate([np.zeros(500, np.int64), 1 + np.arange(100)])
    exact, found = nearest_of_all(vectors, groups, 7), nearest_in_graph(vectors, groups, 7)
    assert (groups[found.ids[:500]] > 0).all()
    assert np.sort(found.cosines[:500]) == pytest.approx(np.sort(exact.cosines[:500]), abs=1e-5)


def test_where_other_groups_have_too_few_the_rest_is_no_neighbour() -> None:
    vectors, groups = clusters(0, 20), np.repeat([0, 1], [17, 3])
    found = nearest_in_graph(vectors, groups, 7)
    assert ((found.cosines > -1).sum(axis=1) == [3] * 17 + [7] * 3).all()
    assert (groups[found.ids] != groups[:, None])[found.cosines > -1].all()


@pytest.fixture
def faiss_threads() -> Iterator[list[int]]:
    """Numbers of threads that Faiss may be told to use."""
    import faiss

    threads = faiss.omp_get_max_threads()
    yield [1, 3]
    faiss.omp_set_num_threads(threads)


def test_the_same_vectors_have_the_same_neighbours_on_any_number_of_threads(faiss_threads: list[int]) -> None:
    import faiss

    vectors, groups = clusters(0, 1000), groups_of(0, 1000)
    parts = [vectors[:, :12], vectors[:, 12:]]
    found = []
    for threads in faiss_threads:
        faiss.omp_set_num_threads(threads)
        neighbours = nearest_in_graph(vectors, groups, 7)
        found.append((neighbours.ids.tobytes(), neighbours.cosines.tobytes(), list(alike_in_cells(parts, parts, 0.4))))
        assert faiss.omp_get_max_threads() == threads
    assert found[0][2]
    assert found[0] == found[1]


def test_of_many_clips_all_neighbours_vote_that_the_graph_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, groups = clusters(0), groups_of(0)
    labels, names = [f"class {each % 3}" for each in range(300)], [f"group {each}" for each in groups]
    few = find_neighbours(vectors, labels, names)
    monkeypatch.setattr(nearest, "MOST_COMPARED", len(vectors) - 1)
    many = find_neighbours(vectors, labels, names)
    assert (many.votes.sum(axis=1) == 7).all()
    assert (many.votes == few.votes).mean() > 0.98
    assert many.distances == pytest.approx(few.distances, abs=0.05)


def halves(seed: int, num_copies: int) -> tuple[Vector, Vector]:
    """Two parts of 400 vectors, float32 [400, 32] of length 1; of the first vectors the last ones are copies."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(2):
        part = rng.normal(size=(400, 32))
        part[400 - num_copies :] = part[:num_copies] + 0.2 * rng.normal(size=(num_copies, 32))
        parts.append((part / np.linalg.norm(part, axis=1, keepdims=True)).astype(np.float32))
    return parts[0], parts[1]


@settings(deadline=None, database=None, derandomize=True, max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(0, 50))
def test_copies_that_cells_find_are_copies_and_each_is_found_once(seed: int, num_copies: int) -> None:
    parts = halves(seed, num_copies)
    exact = {(pair.one, pair.other): pair.cosine for pair in alike_of_all(parts, parts, 0.9)}
    found = list(alike_in_cells(parts, parts, 0.9))
    pairs = [(pair.one, pair.other) for pair in found]
    assert pairs == sorted(set(pairs))
    assert set(pairs) <= exact.keys()
    assert [pair.cosine for pair in found] == pytest.approx([exact[pair] for pair in pairs], abs=1e-5)


def test_cells_find_all_that_is_nearly_the_same() -> None:
    parts = halves(0, 150)
    exact = [(pair.one, pair.other) for pair in alike(parts, parts, 0.9)]
    assert len(exact) > 130
    assert [(pair.one, pair.other) for pair in alike_in_cells(parts, parts, 0.9)] == exact


def test_what_is_alike_in_one_part_only_is_not_alike() -> None:
    one, strangers = halves(0, 150)[0], halves(1, 0)[1]
    assert not list(alike_in_cells((one, strangers), (one, strangers), 0.9))


def test_vectors_of_nothing_are_like_none() -> None:
    nothing = np.zeros((50, 8), np.float32)
    assert not list(alike_in_cells((nothing, nothing), (nothing, nothing), 0.9))
