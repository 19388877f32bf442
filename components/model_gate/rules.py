"""The rules that a model must pass before it is pushed. Pure: measured numbers in, findings out.

The same findings decide and explain, so what people read is what was judged. A value that could not be measured fails.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import Field

from models.section import Section

GATE_FILE = "gate.json"

RECALL_DROP, FORGETTING = "recall_drop", "forgetting"


class ClassGates(Section):
    """Bars for one class; what is not given is taken from the gates of all classes."""

    min_recall: float | None = Field(None, ge=0, le=1)
    min_precision: float | None = Field(None, ge=0, le=1)
    min_examples: int | None = Field(None, ge=1)
    max_recall_drop: float | None = Field(None, ge=0, le=1)
    max_forgetting: float | None = Field(None, ge=0, le=1)


class GatesConfig(Section):
    """Bars on the test split. Recall and precision are of the class with the highest probability."""

    min_accuracy: float = Field(0.6, ge=0, le=1)
    min_recall: float = Field(0.5, ge=0, le=1)
    min_precision: float = Field(0.5, ge=0, le=1)
    min_examples: int = Field(3, ge=1, description="test clips of every class")
    max_recall_drop: float = Field(0.15, ge=0, le=1, description="against the last pushed model, for every class")
    max_forgetting: float | None = Field(
        None,
        ge=0,
        le=1,
        description="drop of recall against the model that training began from, for each of its classes",
    )
    classes: dict[str, ClassGates] = Field({}, description="other bars for single classes, by label")

    def bar(self, label: str, name: str) -> float:
        """The bar called `name` that holds for `label`."""
        own = getattr(self.classes[label], name) if label in self.classes else None
        return getattr(self, name) if own is None else own

    def forgetting_bar(self, label: str) -> float | None:
        """The bar `max_forgetting` that holds for `label`, if there is one."""
        own = self.classes[label].max_forgetting if label in self.classes else None
        return self.max_forgetting if own is None else own

    @property
    def limit_forgetting(self) -> bool:
        """Whether the model that training began from has to be evaluated."""
        return self.max_forgetting is not None or any(self.forgetting_bar(label) is not None for label in self.classes)


@dataclass(frozen=True)
class ConfusionMatrix:
    """`counts[i][j]` test clips of class i were taken for class j; clips of unknown label are not counted."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def num_clips(self) -> int:
        return sum(map(sum, self.counts))

    @property
    def accuracy(self) -> float | None:
        """Share of clips taken for what they are; None without clips."""
        return sum(self.counts[i][i] for i in range(len(self.classes))) / self.num_clips if self.num_clips else None

    def examples(self, label: str) -> int:
        """Number of clips of a class."""
        return sum(self.counts[self.classes.index(label)])

    def recall(self, label: str) -> float | None:
        """Share of a class's clips that were found; None without clips."""
        i = self.classes.index(label)
        return self.counts[i][i] / self.examples(label) if self.examples(label) else None

    def precision(self, label: str) -> float | None:
        """Share of right ones among the clips taken for a class; 0 for a class that is never predicted."""
        i = self.classes.index(label)
        predicted = sum(row[i] for row in self.counts)
        if not self.num_clips:
            return None
        return self.counts[i][i] / predicted if predicted else 0.0

    def f1(self, label: str) -> float | None:
        """Harmonic mean of precision and recall; None without clips."""
        precision, recall = self.precision(label), self.recall(label)
        if precision is None or recall is None:
            return None
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@dataclass(frozen=True)
class Finding:
    """One rule applied to the whole or to one class. `value` is None where it could not be measured."""

    rule: str
    label: str
    value: float | None
    bar: float
    passed: bool
    detail: str = ""

    def sentence(self) -> str:
        """The finding for people: which class, the value, the bar."""
        subject = f"class {self.label!r}" if self.label else "all classes"
        value = "could not be measured" if self.value is None else _number(self.value)
        word = "at most" if self.rule in (RECALL_DROP, FORGETTING) else "at least"
        text = f"{subject}: {self.rule.replace('_', ' ')} {value}, bar {word} {_number(self.bar)}"
        return f"{text} ({self.detail})" if self.detail else text


@dataclass(frozen=True)
class Verdict:
    """All findings on one model; it may be pushed when each of them passed."""

    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        return bool(self.findings) and all(finding.passed for finding in self.findings)

    @property
    def failures(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.passed)

    def as_json(self) -> dict[str, Any]:
        """The verdict as a JSON object."""
        return {"passed": self.passed, "findings": [asdict(finding) for finding in self.findings]}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Verdict":
        """The inverse of `as_json`."""
        return Verdict(tuple(Finding(**finding) for finding in value["findings"]))


def judge(
    gates: GatesConfig,
    candidate: ConfusionMatrix,
    baseline: ConfusionMatrix | None,
    base: ConfusionMatrix | None = None,
) -> Verdict:
    """Apply every rule.

    `baseline` is the last pushed model on the same clips, None when nothing was pushed yet; `base` is the one that training
    began from, None if that does not matter.
    """
    findings = [_at_least("accuracy", "", candidate.accuracy, gates.min_accuracy)]
    for label in _labels_to_judge(gates, candidate, baseline):
        known = label in candidate.classes
        examples = candidate.examples(label) if known else 0
        findings += [
            _at_least("examples", label, examples, gates.bar(label, "min_examples")),
            _at_least("recall", label, candidate.recall(label) if known else None, gates.bar(label, "min_recall")),
            _at_least(
                "precision", label, candidate.precision(label) if known else None, gates.bar(label, "min_precision")
            ),
        ]
        if baseline is not None and label in baseline.classes:
            bar = gates.bar(label, "max_recall_drop")
            findings.append(_drop(RECALL_DROP, "last pushed model", label, candidate, baseline, bar))
    if base is not None:
        for label in base.classes:
            if (forgetting_bar := gates.forgetting_bar(label)) is not None:
                findings.append(_drop(FORGETTING, "base model", label, candidate, base, forgetting_bar))
    return Verdict(tuple(findings))


def _labels_to_judge(gates: GatesConfig, candidate: ConfusionMatrix, baseline: ConfusionMatrix | None) -> Iterable[str]:
    # A class that has a bar of its own, or that clients get from the last pushed model, must fail if this one does not
    # know it, not be forgotten.
    return dict.fromkeys([*candidate.classes, *gates.classes, *(baseline.classes if baseline else ())])


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4g}"


def _at_least(rule: str, label: str, value: float | None, bar: float) -> Finding:
    return Finding(rule, label, value, bar, passed=value is not None and value >= bar)


def _drop(
    rule: str, name: str, label: str, candidate: ConfusionMatrix, earlier: ConfusionMatrix, bar: float
) -> Finding:
    """How much of a class's recall an `earlier` model, which people know by this name, has ahead of the candidate."""
    if label not in candidate.classes:
        return Finding(rule, label, None, bar, passed=False, detail=f"the {name} knows this class, this one does not")
    before, after = earlier.recall(label), candidate.recall(label)
    if before is None or after is None:
        return Finding(rule, label, None, bar, passed=False, detail=f"against the {name}")
    detail = f"{name} {before:.3g}, this one {after:.3g}"
    return Finding(rule, label, before - after, bar, passed=before - after <= bar + 1e-9, detail=detail)
