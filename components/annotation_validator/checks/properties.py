"""What videos are like, in numbers, and where two sets of them differ."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import numpy as np

from components.annotation_validator.checks.distributions import (
    FEWEST_GROUPS,
    SIGNIFICANCE,
    kolmogorov_smirnov,
    least_distance,
)
from components.annotation_validator.checks.finding import CheckInputs, Place


@dataclass(frozen=True)
class Property:
    """What can be said of a video by a positive number, None where it is unknown."""

    name: str
    value: Callable[[CheckInputs, str], float | None]


@dataclass(frozen=True)
class Difference:
    """A property in which one set of videos differs from another.

    Attributes:
      distance: of Kolmogorov and Smirnov, over the means of groups, 0 to 1.
      medians: of the groups of the one set, and of the other.
      places: videos of the one set, those that are least like the other set first.
    """

    property: Property
    distance: float
    medians: tuple[float, float]
    places: tuple[Place, ...]

    def __str__(self) -> str:
        one, other = self.medians
        return (
            f"{self.property.name}: medians {one:.3g} and {other:.3g}, Kolmogorov-Smirnov distance {self.distance:.2f} "
            "over groups"
        )


def find_differences(
    one: CheckInputs, other: CheckInputs, properties: Collection[Property], bar: float, num_comparisons: int
) -> Iterator[Difference]:
    """The properties in which two sets of videos differ by `bar` or more, and not by chance.

    Groups are compared, by the mean of their videos, as in `check_split_shift`; a property that is known of too few of
    them is passed over. `num_comparisons`: those that share the level of significance.
    """
    for each in properties:
        values, usual = _by_group(one, each), _by_group(other, each)
        if min(len(values), len(usual)) < FEWEST_GROUPS:
            continue
        distance = least_distance(values, usual)
        _, probability = kolmogorov_smirnov(values, usual)
        if distance >= bar and probability <= SIGNIFICANCE / num_comparisons:
            medians = float(np.median(values)), float(np.median(usual))
            yield Difference(each, distance, medians, _farthest(one, each, medians[1]))


def num_groups(inputs: CheckInputs) -> int:
    """How many groups the videos are of; a video without a group is one."""
    return len(set(inputs.cluster_of.values()))


def _by_group(inputs: CheckInputs, wanted: Property) -> list[float]:
    """The mean of each group's videos of which it is known."""
    groups: dict[str, list[float]] = defaultdict(list)
    for video in inputs.by_video:
        value = wanted.value(inputs, video)
        if value:
            groups[inputs.cluster_of[video]].append(value)
    return [float(np.mean(values)) for values in groups.values()]


def _farthest(inputs: CheckInputs, wanted: Property, usual: float) -> tuple[Place, ...]:
    values = {video: value for video in inputs.by_video if (value := wanted.value(inputs, video))}
    return tuple(map(Place, sorted(values, key=lambda video: -abs(np.log(values[video] / usual)))))


def _short_side(inputs: CheckInputs, video: str) -> float | None:
    facts = inputs.videos.get(video)
    return min(facts.width, facts.height) if facts else None


def _shape(inputs: CheckInputs, video: str) -> float | None:
    facts = inputs.videos.get(video)
    return facts.width / facts.height if facts and facts.height else None


def _rate(inputs: CheckInputs, video: str) -> float | None:
    facts = inputs.videos.get(video)
    return facts.fps if facts else None


def _length(inputs: CheckInputs, video: str) -> float | None:
    facts = inputs.videos.get(video)
    return facts.duration_seconds if facts else None


def _brightness(inputs: CheckInputs, video: str) -> float | None:
    measures = inputs.measures.get(video)
    return float(np.mean([each.brightness for each in measures.segments.values()])) if measures else None


def _contrast(inputs: CheckInputs, video: str) -> float | None:
    measures = inputs.measures.get(video)
    return float(np.mean([each.contrast for each in measures.segments.values()])) if measures else None


def _motion(inputs: CheckInputs, video: str) -> float | None:
    measures = inputs.measures.get(video)
    return float(measures.curve.mean()) if measures and len(measures.curve) else None


def _segment_length(inputs: CheckInputs, video: str) -> float | None:
    known = [segment.seconds for segment in inputs.by_video[video] if segment.seconds is not None]
    return float(np.mean(known)) if known else None


SHORT_SIDE = Property("the frame's shorter side (pixels)", _short_side)
SHAPE = Property("the frame's shape (width / height)", _shape)
RATE = Property("frame rate", _rate)
LENGTH = Property("the video's length (seconds)", _length)
BRIGHTNESS = Property("brightness", _brightness)
CONTRAST = Property("contrast", _contrast)
MOTION = Property("motion (grey levels a second)", _motion)
SEGMENT_LENGTH = Property("the segments' length (seconds)", _segment_length)
