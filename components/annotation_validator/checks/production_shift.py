"""Sizes, rates, lengths, light and motion that production has and the annotated videos have not, or rarely.

Of production each video is a group.
"""

from collections.abc import Iterable

from components.annotation_validator.analysis import properties
from components.annotation_validator.analysis.distributions import FEWEST_GROUPS
from components.annotation_validator.findings import Found, Scale, Severity, Unit
from components.annotation_validator.inputs.inputs import CheckInputs

_REMEDIES = {
    properties.SHORT_SIDE: "Annotate videos of that size too; stored clips have sampling.short_side, and what it leaves to be "
    "seen counts.",
    properties.SHAPE: "Annotate videos of that shape too, and choose by a look at them whether model.resize crops, pads or "
    "stretches.",
    properties.RATE: "Sample by time, not by frames (sampling.method uniform, or step_seconds), and annotate videos of that "
    "rate too.",
    properties.LENGTH: "Ask the model about windows as long as the annotated segments (clipgate predict --segments), not about "
    "whole videos.",
    properties.BRIGHTNESS: "Annotate videos in that light too, or raise training.augmentation.brightness.",
    properties.CONTRAST: "Annotate videos of such contrast too, or raise training.augmentation.contrast.",
    properties.MOTION: "Annotate videos in which as much moves: the same cameras and distances, and people who do nothing.",
}


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    production = inputs.production
    if production is None:
        return
    counts = properties.num_groups(production), properties.num_groups(inputs)
    if min(counts) < FEWEST_GROUPS:
        yield Found(
            message=f"{counts[0]} videos of production and {counts[1]} annotated groups are too few to be compared",
            remedy=f"Give a sample of {FEWEST_GROUPS} videos or more, of all cameras and times of day.",
            value=min(counts),
            severity=Severity.NOTE,
            scale=Scale(FEWEST_GROUPS, Unit.COUNT),
        )
        return
    for difference in properties.find_differences(production, inputs, _REMEDIES, bar, len(_REMEDIES)):
        yield Found(
            message=f"production differs from the annotated videos in {difference}",
            remedy=_REMEDIES[difference.property],
            value=difference.distance,
            places=difference.places,
        )
