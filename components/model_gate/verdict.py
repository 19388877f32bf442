"""What a rule found, and the verdict on all of it. The same findings decide and explain."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any


class Rule(Enum):
    """Every rule: its name, how its value must stand to its bar, and what the value is."""

    ACCURACY = ("accuracy", "at least", "share of all test clips whose most probable class is the right one")
    EXAMPLES = ("examples", "at least", "test clips of the class")
    RECALL = ("recall", "at least", "share of the class's clips that were found")
    RECALL_LOWER_BOUND = ("recall_lower_bound", "at least", "lower end of Wilson's interval of recall")
    PRECISION = ("precision", "at least", "share of right ones among the clips taken for the class")
    RECALL_DROP = ("recall_drop", "at most", "recall of the last pushed model less that of this one, on the same clips")
    FORGETTING = (
        "forgetting",
        "at most",
        "recall of the model that training began from less that of this one, on the same clips",
    )
    GAIN_OVER_MAJORITY = (
        "gain_over_majority",
        "more than",
        "accuracy less the share of the most frequent class, which needs no model",
    )
    GAIN_OVER_SINGLE_FRAME = (
        "gain_over_single_frame",
        "more than",
        "accuracy less that of a network that sees one frame of each clip",
    )
    CALIBRATION_ERROR = (
        "calibration_error",
        "at most",
        "how far the probability of the chosen class is from the share of right answers, on average over the clips",
    )

    def __init__(self, title: str, relation: str, meaning: str) -> None:
        self.title, self.relation, self.meaning = title, relation, meaning


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
        """The finding for people: which class, the value, the bar."""
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

    @property
    def meaning(self) -> str:
        """What the value is; empty if a later version measured it."""
        return _MEANINGS.get(self.rule, "")


_MEANINGS = {rule.title: rule.meaning for rule in Rule}


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
        """The verdict as a JSON object."""
        return {"passed": self.passed, "findings": [asdict(finding) for finding in self.findings]}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Verdict":
        """The inverse of `as_json`."""
        return Verdict(tuple(RuleFinding(**finding) for finding in value["findings"]))


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4g}"
