"""Findings of the rules, and the verdict on a model. The same findings decide and explain."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from foundation.evidence import State


class RuleFinding(NamedTuple):
    """The result of one rule for one class, or for all of them together (`label` empty).

    Attributes:
      value: None if it could not be measured.
      passed: whether the model may be pushed as far as this rule is concerned.
      state: shown and refuted mean passed and not; an open rule passed only if it is one that the model need not show.
      probability_below: how probable it is that the true value lies beyond the bar; None where only the value counts.
      groups_needed: about how many more groups would show the rule, should they do as these; None: nobody knows.
    """

    rule: str
    label: str
    value: float | None
    bar: float
    passed: bool
    detail: str = ""
    relation: str = "at least"
    state: State = State.SHOWN
    probability_below: float | None = None
    groups_needed: int | None = None

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
        """What stands in the way of a push, refuted or open."""
        return tuple(finding for finding in self.findings if not finding.passed)

    @property
    def state(self) -> State:
        """Shown if all passed; refuted if some rule that did not is; else open."""
        if self.passed:
            return State.SHOWN
        is_refuted = not self.findings or any(finding.state is State.REFUTED for finding in self.failures)
        return State.REFUTED if is_refuted else State.OPEN

    def as_json(self) -> dict[str, Any]:
        findings = [finding._asdict() for finding in self.findings]
        return {"passed": self.passed, "state": self.state, "findings": findings}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Verdict":
        """The inverse of `as_json`; what an earlier version wrote has no states, which then follow from what passed."""
        return Verdict(tuple(map(_finding, value["findings"])))


def _finding(value: Mapping[str, Any]) -> RuleFinding:
    state = value.get("state", State.SHOWN if value["passed"] else State.REFUTED)
    return RuleFinding(**{**value, "state": State(state)})


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4g}"
