"""What was measured on pixels, drawn into matplotlib's axes: a map of the segments, and the motion of one."""

from collections.abc import Collection
from typing import NamedTuple

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from components.annotation_validator.checks.finding import Suggestion
from components.annotation_validator.checks.likeness import Embedding
from components.annotation_validator.checks.measures import SegmentMeasures, VideoMeasures

_MARGIN_SECONDS = 1.0


class Colours(NamedTuple):
    """Of the curve and of marks, of the present bounds, and of suggested ones."""

    ink: str
    present: str
    suggested: str


def class_colours(classes: Collection[str]) -> dict[str, str]:
    """A colour for each class, as #rrggbb; beyond 20 classes they repeat."""
    # The larger table has two shades of each hue.
    table = matplotlib.colormaps["tab10" if len(classes) <= 10 else "tab20"]
    return {name: to_hex(table(number % table.N)) for number, name in enumerate(classes)}


def draw_map(axes: Axes, embedding: Embedding, marked: Collection[str], ink: str) -> None:
    """The first two principal components of the segments' vectors, a colour for each class; `marked` ids have a ring."""
    centred = embedding.descriptors - embedding.descriptors.mean(axis=0)
    _, strengths, components = np.linalg.svd(centred, full_matrices=False)
    points = centred @ components[:2].T  # [num_clips, 2]
    shares = strengths**2 / max(float((strengths**2).sum()), 1e-9)
    colours = class_colours(embedding.neighbourhood.classes)
    # One collection, not one a class: what lies above what depends on nothing but the order of the segments.
    axes.scatter(
        points[:, 0], points[:, 1], s=16, c=[colours[segment.label] for segment in embedding.segments], linewidths=0
    )
    ringed = points[[segment.id in marked for segment in embedding.segments]]
    axes.scatter(ringed[:, 0], ringed[:, 1], s=80, facecolors="none", edgecolors=ink, linewidths=1.2)
    axes.set_xlabel(f"first principal component ({shares[0]:.0%} of the variance)", color=ink)
    axes.set_ylabel(f"second ({shares[1]:.0%})", color=ink)


def draw_motion(
    axes: Axes, video: VideoMeasures, segment: SegmentMeasures, suggestion: Suggestion | None, colours: Colours
) -> None:
    """The motion from a second before a segment to a second after it, with its present and suggested bounds."""
    start, end = segment.bounds
    shown = shown_seconds(video, segment)
    axes.axvspan(start, end, color=colours.present, alpha=0.2, linewidth=0, label="as annotated")
    better = suggested_bounds(segment, suggestion)
    if better:
        axes.axvspan(*better, color=colours.suggested, alpha=0.35, linewidth=0, label="suggested")
    axes.plot(video.seconds[shown], video.curve[shown], color=colours.ink, linewidth=1.2)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("grey levels / s", color=colours.ink)


def shown_seconds(video: VideoMeasures, segment: SegmentMeasures) -> npt.NDArray[np.bool_]:
    """Which values of the motion curve lie in a segment or around it: bool [num_changes]."""
    start, end = segment.bounds
    return (video.seconds >= start - _MARGIN_SECONDS) & (video.seconds <= end + _MARGIN_SECONDS)


def suggested_bounds(segment: SegmentMeasures, suggestion: Suggestion | None) -> tuple[float, float] | None:
    """Start and end in seconds as a check suggests them; None where it does not."""
    if suggestion is None or (suggestion.start_seconds is None and suggestion.end_seconds is None):
        return None
    start, end = segment.bounds
    return (
        start if suggestion.start_seconds is None else suggestion.start_seconds,
        end if suggestion.end_seconds is None else suggestion.end_seconds,
    )
