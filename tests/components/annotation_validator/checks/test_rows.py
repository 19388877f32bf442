"""Checks of rows and videos as such."""

import re
from dataclasses import replace
from typing import Any

import pytest

from components.annotation_validator.findings import Suggestion
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inspection import Inspection
from components.annotations.config import NegativesConfig
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


def inputs_with_bars(num_groups: int, **inspection: Any) -> CheckInputs:
    """Clean data, all of it in the test split."""
    records = [replace(record, split="test") for record in clean_records(num_groups)]
    inputs = inputs_of(records, negatives=NegativesConfig())
    return replace(inputs, inspection=Inspection(**inspection))


def test_what_not_even_a_perfect_model_could_show_is_an_error() -> None:
    findings = found(inputs_with_bars(3, certainty=0.99, rate_bars={"": 0.5}), "undecidable")
    assert {finding.severity for finding in findings} == {"error"}
    message = findings[0].message
    assert re.search(r"3 test clips of 3 groups; even if all answers on them are right.*about \d+ groups of 1", message)


@pytest.mark.parametrize(("num_groups", "is_found"), [(12, True), (60, False)])
def test_what_a_good_model_needs_is_a_note(num_groups: int, is_found: bool) -> None:
    findings = found(inputs_with_bars(num_groups, certainty=0.99, rate_bars={"": 0.5}), "undecidable")
    assert bool(findings) is is_found
    assert all(finding.severity == "note" for finding in findings)
    assert all(re.search(r"'sit' (\d+) of \1 groups", finding.message) for finding in findings)


def test_with_folds_the_clips_of_train_witness_too() -> None:
    splits = ("train", "test", "eval", "train")
    records = [replace(record, split=splits[number // 3 % 4]) for number, record in enumerate(clean_records(60))]
    inputs = inputs_of(records, negatives=NegativesConfig())
    bars = {"certainty": 0.99, "rate_bars": {"": 0.5}}
    by_test, by_folds = (
        found(replace(inputs, inspection=Inspection(**bars, asked_splits=asked)), "undecidable")
        for asked in (("test",), ("train", "test"))
    )
    assert by_test and all("evaluation.folds" in finding.remedy for finding in by_test)
    assert by_folds == []


def test_without_a_certainty_any_number_of_clips_decides() -> None:
    assert found(inputs_with_bars(3, certainty=None, rate_bars={"": 0.5}), "undecidable") == []


@pytest.mark.parametrize(("bar", "least"), [(0.7, 9), (0.95, 73)])
def test_a_lower_bound_takes_so_many_clips(bar: float, least: int) -> None:
    for num_groups in (least - 1, least):
        findings = found(inputs_with_bars(num_groups, lower_bounds={"": bar}), "undecidable")
        assert bool(findings) is (num_groups < least)
        assert all(f"{least} would do" in finding.message for finding in findings)


def test_where_nobody_knows_the_splits_nothing_is_said_of_them() -> None:
    inputs = replace(inputs_of(clean_records(2)), inspection=Inspection(certainty=0.99, rate_bars={"": 0.9}))
    assert found(inputs, "undecidable") == []


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


def test_labels_that_were_looked_for_and_that_no_row_has_are_named() -> None:
    records = [replace(record, looked_for=("sit", "wlak")) for record in clean_records()]
    (finding,) = found(inputs_of(records), "assumed")
    assert finding.message.endswith(f"are no classes: 'wlak' ({len(records)} rows)")
    assert finding.severity == "note"
    known = [replace(record, looked_for=("sit",)) for record in clean_records()]
    assert not found(inputs_of(known), "assumed")
