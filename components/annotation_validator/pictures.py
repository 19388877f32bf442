"""What was measured on pixels, as pictures: a map of the segments, and the motion of those whose bounds are loose."""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from matplotlib.figure import Figure

from components.annotations.checks.finding import CheckInputs, Finding, Place
from components.annotations.checks.likeness import Embedding, embed
from components.annotations.checks.measures import SegmentMeasures, VideoMeasures
from components.annotations.checks.pixels import PIXEL_CHECKS

MAP_FILE = "map.png"
_MOST_PICTURES = 200
_MARGIN_SECONDS = 1.0


def write_pictures(folder: Path, inputs: CheckInputs, findings: Sequence[Finding]) -> list[Path]:
    """Write a map of all segments, and a picture of each that a check on pixels names (200 at the most), into `folder`.

    Returns what was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    embedding = embed(inputs)
    if embedding:
        draw_map(embedding).savefig(folder / MAP_FILE)
        written.append(folder / MAP_FILE)
    for number, (finding, place) in enumerate(islice(_segments(findings, inputs), _MOST_PICTURES)):
        video = inputs.measures[place.video]
        figure = draw_motion(video, video.segments[place.segment_id], f"{finding.check}: {place}", place)
        written.append(folder / f"{finding.check}_{number:03d}.png")
        figure.savefig(written[-1])
    return written


def draw_map(embedding: Embedding) -> Figure:
    """The first two principal components of the segments' descriptors, a colour for each class."""
    centred = embedding.descriptors - embedding.descriptors.mean(axis=0)
    _, strengths, axes = np.linalg.svd(centred, full_matrices=False)
    points = centred @ axes[:2].T
    shares = strengths**2 / max(float((strengths**2).sum()), 1e-9)
    figure = Figure(figsize=(8, 6), layout="constrained")
    plot = figure.add_subplot()
    colours = matplotlib.colormaps["tab20"]
    for number, name in enumerate(embedding.neighbourhood.classes):
        own = points[embedding.neighbourhood.labels == number]
        plot.scatter(own[:, 0], own[:, 1], s=14, color=colours(number % 20), label=name)
    plot.set_xlabel(f"first principal component ({shares[0]:.0%} of the variance)")
    plot.set_ylabel(f"second ({shares[1]:.0%})")
    figure.legend(loc="outside right upper", frameon=False)
    return figure


def draw_motion(video: VideoMeasures, segment: SegmentMeasures, title: str, place: Place) -> Figure:
    """The motion around a segment with its present and suggested bounds, below its first, middle and last frame."""
    figure = Figure(figsize=(8, 4), layout="constrained")
    grid = figure.add_gridspec(2, max(1, len(segment.pictures)))
    for number, jpeg in enumerate(segment.pictures):
        axes = figure.add_subplot(grid[0, number])
        axes.imshow(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)[..., ::-1])
        axes.set_axis_off()
    axes = figure.add_subplot(grid[1, :])
    start, end = segment.bounds
    shown = (video.seconds >= start - _MARGIN_SECONDS) & (video.seconds <= end + _MARGIN_SECONDS)
    axes.plot(video.seconds[shown], video.curve[shown], color="black", linewidth=1)
    axes.axvspan(start, end, color="tab:grey", alpha=0.25, label="as annotated")
    suggestion = place.suggestion
    if suggestion and (suggestion.start_seconds is not None or suggestion.end_seconds is not None):
        better = start if suggestion.start_seconds is None else suggestion.start_seconds
        axes.axvspan(
            better,
            end if suggestion.end_seconds is None else suggestion.end_seconds,
            color="tab:green",
            alpha=0.3,
            label="suggested",
        )
    axes.set_xlabel("seconds")
    axes.set_ylabel("grey levels / s")
    axes.legend(loc="upper right", frameon=False)
    # File names may hold what looks like mathematics to matplotlib.
    figure.suptitle(title, fontsize=8, parse_math=False)
    return figure


def _segments(findings: Iterable[Finding], inputs: CheckInputs) -> Iterable[tuple[Finding, Place]]:
    """Segments with measures that the checks on pixels name."""
    ids = {check.id for check in PIXEL_CHECKS}
    for finding in findings:
        for place in finding.places:
            video = inputs.measures.get(place.video)
            if finding.check in ids and video and place.segment_id in video.segments:
                yield finding, place
