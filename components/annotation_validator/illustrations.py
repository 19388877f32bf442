"""What the page shows of findings: small pictures of the segments concerned, their motion, and a map of all segments."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from components.annotation_validator.checks.finding import CheckInputs, Finding, Place
from components.annotation_validator.checks.likeness import Embedding
from components.annotation_validator.checks.measures import SegmentMeasures, VideoMeasures
from components.annotation_validator.drawings import class_colours, draw_map, shown_seconds, suggested_bounds
from components.annotation_validator.pictures import outlier_ids
from components.pages.svg import SOFT, add_axes, as_svg

MOST_OF_A_FINDING, MOST_OF_A_PAGE = 6, 100
_NUM_TICKS = 5


@dataclass(frozen=True)
class Motion:
    """How much moves around a segment, in a square of side 1 whose origin is at the top left.

    Attributes:
      points: x and y of the curve.
      present, suggested: from x to x, of the bounds.
      ticks: seconds by x.
      peak: grey levels a second at the top.
    """

    points: tuple[tuple[float, float], ...]
    present: tuple[float, float]
    suggested: tuple[float, float] | None
    ticks: dict[float, float]
    peak: float


@dataclass(frozen=True)
class Picture:
    """A place of a finding: JPEGs of the segment's first, middle and last frame, and its motion."""

    place: Place
    jpegs: tuple[bytes, ...]
    motion: Motion


@dataclass(frozen=True)
class Map:
    """All segments in two dimensions, as `<svg>`, with the colour of each class."""

    drawing: Markup
    colours: dict[str, str]
    num_outliers: int


def illustrate(inputs: CheckInputs, findings: Sequence[Finding]) -> list[tuple[Picture, ...]]:
    """Pictures of the first places of each finding, in the order of the findings; none where no frame was looked at.

    A video that is named as a whole is shown by its first segment. No finding gets a second picture before all have one.
    """
    shown = [
        [(place, found) for place in finding.places if (found := _measures_of(place, inputs))][:MOST_OF_A_FINDING]
        for finding in findings
    ]
    ranks = sorted((rank, number) for number, places in enumerate(shown) for rank in range(len(places)))
    counts = Counter(number for _, number in ranks[:MOST_OF_A_PAGE])
    return [
        tuple(
            Picture(place, segment.pictures, motion_of(video, segment, place))
            for place, (video, segment) in places[: counts[number]]
        )
        for number, places in enumerate(shown)
    ]


def map_of(inputs: CheckInputs, findings: Sequence[Finding]) -> Map | None:
    """The map of all segments, outliers marked; None if there are too few of them."""
    embedding = inputs.embedding
    if embedding is None:
        return None
    marked = outlier_ids(findings)
    return Map(_map(embedding, marked), class_colours(embedding.neighbourhood.classes), len(marked))


def _measures_of(place: Place, inputs: CheckInputs) -> tuple[VideoMeasures, SegmentMeasures] | None:
    video = inputs.measures.get(place.video)
    if video is None:
        return None
    segment = video.segments.get(place.segment_id or next(iter(video.segments), ""))
    return (video, segment) if segment else None


def motion_of(video: VideoMeasures, segment: SegmentMeasures, place: Place) -> Motion:
    """What `place` shows of the motion; a page has too many of these for matplotlib, which takes 0.15 s for each."""
    shown = shown_seconds(video, segment)
    seconds, curve = video.seconds[shown], video.curve[shown]
    edges = (*segment.bounds, *seconds)
    first, length = min(edges), max(edges) - min(edges)
    peak = max(float(curve.max(initial=0.0)), 1.0)

    def position(time: float) -> float:
        return round((time - first) / length, 4)

    suggested = suggested_bounds(segment, place.suggestion)
    return Motion(
        points=tuple((position(time), round(1 - rate / peak, 3)) for time, rate in zip(seconds, curve, strict=True)),
        present=(position(segment.bounds[0]), position(segment.bounds[1])),
        suggested=(position(suggested[0]), position(suggested[1])) if suggested else None,
        ticks={position(time): time for time in np.linspace(first, first + length, _NUM_TICKS).tolist()},
        peak=peak,
    )


def _map(embedding: Embedding, marked: frozenset[str]) -> Markup:
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = add_axes(figure, "")
    draw_map(axes, embedding, marked, SOFT)
    return Markup(as_svg(figure, "map", "map of all segments"))
