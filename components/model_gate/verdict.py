"""What a rule found, and the verdict on all of it. The same findings decide and explain."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class RuleFinding:
    """One rule applied to the whole or to one class: whether `value` stands in this relation to `bar`.

    `value` is None where it could not be measured.
    """

    rule: str
    label: str
    value: float | None
    bar: float
    passed: bool
    detail: str = ""
    relation: str = "at least"

    def sentence(self) -> str:
        """For people: which class, the value, the bar."""
        text = f"{self.subject}: {self.rule.replace('_', ' ')} {self.value_text}, bar {self.bar_text}"
        return f"{text} ({self.detail})" if self.detail else text

    @property
    def subject(self) -> str:
        return f"class {self.label!r}" if self.label else "all classes"

    @property
    def value_text(self) -> str:
        return "could not be measured" if self.value is None else _number(self.value)

    @property
    def bar_text(self) -> str:
        return f"{self.relation} {_number(self.bar)}"


@dataclass(frozen=True)
class Verdict:
    """All findings on one model; it may be pushed when each of them passed."""

    findings: tuple[RuleFinding, ...]

    @property
    def passed(self) -> bool:
        return bool(self.findings) and all(finding.passed for finding in self.findings)

    @property
    def failures(self) -> tuple[RuleFinding, ...]:
        return tuple(finding for finding in self.findings if not finding.passed)

    def as_json(self) -> dict[str, Any]:
        return {"passed": self.passed, "findings": [asdict(finding) for finding in self.findings]}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Verdict":
        """The inverse of `as_json`."""
        return Verdict(tuple(RuleFinding(**finding) for finding in value["findings"]))


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4g}"
