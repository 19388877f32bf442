"""Findings for machines: keys that scripts may rely on."""

import json

from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.findings import Finding, Place, Severity, Suggestion, Unit
from components.annotation_validator.report import as_json, as_sarif, count_failures, failures
from components.annotations.records.record import Source
from tests.components.annotation_validator.making import clean_records, inputs_of

FINDINGS = [
    Finding(
        check="past_video_end",
        severity=Severity.WARNING,
        message="1 segment ends after its video",
        remedy="End it there.",
        value=0.5,
        bar=0.1,
        unit=Unit.SECONDS,
        places=(
            Place("d/a b.mp4", "sit", Source("my labels.csv", 3), "f00", 1.0, 2.5, Suggestion(end_seconds=2.0)),
            Place("b.mp4", "sit", Source("export.xml", 7)),
            Place("c\udcff.mp4"),
        ),
    ),
    Finding("no_background", Severity.NOTE, "nothing shows nothing", "Annotate some."),
]


def test_the_keys_of_the_json_are_stable() -> None:
    written = json.loads(json.dumps(as_json(FINDINGS, inputs_of(clean_records()), ChecksConfig())))
    assert {key: value for key, value in written.items() if key != "findings"} == {
        "version": 1,
        "passed": True,
        "fail_on": "error",
        "counts": {"error": 0, "warning": 1, "note": 1},
        "segments": 72,
        "videos": 24,
        "classes": {"background": 24, "sit": 24, "wave": 24},
        "changes": [],
    }
    first = written["findings"][0]
    assert {key: value for key, value in first.items() if key != "places"} == {
        "check": "past_video_end",
        "severity": "warning",
        "message": "1 segment ends after its video",
        "remedy": "End it there.",
        "value": 0.5,
        "bar": 0.1,
        "unit": "seconds",
    }
    assert first["places"][0] == {
        "video": "d/a b.mp4",
        "label": "sit",
        "source": {"file": "my labels.csv", "row": 3},
        "segment_id": "f00",
        "start_seconds": 1.0,
        "end_seconds": 2.5,
        "suggestion": {"start_seconds": None, "end_seconds": 2.0, "label": None, "group": None, "delete": False},
    }
    assert first["places"][2]["video"] == "c\\udcff.mp4"


def test_sarif_has_a_rule_for_each_check_and_lines_where_rows_are_lines() -> None:
    (run,) = json.loads(json.dumps(as_sarif(FINDINGS)))["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["past_video_end", "no_background"]
    first, second = run["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("past_video_end", 0, "warning")
    assert first["message"]["text"] == "1 segment ends after its video. End it there."
    assert [location["physicalLocation"] for location in first["locations"]] == [
        {"artifactLocation": {"uri": "my%20labels.csv"}, "region": {"startLine": 3}},
        {"artifactLocation": {"uri": "export.xml"}},
        {"artifactLocation": {"uri": "c%5Cudcff.mp4"}},
    ]
    assert (second["level"], second["locations"]) == ("note", [])


def test_what_fails_is_the_configurations_choice() -> None:
    for severity, num_failures in (("error", 0), ("warning", 1), ("note", 2)):
        config = ChecksConfig(fail_on=Severity(severity))
        assert len(failures(FINDINGS, config)) == num_failures
        verb = "finding fails" if num_failures == 1 else "findings fail"
        assert count_failures(FINDINGS, config) == f"{num_failures} {verb} the data"
