"""Segments that lie in files are those that were put there, though their records are unpacked only when they are asked for."""

from dataclasses import fields, replace
from unittest.mock import patch

import pytest

from components.annotation_validator.inputs.segments import CHECKED, CheckedSegment
from components.annotations.records.record import Mask
from tests.components.annotation_validator.making import inputs_of, segment, track

RECORDS = [
    segment(2, "a.mp4", "sit", 1.0, 2.0, group="g0", split="train", boxes=track((1.0, (0.1, 0.1, 0.5, 0.5)))),
    segment(3, "b.mp4", "wave", 1.0, masks=(Mask(1.0, png="mask.png"),)),
    segment(4, "c.mp4", "wave", metadata={"angle": 45.0}),
    segment(5, "d.mp4", "wave", looked_for=("sit",)),
    segment(6, "e.mp4", "wave", file_seconds=3.0),
    segment(7, "f.mp4", ""),
]
SEGMENTS = list(inputs_of(RECORDS).segments)
NAMES = [field.name for field in fields(CheckedSegment)]


def values(made: CheckedSegment) -> list[object]:
    return [getattr(made, name) for name in NAMES] + [made.seconds, made.is_boxed, made.place()]


@pytest.mark.parametrize("made", SEGMENTS, ids=lambda made: made.video)
def test_what_was_read_says_what_was_written_however_often_it_was(made: CheckedSegment) -> None:
    once = CHECKED.unpack(CHECKED.pack(made))
    assert values(once) == values(CHECKED.unpack(CHECKED.pack(once))) == values(made)


def test_a_record_is_unpacked_only_where_it_is_asked_for() -> None:
    made = CHECKED.unpack(CHECKED.pack(SEGMENTS[0]))
    with patch("components.annotation_validator.inputs.segments.unpacked_segment") as unpacked:
        assert (made.group, made.split, made.seconds, made.says_more) == ("g0", "train", 1.0, True)
        unpacked.assert_not_called()
        assert made.record is unpacked.return_value


def test_what_was_read_can_be_changed_and_written_again() -> None:
    read = CHECKED.unpack(CHECKED.pack(SEGMENTS[0]))
    changed = replace(read, record=replace(read.record, group="g1", boxes=()))
    assert (changed.group, changed.is_boxed) == ("g1", False)
    assert values(CHECKED.unpack(CHECKED.pack(changed))) == values(changed)


def test_only_some_rows_say_more_than_most() -> None:
    assert [each.video for each in SEGMENTS if not each.says_more] == ["f.mp4"]
    assert [each.video for each in SEGMENTS if each.is_boxed] == ["a.mp4", "b.mp4"]
