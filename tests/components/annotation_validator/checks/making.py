"""Segments and inputs for the tests of checks, with a good data set to plant defects in."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from components.annotation_validator.checks.catalogue import ANNOTATION_CHECKS
from components.annotation_validator.checks.finding import CheckInputs, Finding, VideoFacts, run_checks
from components.annotation_validator.checks.inputs import make_inputs
from components.annotation_validator.checks.measures import SegmentMeasures, VideoMeasures
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.measures.fingerprint import Fingerprint
from components.annotations.config import NegativesConfig
from components.annotations.files.manifest import manifest_without_videos
from components.annotations.records.boxes import Edges
from components.annotations.records.record import Box, Record, Segment, Source
from components.annotations.splits.config import SplitsConfig

FACTS = VideoFacts(640, 480, 25.0, 10.0, "h264")


def segment(row: int, video: str, label: str, start: float = 0.0, end: float | None = None, **fields: Any) -> Segment:
    """The segment of a row of labels.csv; without a label it states a negative."""
    return Segment(video, label, Source("labels.csv", row), start, end, is_negative=not label, **fields)


def track(*boxes: tuple[float, Edges]) -> tuple[Box, ...]:
    """Boxes from (time, edges)."""
    return tuple(Box(time, *edges) for time, edges in boxes)


def clean_records(num_groups: int = 24) -> list[Segment]:
    """Each group shows sit, wave and a negative, one after the other in one video."""
    records = []
    for group in range(num_groups):
        video, name = f"{group}.mp4", f"person {group}"
        # Lengths vary a little, and every class has the same ones.
        length = 2 + 0.01 * (group % 7)
        records += [
            segment(3 * group + 2, video, "sit", 0.0, length, group=name),
            segment(3 * group + 3, video, "wave", 3.0, 3 + length, group=name),
            segment(3 * group + 4, video, "", 6.0, 6 + length, group=name),
        ]
    return records


def inputs_of(
    records: Iterable[Record],
    facts: Mapping[str, VideoFacts] | VideoFacts = FACTS,
    ties: tuple[tuple[str, ...], ...] = (),
    splits: SplitsConfig | None = None,
    negatives: NegativesConfig | None = None,
) -> CheckInputs:
    """The inputs that records give; one header for all videos, or one for each."""
    negatives = negatives or NegativesConfig()
    manifest = manifest_without_videos(records, negatives=negatives)
    videos = dict.fromkeys(manifest.segments_by_video, facts) if isinstance(facts, VideoFacts) else facts
    inputs = make_inputs(manifest, videos, negatives, splits, default_min_examples=3)
    return CheckInputs(**{**vars(inputs), "ties": ties})


def measured(inputs: CheckInputs, brightness: float, motion: float) -> CheckInputs:
    """The same brightness and motion in all frames."""
    alike = SegmentMeasures((0.0, 1.0), None, motion, None, brightness, 0.2, np.zeros(216, np.float32), ())
    empty = Fingerprint(np.zeros(64, np.float32), np.zeros(704, np.float32))
    return replace(
        inputs,
        measures={
            video: VideoMeasures(np.arange(3.0), np.full(3, motion), empty, {each.id: alike for each in segments})
            for video, segments in inputs.by_video.items()
        },
    )


def found(inputs: CheckInputs, check: str | None = None, **bars: Any) -> list[Finding]:
    """What all checks find, or one of them."""
    findings = run_checks(ANNOTATION_CHECKS, inputs, ChecksConfig.model_validate(bars))
    return [finding for finding in findings if check in (None, finding.check)]


def rows(finding: Finding) -> list[int]:
    """The rows that a finding concerns, in its order."""
    return [place.source.row for place in finding.places if place.source]
