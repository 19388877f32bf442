"""The rules that a model must pass before it is pushed. Pure: measured numbers in, findings out.

A rule is a function and an entry in one of the catalogues at the end. Its bar is a key of GatesConfig.
"""

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from components.evaluator.confusion import ConfusionMatrix
from components.model_gate.config import GatesConfig
from components.model_gate.measurements import Measurements
from components.model_gate.verdict import RuleFinding, Verdict
from foundation.statistics import mcnemar_p_value, wilson_interval

# 0.9 - 0.6 is a little more than 0.3 in floating point.
_ROUNDING = 1e-9


class Case(NamedTuple):
    """The subject of a rule: all measurements, the class, and the bar; the label is empty for all classes together."""

    measured: Measurements
    gates: GatesConfig
    label: str
    bar: float

    @property
    def candidate(self) -> ConfusionMatrix:
        return self.measured.candidate

    @property
    def is_known(self) -> bool:
        return self.label in self.candidate.classes


class Reading(NamedTuple):
    """A rule's value, None if it could not be measured, with a detail for people.

    `is_excused`: the value passes although it is beyond its bar.
    """

    value: float | None
    detail: str = ""
    is_excused: bool = False


class Rule(NamedTuple):
    """A value that is read from the measurements, and how it must stand to its bar.

    Attributes:
      key: the bar's name in GatesConfig.
      read: gives the value, or None if there is nothing to judge. People see its docstring as the meaning of the value.
    """

    key: str
    relation: Literal["at least", "at most", "more than"]
    read: Callable[[Case], Reading | None]

    @property
    def title(self) -> str:
        return self.key.partition("_")[2]

    @property
    def meaning(self) -> str:
        return self.read.__doc__ or ""

    def holds(self, value: float, bar: float) -> bool:
        if self.relation == "at least":
            return value >= bar
        return value <= bar + _ROUNDING if self.relation == "at most" else value > bar + _ROUNDING


def judge(gates: GatesConfig, measured: Measurements) -> Verdict:
    """Apply every rule that has a bar. A value that could not be measured fails."""
    bars = [(rule, "", gates.optional_bar("", rule.key)) for rule in OVERALL_RULES]
    for label in _labels_to_judge(gates, measured):
        bars += [(rule, label, gates.optional_bar(label, rule.key)) for rule in CLASS_RULES]
    for rule in BASE_RULES:
        if measured.base is None:
            bars.append((rule, "", gates.strictest_bar(rule.key)))
        else:
            bars += [(rule, label, gates.optional_bar(label, rule.key)) for label in measured.base.classes]
    findings = [_finding(rule, Case(measured, gates, label, bar)) for rule, label, bar in bars if bar is not None]
    return Verdict(tuple(finding for finding in findings if finding))


def _labels_to_judge(gates: GatesConfig, measured: Measurements) -> Iterable[str]:
    # A class that has a bar of its own, or that the last pushed model knows, must fail if the candidate does not know it.
    pushed = measured.baseline.classes if measured.baseline else ()
    return dict.fromkeys([*measured.candidate.classes, *gates.classes, *pushed])


def _finding(rule: Rule, case: Case) -> RuleFinding | None:
    reading = rule.read(case)
    if reading is None:
        return None
    value, detail, is_excused = reading
    passed = is_excused or (value is not None and rule.holds(value, case.bar))
    return RuleFinding(rule.title, case.label, value, case.bar, passed, detail, rule.relation)


def _accuracy(case: Case) -> Reading:
    """share of all test clips whose most probable class is the right one"""
    return Reading(case.candidate.accuracy)


def _gain_over_majority(case: Case) -> Reading:
    """accuracy less the share of the most frequent class, which needs no model"""
    return _gain(case.candidate, "most frequent class", case.candidate.majority_share)


def _gain_over_single_frame(case: Case) -> Reading:
    """accuracy less that of a network that sees one frame of each clip"""
    single_frame = case.measured.single_frame
    return _gain(case.candidate, "single frame", single_frame.accuracy if single_frame else None)


