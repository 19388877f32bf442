"""Segments among their neighbours."""

from dataclasses import replace

import numpy as np

from components.annotation_validator.inputs.embeddings import find_neighbours, silhouettes
from tests.components.annotation_validator.making import (
    LABELS,
    clean_records,
    inputs_of,
    measured,
    measured_inputs,
    unit,
)


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


def test_segments_are_embedded_by_whichever_of_motion_and_looks_tells_classes_better() -> None:
    moving = measured_inputs()
    assert not moving.lacks_looks
    told_by_nothing = {
        each.id: np.random.default_rng(number).normal(size=768) for number, each in enumerate(moving.segments)
    }
    beside = replace(moving, looks=told_by_nothing).embedding
    assert beside
    assert beside.verb == "move"
    still = replace(moving, measures={})
    told = {each.id: np.eye(768)[LABELS.index(each.label)] for each in still.segments}
    by_looks = replace(still, looks=told).embedding
    assert by_looks
    assert (by_looks.verb, by_looks.accuracy) == ("look", 1.0)


def test_segments_that_do_not_move_lack_looks() -> None:
    inputs = measured(inputs_of(clean_records()), brightness=0.5, motion=0.0)
    assert inputs.embedding is None
    assert inputs.lacks_looks
    assert not replace(inputs, features={"some": np.ones(3)}).lacks_looks


def test_too_few_segments_lack_nothing() -> None:
    assert not measured(inputs_of(clean_records(2)), brightness=0.5, motion=0.0).lacks_looks
