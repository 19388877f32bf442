"""Tracks whose every box covers the frame: nobody drew them, and they say nothing of where the actor is."""

from collections.abc import Iterable

from components.annotation_validator.analysis.boxes import areas
from components.annotation_validator.analysis.by_class import find_beyond
from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    for beyond in find_beyond(
        inputs.boxed_actions, lambda segment: min(areas(segment, inputs), default=None), lambda area: area >= bar
    ):
        yield beyond.found(
            f"class {beyond.label!r}: in {len(beyond.segments)} segments every box covers the whole frame "
            f"({beyond.worst:.1%} of it)",
            "Draw the boxes around the actor, or leave them out: a network with boxes would learn nothing from them.",
        )
