"""Findings for machines: JSON of our own, and SARIF, which code hosts and editors show beside the rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.decided import Decided
from components.annotation_validator.findings import Finding, Place, Severity
from components.annotation_validator.fix import Change
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotations.records.record import printable
from foundation.messages.wording import counted

JSON_VERSION = 1
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# Where a row is a line; elsewhere it is an annotation's rank, which no editor could jump to.
_LINE_BASED = frozenset((".csv", ".tsv", ".txt", ".jsonl", ".ndjson"))


def failures(findings: Sequence[Finding], config: ChecksConfig) -> list[Finding]:
    """The findings that are bad enough to fail."""
    return [finding for finding in findings if finding.severity.reaches(config.fail_on)]


def tally(findings: Sequence[Finding]) -> str:
    """How many findings of each severity, in words."""
    counts = Counter(finding.severity for finding in findings)
    return ", ".join(counted(counts[severity], severity.value) for severity in Severity)


def count_failures(findings: Sequence[Finding], config: ChecksConfig) -> str:
    """How many findings fail the data, as a sentence."""
    count = len(failures(findings, config))
    return f"{counted(count, 'finding')} fail{'s' if count == 1 else ''} the data"


def as_json(
    findings: Sequence[Finding],
    inputs: CheckInputs,
    config: ChecksConfig,
    changes: Sequence[Change] = (),
    decided: Decided | None = None,
    accepted: Sequence[Finding] = (),
) -> dict[str, Any]:
    """All of it as a JSON object. `version` changes when a key changes its meaning or goes.

    `decided` and `accepted`, the findings that people accepted, are there if they looked at the data.
    """
    counts = Counter(finding.severity for finding in findings)
    return {
        "version": JSON_VERSION,
        "passed": not failures(findings, config),
        "fail_on": config.fail_on.value,
        "counts": {severity.value: counts[severity] for severity in Severity},
        "segments": len(inputs.segments),
        "videos": inputs.num_videos,
        "classes": {label: len(segments) for label, segments in inputs.by_label.items()},
        "findings": [finding.as_json() for finding in findings],
        "changes": [asdict(change) for change in changes],
        **(_decisions(decided, accepted) if decided and decided.log else {}),
    }


def _decisions(decided: Decided, accepted: Sequence[Finding]) -> dict[str, Any]:
    return {
        "decisions": {
            "log": printable(str(decided.log)),
            "standing": {action.value: count for action, count in decided.counts.items()},
            "stale": decided.num_stale,
            "accepted": [finding.as_json() for finding in accepted],
        }
    }


def as_sarif(findings: Sequence[Finding], accepted: Sequence[Finding] = ()) -> dict[str, Any]:
    """The findings as a log of the Static Analysis Results Interchange Format 2.1.0 (OASIS, 2020).

    Those that people accepted are results that are suppressed.
    """
    rules = list(dict.fromkeys(finding.check for finding in (*findings, *accepted)))
    suppressed = {"suppressions": [{"kind": "external", "status": "accepted"}]}
    return {
        "$schema": _SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "clipgate check", "rules": list(map(_rule, rules))}},
                "results": [
                    *(_result(finding, rules) for finding in findings),
                    *({**_result(finding, rules), **suppressed} for finding in accepted),
                ],
            }
        ],
    }


def _rule(check: str) -> dict[str, Any]:
    return {"id": check, "shortDescription": {"text": check.replace("_", " ")}}


def _result(finding: Finding, rules: Sequence[str]) -> dict[str, Any]:
    return {
        "ruleId": finding.check,
        "ruleIndex": rules.index(finding.check),
        "level": finding.severity.value,
        "message": {"text": printable(f"{finding.message}. {finding.remedy}")},
        "locations": [_location(place) for place in finding.places],
        "properties": {"value": finding.value, "bar": finding.bar, "unit": finding.unit.value},
    }


def _location(place: Place) -> dict[str, Any]:
    file = place.source.file if place.source else place.video
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(printable(file))}}
    if place.source and PurePosixPath(place.source.file).suffix.lower() in _LINE_BASED:
        physical["region"] = {"startLine": place.source.row}
    text = f"{place.video}: {place.label}" if place.label else place.video
    return {"physicalLocation": physical, "message": {"text": printable(text)}}
