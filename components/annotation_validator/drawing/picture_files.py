"""Pictures as files: a map of the segments, and the motion of those that a check of frames names."""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure

from components.annotation_validator.checks.catalogue import CHECKS
from components.annotation_validator.checks.check import Needs
from components.annotation_validator.drawing.motion_curve import motion_around
from components.annotation_validator.drawing.segment_map import map_figure
from components.annotation_validator.findings import Finding, Place
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import SegmentMeasures, VideoMeasures

MAP_FILE = "map.png"
_MOST_PICTURES = 200


def write_pictures(folder: Path, inputs: CheckInputs, findings: Sequence[Finding]) -> list[Path]:
    """Write a map of all segments, and a picture of each that a check of frames names (200 at the most), into `folder`.

    Returns what was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    if inputs.embedding:
        map_figure(inputs.embedding, findings).savefig(folder / MAP_FILE)
        written.append(folder / MAP_FILE)
    for number, (finding, place) in enumerate(islice(_segments(findings, inputs), _MOST_PICTURES)):
        video = inputs.measures[place.video]
        figure = _motion(video, video.segments[place.segment_id], f"{finding.check}: {place}", place)
        written.append(folder / f"{finding.check}_{number:03d}.png")
        figure.savefig(written[-1])
    return written


def _motion(video: VideoMeasures, segment: SegmentMeasures, title: str, place: Place) -> Figure:
    """The motion around a segment, below its first, middle and last frame."""
    figure = Figure(figsize=(8, 4), layout="constrained")
    grid = figure.add_gridspec(2, max(1, len(segment.pictures)))
    for number, jpeg in enumerate(segment.pictures):
        axes = figure.add_subplot(grid[0, number])
        axes.imshow(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)[..., ::-1])
        axes.set_axis_off()
    axes = figure.add_subplot(grid[1, :])
    curve = motion_around(video, segment, place.suggestion)
    axes.axvspan(*curve.present, color="tab:grey", alpha=0.2, linewidth=0, label="as annotated")
    if curve.suggested:
        axes.axvspan(*curve.suggested, color="tab:green", alpha=0.35, linewidth=0, label="suggested")
    axes.plot(curve.seconds, curve.rates, color="black", linewidth=1.2)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("seconds")
    axes.set_ylabel("grey levels / s")
    axes.legend(loc="upper right", frameon=False)
    # File names may hold what looks like mathematics to matplotlib.
    figure.suptitle(title, fontsize=8, parse_math=False)
    return figure


def _segments(findings: Iterable[Finding], inputs: CheckInputs) -> Iterable[tuple[Finding, Place]]:
    """Segments with measures that the checks of frames name."""
    ids = {check.id for check in CHECKS if check.needs is not Needs.ROWS}
    for finding in findings:
        for place in finding.places:
            video = inputs.measures.get(place.video)
            if finding.check in ids and video and place.segment_id in video.segments:
                yield finding, place
