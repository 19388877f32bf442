"""What checks find does not depend on whether rows are in memory or in files."""

from dataclasses import replace
from unittest.mock import patch

from components.annotation_validator.findings import Finding
from components.annotations.records.record import Segment, Source
from components.annotations.splits.config import SplitsConfig
from foundation import large
from tests.components.annotation_validator.making import clean_records, found, inputs_of, segment

SPLITS = ("train", "eval", "test")


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
    ]


def findings() -> list[Finding]:
    inputs = inputs_of(faulty_records(), ties=(("3.mp4", "4.mp4"),), splits=SplitsConfig())
    assert isinstance(inputs.segments, list) == (len(faulty_records()) < large.MOST_IN_MEMORY)
    return found(inputs)


def test_rows_in_files_give_the_findings_of_rows_in_memory() -> None:
    in_memory = findings()
    assert len({finding.check for finding in in_memory}) >= 10
    with patch.object(large, "MOST_IN_MEMORY", 7):
        assert findings() == in_memory
