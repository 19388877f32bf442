"""Checks of rows and videos as such."""

import pytest

from components.annotation_validator.findings import Suggestion
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Reject, Source
from components.annotations.splits.config import SplitsConfig
from tests.components.annotation_validator.making import clean_records, found, inputs_of, rows, segment


def reject(row: int, reason: Reason) -> Reject:
    return Reject(reason, "it is broken", Source("labels.csv", row), "x.mp4")


def test_rows_that_a_run_would_leave_out_are_found_by_reason_with_the_ledgers_remedy() -> None:
    rejects = [reject(90, Reason.TIME_INVALID), reject(91, Reason.TIME_INVALID), reject(92, Reason.ROW_EXCLUDED)]
    (finding,) = found(inputs_of([*clean_records(), *rejects]), "unusable_rows")
    assert finding.message == "time_invalid: 2 of 75 rows would be left out, such as labels.csv, row 90: it is broken"
    assert (finding.severity, finding.remedy) == ("warning", Reason.TIME_INVALID.remedy)
    (worse,) = found(inputs_of([*clean_records(), *rejects]), "unusable_rows", unusable_rows=0.02)
    assert worse.severity == "error"


def test_a_repeated_row_is_to_be_deleted() -> None:
    records = [*clean_records(), segment(99, "0.mp4", "sit", 0.0, 2.0, group="person 0")]
    (finding,) = found(inputs_of(records), "unusable_rows")
    assert [(place.source.row, place.suggestion) for place in finding.places if place.source] == [
        (99, Suggestion(delete=True))
    ]


def test_copies_in_two_groups_are_to_be_one_group() -> None:
    records = [*clean_records(), segment(99, "copy.mp4", "sit", 0.0, 2.0, group="someone else")]
    (finding,) = found(inputs_of(records, ties=(("0.mp4", "copy.mp4"),)), "identical_videos")
    assert finding.severity == "warning"
    suggestions = {place.source.row: place.suggestion for place in finding.places if place.source}
    assert suggestions == {2: None, 3: None, 4: None, 99: Suggestion(group="person 0")}


def test_copies_without_a_group_are_tied_by_the_name_of_the_first() -> None:
    records = [segment(2, "a.mp4", "sit"), segment(3, "b.mp4", "sit")]
    (finding,) = found(inputs_of(records, ties=(("a.mp4", "b.mp4"),)), "identical_videos")
    assert {place.suggestion for place in finding.places} == {Suggestion(group="a.mp4")}


@pytest.mark.parametrize(("start", "severity"), [(1.0, "error"), (5.0, "warning")])
def test_copies_with_different_labels_at_one_time_contradict_each_other(start: float, severity: str) -> None:
    records = [segment(2, "a.mp4", "sit", 0, 2), segment(3, "b.mp4", "wave", start, 9)]
    (finding,) = found(inputs_of(records, ties=(("a.mp4", "b.mp4"),)), "identical_videos")
    assert finding.severity == severity
    assert ("a.mp4 is 'sit', b.mp4 is 'wave'" in finding.message) is (severity == "error")


def test_a_group_in_two_of_the_given_splits_leaks() -> None:
    records = [
        segment(2, "a.mp4", "sit", split="train", group="ann"),
        segment(3, "b.mp4", "sit", split="test", group="ann"),
        segment(4, "c.mp4", "sit", split="test", group="bob"),
    ]
    (finding,) = found(inputs_of(records), "split_leakage")
    assert (finding.severity, finding.value, rows(finding)) == ("error", 1, [2, 3])
    assert (
        "1 of 2 groups are in more than one of the given splits, such as group 'ann' in test and train"
        in finding.message
    )
    (other,) = found(inputs_of(records, splits=SplitsConfig()), "split_leakage")
    assert other.severity == "warning"


def test_copies_in_two_splits_leak() -> None:
    records = [segment(2, "a.mp4", "sit", split="train"), segment(3, "b.mp4", "sit", split="test")]
    assert found(inputs_of(records), "split_leakage") == []
    assert len(found(inputs_of(records, ties=(("a.mp4", "b.mp4"),)), "split_leakage")) == 1
