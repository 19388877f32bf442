"""Segments among their neighbours."""

import numpy as np

from components.annotation_validator.inputs.embeddings import find_neighbours, silhouettes
from tests.components.annotation_validator.making import measured_inputs, unit


def test_neighbours_are_of_other_groups() -> None:
    vectors = np.stack([unit([1, 0.1 * number]) for number in range(10)])
    neighbours = find_neighbours(vectors, ["a"] * 5 + ["b"] * 5, ["one"] * 5 + ["two"] * 5)
    assert neighbours.votes[0].tolist() == [0, 5]


def test_the_silhouette_is_high_in_classes_that_lie_apart() -> None:
    embedding = measured_inputs().embedding
    assert embedding
    scores = silhouettes(embedding.vectors, embedding.neighbourhood.labels)
    assert scores.min() > 0.4
    assert silhouettes(embedding.vectors, np.arange(36) % 2).mean() < 0.1
