"""Annotated videos against a sample of those that the model is to work on."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from components.annotations.checks.config import ChecksConfig, Severity
from components.annotations.checks.distributions import FEWEST_GROUPS, kolmogorov_smirnov, least_distance
from components.annotations.checks.finding import CheckInputs, Finding, Place, Unit

_SIGNIFICANCE = 0.01


@dataclass(frozen=True)
class _Property:
    """What can be said of a video by a positive number, None where it is unknown, and what to do where it differs."""

    name: str
    value: Callable[[CheckInputs, str], float | None]
    remedy: str


def check_production_shift(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Sizes, rates, lengths, light and motion that production has and the annotated videos have not, or rarely.

    Groups are compared, by the mean of their videos, as in `check_split_shift`; of production each video is one.
    """
    bar = config.production_shift or 1.0
    production = inputs.production
    if production is None:
        return
    num_groups = len(set(production.cluster_of.values())), len(set(inputs.cluster_of.values()))
    if min(num_groups) < FEWEST_GROUPS:
        yield Finding(
            check="production_shift",
            severity=Severity.NOTE,
            message=f"{num_groups[0]} videos of production and {num_groups[1]} annotated groups are too few to be compared",
            remedy=f"Give a sample of {FEWEST_GROUPS} videos or more, of all cameras and times of day.",
            value=min(num_groups),
            bar=FEWEST_GROUPS,
            unit=Unit.COUNT,
        )
        return
    for each in _PROPERTIES:
        values, annotated = _by_group(production, each), _by_group(inputs, each)
        if min(len(values), len(annotated)) < FEWEST_GROUPS:
            continue
        distance = least_distance(values, annotated)
        _, probability = kolmogorov_smirnov(values, annotated)
        if distance < bar or probability > _SIGNIFICANCE / len(_PROPERTIES):
            continue
        yield Finding(
            check="production_shift",
            severity=Severity.WARNING,
            message=f"production differs from the annotated videos in {each.name}: medians {np.median(values):.3g} and "
            f"{np.median(annotated):.3g}, Kolmogorov-Smirnov distance {distance:.2f} over groups",
            remedy=each.remedy,
            value=distance,
            bar=bar,
            unit=Unit.SHARE,
            places=_farthest(production, each, float(np.median(annotated))),
        )


def _by_group(inputs: CheckInputs, wanted: _Property) -> list[float]:
    """The mean of each group's videos of which it is known."""
    groups: dict[str, list[float]] = defaultdict(list)
    for video in inputs.by_video:
        value = wanted.value(inputs, video)
        if value:
            groups[inputs.cluster_of[video]].append(value)
    return [float(np.mean(values)) for values in groups.values()]


def _farthest(production: CheckInputs, wanted: _Property, usual: float) -> tuple[Place, ...]:
    """The videos of production, those that are least like the annotated ones first."""
    values = {video: value for video in production.by_video if (value := wanted.value(production, video))}
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


_PROPERTIES = (
    _Property(
        "the frame's shorter side (pixels)",
        _short_side,
        "Annotate videos of that size too; stored clips have sampling.short_side, and what it leaves to be seen counts.",
    ),
    _Property(
        "the frame's shape (width / height)",
        _shape,
        "Annotate videos of that shape too, and choose by a look at them whether model.resize crops, pads or stretches.",
    ),
    _Property(
        "frame rate",
        _rate,
        "Sample by time, not by frames (sampling.method uniform, or step_seconds), and annotate videos of that rate too.",
    ),
    _Property(
        "the video's length (seconds)",
        _length,
        "Ask the model about windows as long as the annotated segments (clipgate predict --segments), not about whole videos.",
    ),
    _Property(
        "brightness",
        _brightness,
        "Annotate videos in that light too, or raise training.augmentation.brightness.",
    ),
    _Property(
        "contrast",
        _contrast,
        "Annotate videos of such contrast too, or raise training.augmentation.contrast.",
    ),
    _Property(
        "motion (grey levels a second)",
        _motion,
        "Annotate videos in which as much moves: the same cameras and distances, and people who do nothing.",
    ),
)
