"""What the page shows of findings: small pictures of the segments concerned, their motion, and a map of all segments."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.figure import Figure

from components.annotation_validator.drawings import Colours, class_colours, draw_map, draw_motion
from components.annotation_validator.pictures import outlier_ids
from components.annotations.checks.finding import CheckInputs, Finding, Place
from components.annotations.checks.likeness import Embedding, embed
from components.annotations.checks.measures import SegmentMeasures, VideoMeasures
from components.reporter.svg import ACCENT, GOOD, SOFT, add_axes, as_svg

MOST_OF_A_FINDING, MOST_OF_A_PAGE = 6, 60
_COLOURS = Colours(SOFT, ACCENT, GOOD)


@dataclass(frozen=True)
class Picture:
    """A place of a finding: JPEGs of the segment's first, middle and last frame, and its motion as `<svg>`."""

    place: Place
    jpegs: tuple[bytes, ...]
    motion: Markup


@dataclass(frozen=True)
class Map:
    """All segments in two dimensions, as `<svg>`, with the colour of each class."""

    drawing: Markup
    colours: dict[str, str]
    num_outliers: int


def illustrate(inputs: CheckInputs, findings: Sequence[Finding]) -> list[tuple[Picture, ...]]:
    """Pictures of the first places of each finding, in the order of the findings; none where no frame was looked at.

    A video that is named as a whole is shown by its first segment.
    """
    illustrated: list[tuple[Picture, ...]] = []
    num_drawn = 0
    for finding in findings:
        pictures: list[Picture] = []
        for place in finding.places:
            if len(pictures) == MOST_OF_A_FINDING or num_drawn == MOST_OF_A_PAGE:
                break
            measured = _measures_of(place, inputs)
            if measured:
                pictures.append(Picture(place, measured[1].pictures, _motion(*measured, place, num_drawn)))
                num_drawn += 1
        illustrated.append(tuple(pictures))
    return illustrated


def map_of(inputs: CheckInputs, findings: Sequence[Finding]) -> Map | None:
    """The map of all segments, outliers marked; None if there are too few of them."""
    embedding = embed(inputs)
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


def _motion(video: VideoMeasures, segment: SegmentMeasures, place: Place, number: int) -> Markup:
    figure = Figure(figsize=(4.4, 1.5), layout="constrained")
    axes = add_axes(figure, "seconds")
    draw_motion(axes, video, segment, place.suggestion, _COLOURS)
    # Numbers are all that goes into it, so there is nothing to escape.
    return Markup(as_svg(figure, f"motion{number}", "motion over time"))


def _map(embedding: Embedding, marked: frozenset[str]) -> Markup:
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = add_axes(figure, "")
    draw_map(axes, embedding, marked, SOFT)
    return Markup(as_svg(figure, "map", "map of all segments"))
