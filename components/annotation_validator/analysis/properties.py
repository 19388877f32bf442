"""What videos are like, in numbers, and where two sets of them differ."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import numpy as np

from components.annotation_validator.analysis.distributions import FEWEST_GROUPS, SIGNIFICANCE, least_distance
from components.annotation_validator.findings import Place
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import VideoMeasures
from components.annotation_validator.inputs.segments import VideoFacts
from foundation.statistics import kolmogorov_smirnov


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

    Groups are compared, by the mean of their videos, since videos of one person or place are no independent samples; a
    property that is known of too few of them is passed over. `num_comparisons`: those that share the level of significance.
    """
    for each in properties:
        values, usual = _by_group(one, each), _by_group(other, each)
        if min(len(values), len(usual)) < FEWEST_GROUPS:
            continue
        distance = least_distance(values, usual)
        if distance >= bar and kolmogorov_smirnov(values, usual)[1] <= SIGNIFICANCE / num_comparisons:
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


def _of_header(name: str, value: Callable[[VideoFacts], float | None]) -> Property:
    return Property(name, lambda inputs, video: value(inputs.videos[video]) if video in inputs.videos else None)


def _of_frames(name: str, value: Callable[[VideoMeasures], float | None]) -> Property:
    return Property(name, lambda inputs, video: value(inputs.measures[video]) if video in inputs.measures else None)


def _segment_length(inputs: CheckInputs, video: str) -> float | None:
    known = [segment.seconds for segment in inputs.by_video[video] if segment.seconds is not None]
    return float(np.mean(known)) if known else None


SHORT_SIDE = _of_header("the frame's shorter side (pixels)", lambda facts: min(facts.width, facts.height))
SHAPE = _of_header("the frame's shape (width / height)", lambda facts: facts.height and facts.width / facts.height)
RATE = _of_header("frame rate", lambda facts: facts.fps)
LENGTH = _of_header("the video's length (seconds)", lambda facts: facts.duration_seconds)
BRIGHTNESS = _of_frames(
    "brightness", lambda video: float(np.mean([each.brightness for each in video.segments.values()]))
)
CONTRAST = _of_frames("contrast", lambda video: float(np.mean([each.contrast for each in video.segments.values()])))
MOTION = _of_frames(
    "motion (grey levels a second)", lambda video: float(video.curve.mean()) if len(video.curve) else None
)
SEGMENT_LENGTH = Property("the segments' length (seconds)", _segment_length)
