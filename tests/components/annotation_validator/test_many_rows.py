"""What checks find does not depend on whether rows are in memory or in files."""

from dataclasses import replace
from unittest.mock import patch

from components.annotation_validator.findings import Finding
from components.annotations.records.record import Segment, Source
from components.annotations.splits.config import SplitsConfig
from foundation import large
from tests.components.annotation_validator.making import clean_records, found, inputs_of, segment, track

SPLITS = ("train", "eval", "test")
CHECKS_THAT_FIND = {
    *("assumed", "box_jumps", "boxes_of_whole_frame", "duration_outliers", "few_groups", "frames_without_box"),
    *("identical_videos", "incomplete_videos", "nearly_touching", "overlapping_labels", "past_video_end", "seams"),
    *("spelling_variants", "split_leakage", "tiny_boxes", "too_few_to_evaluate", "ungrouped", "unusable_rows"),
}


def faulty_records() -> list[Segment]:
    """Rows with faults of many kinds."""
    good = [replace(row, split=SPLITS[number % 2]) for number, row in enumerate(clean_records())]
    return [
        *good,
        segment(100, "0.mp4", "wave", 0.2, 1.9, group="person 0"),
        segment(101, "1.mp4", "sit", 2.1, 2.9, group="person 1"),
        segment(102, "2.mp4", "Wave", 8.0, 10.5, group="Person 2"),
        segment(103, "more.mp4", "wave", 1.0, 9.5, group="PERSON_3"),
        segment(104, "nobody.mp4", "wave", 1.0, 1.01),
        segment(105, "nobody.mp4", "wave", 1.02, 1.04),
        segment(106, "nobody.mp4", "jump", 4.0, 12.0),
        replace(good[3], source=Source("labels.csv", 107)),
        *faults_of_what_few_rows_say(),
    ]


def faults_of_what_few_rows_say() -> list[Segment]:
    """Rows whose boxes, numbers, labels that were looked for, or lengths of files tell of a fault."""
    places = [(0.1, 0.1, 0.3, 0.3), (0.6, 0.6, 0.8, 0.8)]
    boxes = {
        "jumping.mp4": track(*((each / 10, places[each % 2]) for each in range(20))),
        "whole.mp4": track((0.0, (0.0, 0.0, 1.0, 1.0)), (2.0, (0.0, 0.0, 1.0, 1.0))),
        "tiny.mp4": track((0.0, (0.5, 0.5, 0.501, 0.501)), (2.0, (0.5, 0.5, 0.501, 0.501))),
        "gap.mp4": track((0.0, places[0]), (0.5, places[0])),
    }
    boxed = [
        segment(110 + row, video, "sit", 0.0, 2.0, group=video, boxes=own)
        for row, (video, own) in enumerate(boxes.items())
    ]
    filmed = [
        segment(120 + row, f"angle {row}.mp4", "sit" if row < 8 else "wave", 0.0, 2.0, metadata={"angle": row // 8})
        for row in range(16)
    ]
    return [
        *boxed,
        *filmed,
        segment(140, "searched.mp4", "sit", 0.0, 2.0, looked_for=("wave", "ghost")),
        segment(141, "short.mp4", "sit", 0.0, 2.0, file_seconds=30.0),
    ]


def findings() -> list[Finding]:
    inputs = inputs_of(faulty_records(), ties=(("3.mp4", "4.mp4"),), splits=SplitsConfig())
    assert isinstance(inputs.segments, list) == (len(faulty_records()) < large.MOST_IN_MEMORY)
    return found(inputs)


def test_rows_in_files_give_the_findings_of_rows_in_memory() -> None:
    in_memory = findings()
    assert {finding.check for finding in in_memory} >= CHECKS_THAT_FIND
    with patch.object(large, "MOST_IN_MEMORY", 7):
        assert findings() == in_memory
