"""Annotated videos against a sample of those that the model is to work on."""

from collections.abc import Iterable

from components.annotation_validator.checks.distributions import FEWEST_GROUPS
from components.annotation_validator.checks.finding import CheckInputs, Finding, Unit
from components.annotation_validator.checks.properties import (
    BRIGHTNESS,
    CONTRAST,
    LENGTH,
    MOTION,
    RATE,
    SHAPE,
    SHORT_SIDE,
    find_differences,
    num_groups,
)
from components.annotation_validator.config import ChecksConfig, Severity

_REMEDIES = {
    SHORT_SIDE: "Annotate videos of that size too; stored clips have sampling.short_side, and what it leaves to be seen "
    "counts.",
    SHAPE: "Annotate videos of that shape too, and choose by a look at them whether model.resize crops, pads or stretches.",
    RATE: "Sample by time, not by frames (sampling.method uniform, or step_seconds), and annotate videos of that rate too.",
    LENGTH: "Ask the model about windows as long as the annotated segments (clipgate predict --segments), not about "
    "whole videos.",
    BRIGHTNESS: "Annotate videos in that light too, or raise training.augmentation.brightness.",
    CONTRAST: "Annotate videos of such contrast too, or raise training.augmentation.contrast.",
    MOTION: "Annotate videos in which as much moves: the same cameras and distances, and people who do nothing.",
}


def check_production_shift(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Sizes, rates, lengths, light and motion that production has and the annotated videos have not, or rarely.

    Of production each video is a group.
    """
    bar = config.production_shift or 1.0
    production = inputs.production
    if production is None:
        return
    counts = num_groups(production), num_groups(inputs)
    if min(counts) < FEWEST_GROUPS:
        yield Finding(
            check="production_shift",
            severity=Severity.NOTE,
            message=f"{counts[0]} videos of production and {counts[1]} annotated groups are too few to be compared",
            remedy=f"Give a sample of {FEWEST_GROUPS} videos or more, of all cameras and times of day.",
            value=min(counts),
            bar=FEWEST_GROUPS,
            unit=Unit.COUNT,
        )
        return
    for difference in find_differences(production, inputs, _REMEDIES, bar, len(_REMEDIES)):
        yield Finding(
            check="production_shift",
            severity=Severity.WARNING,
            message=f"production differs from the annotated videos in {difference}",
            remedy=_REMEDIES[difference.property],
            value=difference.distance,
            bar=bar,
            unit=Unit.SHARE,
            places=difference.places,
        )
