"""The rules that a model must pass before it is pushed. Pure: measured numbers in, findings out.

A value that could not be measured fails.
"""

from collections.abc import Iterable
from dataclasses import replace

from components.evaluator.confusion import ConfusionMatrix, Pairing
from components.model_gate.config import GatesConfig
from components.model_gate.measurements import Measurements
from components.model_gate.verdict import Rule, RuleFinding, Verdict
from foundation.statistics import mcnemar_p_value, wilson_interval

# 0.9 - 0.6 is a little more than 0.3 in floating point.
_ROUNDING = 1e-9


def judge(gates: GatesConfig, measured: Measurements) -> Verdict:
    """Apply every rule that has a bar. Without a last pushed model there is nothing that could drop."""
    findings = _overall_findings(gates, measured)
    for label in _labels_to_judge(gates, measured):
        findings += _class_findings(gates, measured.candidate, label)
        if measured.baseline is not None and label in measured.baseline.classes:
            findings.append(_recall_drop(gates, measured, measured.baseline, label))
    if gates.limit_forgetting:
        findings += _forgetting(gates, measured)
    return Verdict(tuple(findings))


def _labels_to_judge(gates: GatesConfig, measured: Measurements) -> Iterable[str]:
    # A class that has a bar of its own, or that clients get from the last pushed model, must fail if this one does not
    # know it, not be forgotten.
    pushed = measured.baseline.classes if measured.baseline else ()
    return dict.fromkeys([*measured.candidate.classes, *gates.classes, *pushed])


def _overall_findings(gates: GatesConfig, measured: Measurements) -> list[RuleFinding]:
    accuracy = measured.candidate.accuracy
    findings = [_at_least(Rule.ACCURACY, "", accuracy, gates.min_accuracy)]
    if gates.min_gain_over_majority is not None:
        floor = measured.candidate.majority_share
        findings.append(
            _gain(Rule.GAIN_OVER_MAJORITY, "most frequent class", accuracy, floor, gates.min_gain_over_majority)
        )
    if gates.min_gain_over_single_frame is not None:
        floor = measured.single_frame.accuracy if measured.single_frame else None
        findings.append(
            _gain(Rule.GAIN_OVER_SINGLE_FRAME, "single frame", accuracy, floor, gates.min_gain_over_single_frame)
        )
    if gates.max_calibration_error is not None:
        findings.append(
            _at_most(Rule.CALIBRATION_ERROR, "", measured.calibration_error, gates.max_calibration_error, "")
        )
    return findings


def _class_findings(gates: GatesConfig, candidate: ConfusionMatrix, label: str) -> list[RuleFinding]:
    known = label in candidate.classes
    recall = candidate.recall(label) if known else None
    precision = candidate.precision(label) if known else None
    findings = [
        _at_least(Rule.EXAMPLES, label, candidate.examples(label) if known else 0, gates.bar(label, "min_examples")),
        _at_least(Rule.RECALL, label, recall, gates.bar(label, "min_recall")),
        _at_least(Rule.PRECISION, label, precision, gates.bar(label, "min_precision")),
    ]
    bar = gates.optional_bar(label, "min_recall_lower_bound")
    if bar is not None:
        interval = (
            wilson_interval(candidate.hits(label), candidate.examples(label), gates.confidence) if known else None
        )
        detail = f"{candidate.hits(label)} of {candidate.examples(label)} clips found" if interval else ""
        findings.append(_at_least(Rule.RECALL_LOWER_BOUND, label, interval.low if interval else None, bar, detail))
    return findings


def _recall_drop(gates: GatesConfig, measured: Measurements, baseline: ConfusionMatrix, label: str) -> RuleFinding:
    bar = gates.bar(label, "max_recall_drop")
    drop = _drop(Rule.RECALL_DROP, "last pushed model", label, measured.candidate, baseline, bar)
    if drop.passed or drop.value is None or gates.significance is None:
        return drop
    pairing = measured.pairings.get(label)
    if pairing is None:
        return _with_detail(drop, "the clips could not be paired, so nobody knows whether that is luck", passed=False)
    p_value = mcnemar_p_value(pairing.only_candidate, pairing.only_other)
    return _with_detail(drop, _in_words(pairing, p_value, gates.significance), passed=p_value >= gates.significance)


def _in_words(pairing: Pairing, p_value: float, significance: float) -> str:
    counts = (
        f"of {sum(pairing)} clips {pairing.only_other} only the last pushed model got right and "
        f"{pairing.only_candidate} only this one"
    )
    word = "may be luck" if p_value >= significance else "hardly luck"
    return f"{counts}: {word}, p {p_value:.2g} by McNemar's test, significance {significance:g}"


def _forgetting(gates: GatesConfig, measured: Measurements) -> list[RuleFinding]:
    """Of each class of the base model that has a bar; of all at once if the base model was not measured."""
    rule = Rule.FORGETTING
    if measured.base is None:
        bars = [gates.max_forgetting, *(own.max_forgetting for own in gates.classes.values())]
        strictest = min(bar for bar in bars if bar is not None)
        return [_finding(rule, "", None, strictest, passed=False, detail="against the base model")]
    bars_by_label = {label: gates.optional_bar(label, "max_forgetting") for label in measured.base.classes}
    return [
        _drop(rule, "base model", label, measured.candidate, measured.base, bar)
        for label, bar in bars_by_label.items()
        if bar is not None
    ]


def _finding(rule: Rule, label: str, value: float | None, bar: float, passed: bool, detail: str) -> RuleFinding:
    return RuleFinding(rule.title, label, value, bar, passed, detail, rule.relation)


def _at_least(rule: Rule, label: str, value: float | None, bar: float, detail: str = "") -> RuleFinding:
    return _finding(rule, label, value, bar, passed=value is not None and value >= bar, detail=detail)


def _at_most(rule: Rule, label: str, value: float | None, bar: float, detail: str) -> RuleFinding:
    return _finding(rule, label, value, bar, passed=value is not None and value <= bar + _ROUNDING, detail=detail)


def _gain(rule: Rule, name: str, accuracy: float | None, floor: float | None, bar: float) -> RuleFinding:
    """How much more often the candidate is right than a `floor`, which people know by this name."""
    if accuracy is None or floor is None:
        return _finding(rule, "", None, bar, passed=False, detail=f"over: {name}")
    detail = f"{name} {floor:.3g}, this one {accuracy:.3g}"
    return _finding(rule, "", accuracy - floor, bar, passed=accuracy - floor > bar + _ROUNDING, detail=detail)


def _drop(
    rule: Rule, name: str, label: str, candidate: ConfusionMatrix, earlier: ConfusionMatrix, bar: float
) -> RuleFinding:
    """How much of a class's recall an `earlier` model, which people know by this name, has ahead of the candidate."""
    if label not in candidate.classes:
        return _at_most(rule, label, None, bar, f"the {name} knows this class, this one does not")
    before, after = earlier.recall(label), candidate.recall(label)
    if before is None or after is None:
        return _at_most(rule, label, None, bar, f"against the {name}")
    return _at_most(rule, label, before - after, bar, f"{name} {before:.3g}, this one {after:.3g}")


def _with_detail(finding: RuleFinding, detail: str, *, passed: bool) -> RuleFinding:
    return replace(finding, passed=passed, detail=f"{finding.detail}; {detail}")
