"""Segments and inputs for the tests of checks, with a good data set to plant defects in."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from components.annotation_validator.checks.catalogue import CHECKS
from components.annotation_validator.checks.check import Needs
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.findings import Finding
from components.annotation_validator.inputs.inputs import CheckInputs, make_inputs
from components.annotation_validator.inputs.measures import Bounds, Fingerprint, SegmentMeasures, VideoMeasures
from components.annotation_validator.inputs.segments import VideoFacts
from components.annotation_validator.inspection import Inspection
from components.annotation_validator.runner import run_checks
from components.annotations.config import NegativesConfig
from components.annotations.files.manifest import manifest_without_videos
from components.annotations.records.boxes import Edges
from components.annotations.records.record import Box, Record, Segment, Source
from components.annotations.splits.config import SplitsConfig

LABELS = ("sit", "wave", "jump")
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
    inspection = Inspection(negatives=negatives, splits=splits, default_min_examples=3)
    inputs = make_inputs(manifest, videos, inspection)
    return replace(inputs, ties=ties)


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
    findings = run_checks(inputs, ChecksConfig.model_validate(bars))
    return [finding for finding in findings if check in (None, finding.check)]


def rows(finding: Finding) -> list[int]:
    """The rows that a finding concerns, in its order."""
    return [place.source.row for place in finding.places if place.source]


def unit(values: Iterable[float]) -> np.ndarray:
    vector = np.asarray(list(values), np.float32)
    return vector / np.linalg.norm(vector)


def measured_inputs(
    num_groups: int = 12,
    motions: Mapping[tuple[int, str], str] | None = None,
    active: Mapping[tuple[int, str], Bounds] | None = None,
    inside: Mapping[tuple[int, str], float] | None = None,
    prints: Mapping[int, int] | None = None,
    **fields: str,
) -> CheckInputs:
    """What frames might have shown of clips that look like their label.

    Each group has a video with one segment a label, 0 to 2 s, 2 to 4 s and so on. `motions`: what a segment, named by group
    and label, looks like instead. `prints`: whose copy a group's video is.
    """
    records = [
        segment(row, f"{group:02d}.mp4", label, 2.0 * number, 2.0 * number + 2, group=f"g{group}", **fields)
        for row, (group, (number, label)) in enumerate(
            (g, each) for g in range(num_groups) for each in enumerate(LABELS)
        )
    ]
    made = inputs_of(records)
    measures = {}
    for group in range(num_groups):
        video = f"{group:02d}.mp4"
        rng = np.random.default_rng((prints or {}).get(group, group))
        own = {}
        for each in made.by_video[video]:
            key = group, each.label
            looks = LABELS.index((motions or {}).get(key, each.label))
            noise = np.random.default_rng((group, looks)).random(8) * 0.3
            bounds = each.start_seconds, each.end_seconds or 0.0
            own[each.id] = SegmentMeasures(
                bounds=bounds,
                active=(active or {}).get(key, bounds),
                motion=5.0,
                motion_inside=(inside or {}).get(key, 0.9),
                brightness=0.5,
                contrast=0.2,
                descriptor=unit(np.eye(8)[looks] + noise),
                pictures=(),
            )
        copy = Fingerprint(unit(rng.normal(size=64)), unit(rng.normal(size=704)))
        measures[video] = VideoMeasures(np.zeros(0), np.zeros(0), copy, own)
    return replace(made, measures=measures)


def found_in_frames(inputs: CheckInputs, **bars: Any) -> list[Finding]:
    """What the checks find that need more than rows."""
    checks = [check for check in CHECKS if check.needs is not Needs.ROWS]
    return run_checks(inputs, ChecksConfig.model_validate(bars), checks)
