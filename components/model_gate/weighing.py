"""What the measurements are evidence of: rates of classes, and drops against the last pushed model."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import ConfusionMatrix
from components.model_gate.measurements import Measurements
from foundation.evidence import RateEvidence, State, precision_evidence, rate_evidence
from foundation.fold_spread import shares_that_count
from foundation.paired_drops import paired_drops


class Drop(NamedTuple):
    """A drop of recall; `p_value`: how often two equally good models differ so much in some class, or on average."""

    value: float
    p_value: float


class Rates(NamedTuple):
    """Evidence of each class's recall and precision, and of accuracy."""

    recall: Mapping[str, RateEvidence]
    precision: Mapping[str, RateEvidence]
    accuracy: RateEvidence


class Evidence(NamedTuple):
    """Evidence of each class's recall and precision, of accuracy, and of drops by class.

    `drops` and `mean_drop` are against the last pushed model, `base_drops` against that which training began from.
    """

    recall: Mapping[str, RateEvidence]
    precision: Mapping[str, RateEvidence]
    accuracy: RateEvidence
    drops: Mapping[str, Drop]
    mean_drop: Drop | None
    base_drops: Mapping[str, Drop]


def weigh(measured: Measurements) -> Evidence | None:
    """None if nothing was measured by group."""
    rates = weigh_rates(measured)
    if rates is None:
        return None
    drops, mean_drop = _drops(measured.beside_baseline[1], measured.baseline, measured.baseline_groups)
    base_drops, _ = _drops(measured.groups, measured.base, measured.base_groups)
    return Evidence(*rates, drops, mean_drop, base_drops)


def weigh_rates(measured: Measurements) -> Rates | None:
    """Evidence of each rate of the candidate alone; None if nothing was measured by group."""
    groups = measured.groups
    if groups is None or not groups.groups:
        return None
    labels = measured.candidate.classes
    recalls = rate_evidence({label: groups.recall(label) for label in labels})
    precisions = precision_evidence(recalls, {label: groups.false_alarms(label) for label in labels})
    rates = Rates(recalls, precisions, rate_evidence({"": groups.accuracy()})[""])
    return _of_one_more_model(rates, groups, np.array(measured.fold_of_group)) if measured.num_folds else rates


def _of_one_more_model(rates: Rates, groups: GroupAnswers, fold_of: npt.NDArray[np.int64]) -> Rates:
    """The same evidence, less by how far the models of the folds differ: what is pushed is one more of them."""
    labels = list(rates.recall)
    hits, trials = (part.astype(np.float64) for part in groups.matrices(labels))
    by_class = shares_that_count(hits, trials, fold_of, [rates.recall[label].correlation for label in labels])
    num_right, num_clips = (part.astype(np.float64)[None] for part in groups.totals())
    (of_all,) = shares_that_count(num_right, num_clips, fold_of, [rates.accuracy.correlation])
    share_of = dict(zip(labels, by_class, strict=True))
    recalls, precisions = (
        {label: replace(rate, share=share_of[label]) for label, rate in of_classes.items()}
        for of_classes in (rates.recall, rates.precision)
    )
    return Rates(recalls, precisions, replace(rates.accuracy, share=of_all))


def _drops(
    now: GroupAnswers | None, earlier: ConfusionMatrix | None, before: GroupAnswers | None
) -> tuple[dict[str, Drop], Drop | None]:
    """Drops of the classes that both models know and that have test clips, and their mean."""
    if now is None or before is None or now.groups != before.groups or earlier is None:
        return {}, None
    labels = [label for label in now.rows if label in earlier.classes]
    hits, trials = now.matrices(labels)
    hits_before, _ = before.matrices(labels)
    has_clips = trials.sum(axis=1) > 0
    labels = [label for label, has in zip(labels, has_clips.tolist(), strict=True) if has]
    if not labels:
        return {}, None
    before_, now_, all_ = (np.asarray(each[has_clips], np.float64) for each in (hits_before, hits, trials))
    found = paired_drops(before_, now_, all_)
    by_label = {
        label: Drop(float(drop), float(p_value))
        for label, drop, p_value in zip(labels, found.drops, found.p_values, strict=True)
    }
    return by_label, Drop(found.mean_drop, found.mean_p_value)


def evidence_in_words(rate: RateEvidence, probability_below: float, state: State, groups_needed: int | None) -> str:
    """How many clips and groups a rate is of, and what that is worth."""
    counted = f"{rate.num_hits} of {rate.num_trials} clips of {rate.num_groups} groups: {state.value}"
    if state is State.SHOWN:
        return counted
    percent = f"{100 * probability_below:.2g}" if probability_below < 0.99 else "99 or more"
    chance = f"{counted}, chance that it is below {percent} %"
    if state is State.REFUTED:
        return chance
    if groups_needed is None:
        return f"{chance}; more groups like these would not show it"
    # More groups say nothing of how far the models of folds differ.
    about = "about" if rate.share == 1 else "at least"
    return f"{chance}; {about} {groups_needed} more groups would show it, should they do as these"