def _calibration_error(case: Case) -> Reading:
    """how far the probability of the chosen class is from the share of right answers, on average over the clips"""
    return Reading(case.measured.calibration_error)


def _examples(case: Case) -> Reading:
    """test clips of the class"""
    return Reading(case.candidate.examples(case.label) if case.is_known else 0)


def _recall(case: Case) -> Reading:
    """share of the class's clips that were found"""
    return Reading(case.candidate.recall(case.label) if case.is_known else None)


def _precision(case: Case) -> Reading:
    """share of right ones among the clips taken for the class"""
    return Reading(case.candidate.precision(case.label) if case.is_known else None)


def _recall_lower_bound(case: Case) -> Reading:
    """lower end of Wilson's interval of recall"""
    if not case.is_known:
        return Reading(None)
    hits, examples = case.candidate.hits(case.label), case.candidate.examples(case.label)
    interval = wilson_interval(hits, examples, case.gates.confidence)
    return Reading(interval.low, f"{hits} of {examples} clips found") if interval else Reading(None)


def _recall_drop(case: Case) -> Reading | None:
    """recall of the last pushed model less that of this one, on the same clips"""
    baseline, significance = case.measured.baseline, case.gates.significance
    if baseline is None or case.label not in baseline.classes:
        return None
    drop = _drop(case, "last pushed model", baseline)
    if drop.value is None or drop.value <= case.bar + _ROUNDING or significance is None:
        return drop
    pairing = case.measured.pairings.get(case.label)
    if pairing is None:
        return Reading(
            drop.value, f"{drop.detail}; the clips could not be paired, so nobody knows whether that is luck"
        )
    p_value = mcnemar_p_value(pairing.only_candidate, pairing.only_other)
    may_be_luck = p_value >= significance
    detail = (
        f"{drop.detail}; of {sum(pairing)} clips {pairing.only_other} only the last pushed model got right and "
        f"{pairing.only_candidate} only this one: {'may be' if may_be_luck else 'hardly'} luck, p {p_value:.2g} by McNemar's "
        f"test, significance {significance:g}"
    )
    return Reading(drop.value, detail, is_excused=may_be_luck)


def _forgetting(case: Case) -> Reading:
    """recall of the model that training began from less that of this one, on the same clips"""
    base = case.measured.base
    return _drop(case, "base model", base) if base else Reading(None, "against the base model")


def _gain(candidate: ConfusionMatrix, name: str, floor: float | None) -> Reading:
    """Compare the candidate's accuracy with a `floor`, which people know as `name`."""
    if candidate.accuracy is None or floor is None:
        return Reading(None, f"over: {name}")
    return Reading(candidate.accuracy - floor, f"{name} {floor:.3g}, this one {candidate.accuracy:.3g}")


def _drop(case: Case, name: str, earlier: ConfusionMatrix) -> Reading:
    """Compare a class's recall with that of an `earlier` model, which people know as `name`."""
    if not case.is_known:
        return Reading(None, f"the {name} knows this class, this one does not")
    before, after = earlier.recall(case.label), case.candidate.recall(case.label)
    if before is None or after is None:
        return Reading(None, f"against the {name}")
    return Reading(before - after, f"{name} {before:.3g}, this one {after:.3g}")


OVERALL_RULES = (
    Rule("min_accuracy", "at least", _accuracy),
    Rule("min_gain_over_majority", "more than", _gain_over_majority),
    Rule("min_gain_over_single_frame", "more than", _gain_over_single_frame),
    Rule("max_calibration_error", "at most", _calibration_error),
)

# Applied to each class that the candidate or the last pushed model knows, or that has a bar of its own.
CLASS_RULES = (
    Rule("min_examples", "at least", _examples),
    Rule("min_recall", "at least", _recall),
    Rule("min_precision", "at least", _precision),
    Rule("min_recall_lower_bound", "at least", _recall_lower_bound),
    Rule("max_recall_drop", "at most", _recall_drop),
)

# Applied to each class of the model that training began from; once if that model was not measured.
BASE_RULES = (Rule("max_forgetting", "at most", _forgetting),)

RULES = (*OVERALL_RULES, *CLASS_RULES, *BASE_RULES)
