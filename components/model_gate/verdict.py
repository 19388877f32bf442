"""Findings of the rules, and the verdict on a model. The same findings decide and explain."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class RuleFinding(NamedTuple):
    """The result of one rule for one class, or for all of them together (`label` empty).

    It passed if `value` stands in this `relation` to `bar`, or is excused. `value` is None if it could not be measured.
    """

    rule: str
    label: str
    value: float | None
    bar: float
    passed: bool
    detail: str = ""
    relation: str = "at least"

    def sentence(self) -> str:
        """The finding for people: class, value, bar."""
        subject = f"class {self.label!r}" if self.label else "all classes"
        text = f"{subject}: {self.rule.replace('_', ' ')} {self.value_text}, bar {self.bar_text}"
        return f"{text} ({self.detail})" if self.detail else text

    @property
    def value_text(self) -> str:
        return "could not be measured" if self.value is None else _number(self.value)

    @property
    def bar_text(self) -> str:
        return f"{self.relation} {_number(self.bar)}"


class Verdict(NamedTuple):
    """All findings on one model, which may be pushed if each of them passed."""

    findings: tuple[RuleFinding, ...]

    @property
    def passed(self) -> bool:
        return bool(self.findings) and all(finding.passed for finding in self.findings)

    @property
    def failures(self) -> tuple[RuleFinding, ...]:
        return tuple(finding for finding in self.findings if not finding.passed)

    def as_json(self) -> dict[str, Any]:
        return {"passed": self.passed, "findings": [finding._asdict() for finding in self.findings]}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Verdict":
        return Verdict(tuple(RuleFinding(**finding) for finding in value["findings"]))


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4g}"
