"""The rules that a model must pass before it is pushed. Pure: measured numbers in, findings out.

A rule is a function and an entry in one of the catalogues at the end. Its bar is a key of GatesConfig.
"""

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from components.evaluator.confusion import ConfusionMatrix
from components.model_gate.config import GatesConfig
from components.model_gate.measurements import Measurements
from components.model_gate.unmeasured import lost_answers, not_compared
from components.model_gate.verdict import RuleFinding, Verdict
from components.model_gate.weighing import Drop, Evidence, evidence_in_words, weigh
from foundation.evidence import RateEvidence, State, refuted_from, state_of
from foundation.evidence_needed import groups_needed
from foundation.statistics import mcnemar_p_value, wilson_interval

# 0.9 - 0.6 is a little more than 0.3 in floating point.
_ROUNDING = 1e-9


class Case(NamedTuple):
    """The subject of a rule: all measurements, the class, and the bar; the label is empty for all classes together.

    `evidence`: None where measured values decide alone.
    """

    measured: Measurements
    gates: GatesConfig
    label: str
    bar: float
    evidence: Evidence | None = None

    @property
    def candidate(self) -> ConfusionMatrix:
        return self.measured.candidate

    @property
    def is_known(self) -> bool:
        return self.label in self.candidate.classes


class Reading(NamedTuple):
    """A rule's value, None if it could not be measured, with a detail for people.

    Attributes:
      is_excused: the value passes although it is beyond its bar.
      rate: what is known of the rate that stands behind the value.
      least_rate: what that rate must be above; the rule's bar, or more.
      is_lack: what is missing are test clips, which is no fault of the model.
    """

    value: float | None
    detail: str = ""
    is_excused: bool = False
    rate: RateEvidence | None = None
    least_rate: float = 0.0
    is_lack: bool = False


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
            kept = [label for label in measured.base.classes if label not in gates.retired]
            bars += [(rule, label, gates.optional_bar(label, rule.key)) for label in kept]
    evidence = weigh(measured) if gates.certainty else None
    applied = [(rule, Case(measured, gates, label, bar, evidence)) for rule, label, bar in bars if bar is not None]
    readings = [(rule, case, reading) for rule, case in applied if (reading := rule.read(case))]
    num_rates = sum(reading.rate is not None for _, _, reading in readings)
    of_clips = (*lost_answers(measured), *not_compared(gates, measured))
    return Verdict((*of_clips, *(_finding(*each, num_rates) for each in readings)))


def _labels_to_judge(gates: GatesConfig, measured: Measurements) -> Iterable[str]:
    # A class that has a bar of its own, or that the last pushed model knows, must fail if the candidate does not know it.
    pushed = measured.baseline.classes if measured.baseline else ()
    named = dict.fromkeys([*measured.candidate.classes, *gates.classes, *pushed])
    return [label for label in named if label not in gates.retired]


def _finding(rule: Rule, case: Case, reading: Reading, num_rates: int) -> RuleFinding:
    value, rate = reading.value, reading.rate
    passed = reading.is_excused or (value is not None and rule.holds(value, case.bar))
    finding = RuleFinding(rule.title, case.label, value, case.bar, passed, reading.detail, rule.relation)
    if reading.is_excused:
        return finding._replace(state=State.OPEN)
    if rate is None or case.gates.certainty is None:
        is_open = bool(case.gates.certainty) and reading.is_lack
        return finding if passed else finding._replace(state=State.OPEN if is_open else State.REFUTED)
    probability = rate.probability_below(reading.least_rate)
    state = state_of(probability, case.gates.certainty, refuted_from(num_rates))
    needed = groups_needed(rate, reading.least_rate, case.gates.certainty) if state is State.OPEN else None
    return finding._replace(
        passed=state is State.SHOWN,
        state=state,
        detail="; ".join(filter(None, (reading.detail, evidence_in_words(rate, probability, state, needed)))),
        probability_below=probability,
        groups_needed=needed,
    )


def _accuracy(case: Case) -> Reading:
    """share of all test clips whose most probable class is the right one; with several labels: that are given exactly theirs"""
    return Reading(case.candidate.accuracy, rate=case.evidence and case.evidence.accuracy, least_rate=case.bar)


def _mean_average_precision(case: Case) -> Reading:
    """mean of the average precisions of all classes that have test clips"""
    return Reading(case.measured.mean_average_precision)


def _gain_over_majority(case: Case) -> Reading:
    """accuracy less the share of the most frequent class, or set of labels, which needs no model"""
    constant = "most frequent labels" if case.candidate.has_several_labels else "most frequent class"
    return _gain(case, constant, case.candidate.majority_share)


def _gain_over_single_frame(case: Case) -> Reading:
    """accuracy less that of a network that sees one frame of each clip"""
    single_frame = case.measured.single_frame
    return _gain(case, "single frame", single_frame.accuracy if single_frame else None)


def _calibration_error(case: Case) -> Reading:
    """how far the probability of the chosen class, or of each of several labels, is from the share of right answers"""
    return Reading(case.measured.calibration_error)


