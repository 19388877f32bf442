"""Runs checks, and makes findings of what they yield. Checks are pure: they open no file and change nothing."""

from collections.abc import Sequence
from dataclasses import replace

from components.annotation_validator.checks.catalogue import CHECKS
from components.annotation_validator.checks.check import Check, Needs
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.findings import Finding, Found, Scale
from components.annotation_validator.inputs.inputs import CheckInputs
from models.config import ONE


def run_checks(inputs: CheckInputs, config: ChecksConfig, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """What the checks that are switched on find: errors first, in each severity in the order of the checks.

    A check runs if what it needs was looked at; what was, the inputs say. Where clips have several labels, those that compare
    one label with another are left out.
    """
    at_hand = {
        Needs.ROWS: True,
        Needs.FRAMES: bool(inputs.measures),
        Needs.MODEL: bool(inputs.features or inputs.scores),
    }
    findings: list[Finding] = []
    for check in checks:
        bar = config.bar(check.id)
        applies = inputs.inspection.labels == ONE or not check.assumes_one_label
        if bar is not None and applies and at_hand[check.needs]:
            findings += [_stamped(found, check, bar) for found in check.find(_left_to(check, inputs, findings), bar)]
    return sorted(findings, key=lambda finding: finding.severity.rank)


def _left_to(check: Check, inputs: CheckInputs, findings: Sequence[Finding]) -> CheckInputs:
    """The inputs, with the segments of which an earlier check has the word."""
    if not check.yields_to:
        return inputs
    named = (place.segment_id for each in findings if each.check in check.yields_to for place in each.places)
    return replace(inputs, settled=frozenset(named))


def _stamped(found: Found, check: Check, bar: float) -> Finding:
    scale = found.scale or Scale(bar, check.unit)
    return Finding(
        check=check.id,
        severity=found.severity or check.severity,
        message=found.message,
        remedy=found.remedy,
        value=found.value,
        bar=scale.bar,
        unit=scale.unit,
        places=found.places,
    )
