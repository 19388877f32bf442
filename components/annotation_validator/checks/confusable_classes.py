"""Pairs of classes that neither motion nor looks tell apart: they take more clips than others, or are one class."""

from collections.abc import Iterable

import numpy as np

from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.embeddings import silhouettes
from components.annotation_validator.inputs.inputs import CheckInputs


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    embedding = inputs.embedding
    if embedding is None:
        return
    neighbours = embedding.neighbourhood
    confusion = neighbours.confusion()
    scores = silhouettes(embedding.vectors, neighbours.labels)
    for one, other in zip(*np.triu_indices(len(neighbours.classes), 1), strict=True):
        # Each way weighs the same, however many clips a class has.
        mixed = float(confusion[one, other] + confusion[other, one]) / 2
        if mixed < bar:
            continue
        names = neighbours.classes[one], neighbours.classes[other]
        cohesion = [float(scores[neighbours.labels == label].mean()) for label in (one, other)]
        yield Found(
            message=f"classes {names[0]!r} and {names[1]!r} {embedding.verb} alike: {mixed:.0%} of their segments have most "
            f"neighbours in the other class; their silhouettes are {cohesion[0]:.2f} and {cohesion[1]:.2f} (1: far from "
            "other classes)",
            remedy="Expect confusions; give both more groups, or make one class of them if the difference does not matter.",
            value=mixed,
        )
