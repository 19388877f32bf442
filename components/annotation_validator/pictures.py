"""What was measured on pixels, as files: a map of the segments, and the motion of those that a check on pixels names."""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from components.annotation_validator.checks.finding import CheckInputs, Finding, Place
from components.annotation_validator.checks.likeness import Embedding
from components.annotation_validator.checks.measures import SegmentMeasures, VideoMeasures
from components.annotation_validator.checks.pixels import PIXEL_CHECKS
from components.annotation_validator.drawings import Colours, class_colours, draw_map, draw_motion

MAP_FILE = "map.png"
_MOST_PICTURES = 200
_COLOURS = Colours("black", "tab:grey", "tab:green")


def write_pictures(folder: Path, inputs: CheckInputs, findings: Sequence[Finding]) -> list[Path]:
    """Write a map of all segments, and a picture of each that a check on pixels names (200 at the most), into `folder`.

    Returns what was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    embedding = inputs.embedding
    if embedding:
        _map(embedding, outlier_ids(findings)).savefig(folder / MAP_FILE)
        written.append(folder / MAP_FILE)
    for number, (finding, place) in enumerate(islice(_segments(findings, inputs), _MOST_PICTURES)):
        video = inputs.measures[place.video]
        figure = _motion(video, video.segments[place.segment_id], f"{finding.check}: {place}", place)
        written.append(folder / f"{finding.check}_{number:03d}.png")
        figure.savefig(written[-1])
    return written


def outlier_ids(findings: Iterable[Finding]) -> frozenset[str]:
    """Segments that resemble no other."""
    return frozenset(
        place.segment_id for finding in findings if finding.check == "outliers" for place in finding.places
    )


def _map(embedding: Embedding, marked: frozenset[str]) -> Figure:
    figure = Figure(figsize=(8, 6), layout="constrained")
    draw_map(figure.add_subplot(), embedding, marked, _COLOURS.ink)
    colours = class_colours(embedding.neighbourhood.classes)
    dots = [Line2D([], [], marker="o", linestyle="", color=colour) for colour in colours.values()]
    legend = figure.legend(dots, list(colours), loc="outside right upper", frameon=False)
    for text in legend.get_texts():
        # Labels may hold what looks like mathematics to matplotlib; so may file names.
        text.set_parse_math(False)
    return figure


def _motion(video: VideoMeasures, segment: SegmentMeasures, title: str, place: Place) -> Figure:
    """The motion around a segment, below its first, middle and last frame."""
    figure = Figure(figsize=(8, 4), layout="constrained")
    grid = figure.add_gridspec(2, max(1, len(segment.pictures)))
    for number, jpeg in enumerate(segment.pictures):
        axes = figure.add_subplot(grid[0, number])
        axes.imshow(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)[..., ::-1])
        axes.set_axis_off()
    axes = figure.add_subplot(grid[1, :])
    draw_motion(axes, video, segment, place.suggestion, _COLOURS)
    axes.set_xlabel("seconds")
    axes.legend(loc="upper right", frameon=False)
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