def _examples(case: Case) -> Reading:
    """test clips of the class"""
    return Reading(case.candidate.examples(case.label) if case.is_known else 0, is_lack=case.is_known)


def _recall(case: Case) -> Reading:
    """share of the class's clips that were found"""
    if not case.is_known:
        return Reading(None)
    rate = case.evidence and case.evidence.recall[case.label]
    return Reading(case.candidate.recall(case.label), rate=rate, least_rate=case.bar)


def _precision(case: Case) -> Reading:
    """share of right ones among the clips taken for the class"""
    if not case.is_known:
        return Reading(None)
    rate = case.evidence and case.evidence.precision[case.label]
    return Reading(case.candidate.precision(case.label), rate=rate, least_rate=case.bar)


def _average_precision(case: Case) -> Reading:
    """mean precision over the recalls that are reached if the most probable clips of the class are taken first"""
    return Reading(case.measured.average_precisions.get(case.label))


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
    if baseline is None or case.measured.not_compared or case.label not in baseline.classes:
        return None
    drop = _drop(case, "last pushed model", baseline)
    if drop.value is None or drop.value <= case.bar + _ROUNDING:
        return drop
    if significance is None:
        found = case.evidence.drops.get(case.label) if case.evidence else None
        return _unless_luck(drop, found, case.gates.certainty)
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


def _mean_recall_drop(case: Case) -> Reading | None:
    """mean over the classes of the last pushed model's recall less that of this one, on the same clips"""
    drop = case.evidence.mean_drop if case.evidence else None
    if drop is None:
        return None
    reading = Reading(drop.value)
    return reading if drop.value <= case.bar + _ROUNDING else _unless_luck(reading, drop, case.gates.certainty)


def _unless_luck(reading: Reading, drop: Drop | None, certainty: float | None) -> Reading:
    """Excuse a drop beyond its bar that may be luck: its groups might have been exchanged between the models."""
    if drop is None or certainty is None:
        return reading
    # Classes and their mean are two chances to be unlucky.
    may_be_luck = drop.p_value > (1 - certainty) / 2
    words = f"{'may be' if may_be_luck else 'hardly'} luck, p {drop.p_value:.2g} by exchanging whole groups between the models"
    return reading._replace(detail="; ".join(filter(None, (reading.detail, words))), is_excused=may_be_luck)


def _forgetting(case: Case) -> Reading:
    """recall of the model that training began from less that of this one, on the same clips"""
    base = case.measured.base
    if base is None:
        return Reading(None, "against the base model")
    drop = _drop(case, "base model", base)
    if drop.value is None or drop.value <= case.bar + _ROUNDING:
        return drop
    found = case.evidence.base_drops.get(case.label) if case.evidence else None
    return _unless_luck(drop, found, case.gates.certainty)


def _gain(case: Case, name: str, floor: float | None) -> Reading:
    """Compare the candidate's accuracy with a `floor`, which people know as `name`."""
    accuracy = case.candidate.accuracy
    if accuracy is None or floor is None:
        return Reading(None, f"over: {name}")
    rate = case.evidence and case.evidence.accuracy
    return Reading(
        accuracy - floor, f"{name} {floor:.3g}, this one {accuracy:.3g}", rate=rate, least_rate=floor + case.bar
    )


def _drop(case: Case, name: str, earlier: ConfusionMatrix) -> Reading:
    """Compare a class's recall with that of an `earlier` model, which people know as `name`."""
    if not case.is_known:
        return Reading(None, f"the {name} knows this class, this one does not")
    candidate, _ = case.measured.beside_baseline
    before, after = earlier.recall(case.label), candidate.recall(case.label)
    if before is None or after is None:
        return Reading(None, f"against the {name}", is_lack=case.measured.shared is not None)
    return Reading(before - after, f"{name} {before:.3g}, this one {after:.3g}")


OVERALL_RULES = (
    Rule("min_accuracy", "at least", _accuracy),
    Rule("min_mean_average_precision", "at least", _mean_average_precision),
    Rule("min_gain_over_majority", "more than", _gain_over_majority),
    Rule("min_gain_over_single_frame", "more than", _gain_over_single_frame),
    Rule("max_calibration_error", "at most", _calibration_error),
    Rule("max_mean_recall_drop", "at most", _mean_recall_drop),
)

# Applied to each class that the candidate or the last pushed model knows, or that has a bar of its own.
CLASS_RULES = (
    Rule("min_examples", "at least", _examples),
    Rule("min_recall", "at least", _recall),
    Rule("min_precision", "at least", _precision),
    Rule("min_average_precision", "at least", _average_precision),
    Rule("min_recall_lower_bound", "at least", _recall_lower_bound),
    Rule("max_recall_drop", "at most", _recall_drop),
)

# Applied to each class of the model that training began from; once if that model was not measured.
BASE_RULES = (Rule("max_forgetting", "at most", _forgetting),)

RULES = (*OVERALL_RULES, *CLASS_RULES, *BASE_RULES)
