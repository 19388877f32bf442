"""What runs, in which order it is reported, and what is the same for all that a check finds."""

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any

import pytest

from components.annotation_validator.checks.catalogue import CHECKS
from components.annotation_validator.checks.check import Bar, Check, Needs
from components.annotation_validator.config import ChecksConfig, with_bars
from components.annotation_validator.findings import Finding, Found, Scale, Severity, Unit
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inspection import Inspection
from components.annotation_validator.runner import run_checks
from tests.components.annotation_validator.making import clean_records, found, inputs_of, measured_inputs


def check_that_finds(*things: Found, **fields: Any) -> tuple[Check, list[float]]:
    """A check that always finds the same, and the bars that it was called with."""
    bars: list[float] = []

    def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
        bars.append(bar)
        yield from things

    return Check("long_labels", find, Bar(20, "letters of a label", gt=0), **fields), bars


def test_an_entry_of_the_catalogue_is_all_that_a_check_needs() -> None:
    def find_long_labels(inputs: CheckInputs, bar: float) -> Iterable[Found]:
        for label in inputs.by_label:
            if len(label) > bar:
                yield Found(f"{label!r} is long", "Shorten it.", len(label))

    catalogue = (*CHECKS, Check("long_labels", find_long_labels, Bar(20, "letters of a label", gt=0), unit=Unit.COUNT))
    config = with_bars(catalogue)(ChecksConfig)
    inputs = inputs_of(clean_records())
    assert run_checks(inputs, config(), catalogue) == []
    assert run_checks(inputs, config.model_validate({"long_labels": 9}), catalogue) == [
        Finding("long_labels", Severity.WARNING, "'background' is long", "Shorten it.", 10, 9, Unit.COUNT)
    ]


def test_a_finding_has_what_the_catalogue_says_unless_it_is_another_case() -> None:
    usual = Found("usual", "Look.", 3)
    worse = Found("worse", "Look.", 2, severity=Severity.ERROR, scale=Scale(None, Unit.SECONDS))
    check, _ = check_that_finds(usual, worse, severity=Severity.NOTE, unit=Unit.COUNT)
    config = with_bars((check,))(ChecksConfig)()
    assert run_checks(inputs_of([]), config, (check,)) == [
        Finding("long_labels", Severity.ERROR, "worse", "Look.", 2, None, Unit.SECONDS),
        Finding("long_labels", Severity.NOTE, "usual", "Look.", 3, 20, Unit.COUNT),
    ]


def test_a_check_that_is_switched_off_is_not_called() -> None:
    check, bars = check_that_finds()
    section = with_bars((check,))(ChecksConfig)
    for bar in (None, 5):
        run_checks(inputs_of([]), section.model_validate({"long_labels": bar}), (check,))
    assert bars == [5]


@pytest.mark.parametrize(
    ("looked_at", "at_hand"),
    [
        (lambda inputs: replace(inputs, measures={}), [Needs.ROWS]),
        (lambda inputs: inputs, [Needs.ROWS, Needs.FRAMES]),
        (lambda inputs: replace(inputs, features={"id": [1.0]}), [Needs.ROWS, Needs.FRAMES, Needs.MODEL]),
        (lambda inputs: replace(inputs, scores={"id": [1.0]}), [Needs.ROWS, Needs.FRAMES, Needs.MODEL]),
    ],
)
def test_a_check_is_called_where_what_it_needs_was_looked_at(
    looked_at: Callable[[CheckInputs], CheckInputs], at_hand: list[Needs]
) -> None:
    called = []
    for needs in Needs:
        check, bars = check_that_finds(needs=needs)
        run_checks(looked_at(measured_inputs()), with_bars((check,))(ChecksConfig)(), (check,))
        called += [needs] if bars else []
    assert called == at_hand


def test_errors_come_first() -> None:
    findings = found(inputs_of(clean_records(num_groups=2)))
    assert [finding.severity for finding in findings] == sorted(
        (finding.severity for finding in findings), key=lambda severity: severity.rank
    )
    assert findings[0].severity is Severity.ERROR


def test_severities_are_ordered() -> None:
    assert Severity.ERROR.reaches(Severity.WARNING) and Severity.WARNING.reaches(Severity.WARNING)
    assert not Severity.NOTE.reaches(Severity.WARNING)


def test_findings_and_places_are_written_with_all_their_fields() -> None:
    (finding, *_) = found(inputs_of(clean_records(num_groups=2)), "few_groups")
    written = finding.as_json()
    assert list(written) == [field.name for field in fields(Finding)]
    assert set(written["places"][0]) == {
        "video", "label", "source", "segment_id", "start_seconds", "end_seconds", "suggestion",
    }  # fmt: skip


def test_a_check_that_compares_one_label_with_another_is_left_out_where_clips_have_several() -> None:
    check, bars = check_that_finds(assumes_one_label=True)
    several = replace(inputs_of([]), inspection=Inspection(labels="several"))
    for inputs in (inputs_of([]), several):
        run_checks(inputs, with_bars((check,))(ChecksConfig)(), (check,))
    assert bars == [20]
