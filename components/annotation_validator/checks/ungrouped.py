"""Segments of which nobody says who or where: each video is then a group, though several may show one scene."""

from collections.abc import Iterable

from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    num_without = sum(not segment.group for segment in inputs.segments)
    if inputs.segments and num_without / len(inputs.segments) > bar:
        yield Found(
            message=f"{num_without} of {len(inputs.segments)} segments name no group; each of their videos counts as one, "
            "and if two show the same person or place, a split may leak",
            remedy="Name in the column group who or where it is, if videos have that in common.",
            value=num_without / len(inputs.segments),
        )
