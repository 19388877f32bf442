"""All checks together: each has a bar, is silent on good data, and takes any format's records."""

from dataclasses import fields
from pathlib import Path

import pytest

from components.annotation_validator.checks.catalogue import ANNOTATION_CHECKS
from components.annotation_validator.checks.finding import Finding
from components.annotation_validator.config import ChecksConfig, Severity
from components.annotations.readers.detect import read_annotations
from tests.components.annotation_validator.checks.making import clean_records, found, inputs_of
from tests.components.annotations.readers.samples import SAMPLES

SETTINGS = {"fail_on", "on_failure", "frames", "previous_annotations", "previous_videos"}


def test_every_check_has_a_bar_that_null_takes_away() -> None:
    ids = {check.id for check in ANNOTATION_CHECKS}
    assert len(ids) == len(ANNOTATION_CHECKS)
    assert ids <= set(ChecksConfig.model_fields) - SETTINGS
    off = ChecksConfig.model_validate(dict.fromkeys(ids))
    assert not any(map(off.is_on, ids))
    assert all(map(ChecksConfig().is_on, ids))


def test_good_data_have_no_finding() -> None:
    assert found(inputs_of(clean_records())) == []


def test_no_data_have_no_finding() -> None:
    assert found(inputs_of([])) == []


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_records_of_every_format_are_checked(name: str, tmp_path: Path) -> None:
    SAMPLES[name].write(tmp_path)
    records = read_annotations(SAMPLES[name].config(tmp_path, format=name))
    findings = found(inputs_of(records))
    # No format's sample has a class with enough test clips.
    assert "too_few_to_evaluate" in {finding.check for finding in findings}
    assert {finding.check for finding in findings} <= {check.id for check in ANNOTATION_CHECKS}
    for finding in findings:
        assert finding.message and finding.remedy
        assert Finding.from_json(finding.as_json()) == finding


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
