"""What changes in a verdict where models of several folds gave the answers."""

from dataclasses import replace

from components.model_gate.config import GatesConfig
from components.model_gate.measurements import Measurements, OnSharedClips
from components.model_gate.rules import judge
from components.model_gate.weighing import weigh_rates
from foundation.evidence import State
from tests.components.model_gate.test_evidence import finding, measured

NUM_GROUPS = 30
GOOD = measured({"a": [4] * NUM_GROUPS, "b": [4] * NUM_GROUPS}, 4)
FOLDS = tuple(group % 5 for group in range(NUM_GROUPS))


def test_models_that_differ_leave_less_certain_what_one_more_is_worth() -> None:
    # The models of two folds are worse than the others.
    hits = [2 if fold < 2 else 4 for fold in FOLDS]
    mixed = measured({"a": hits, "b": hits}, 4)
    as_one, by_folds = (weigh_rates(each) for each in (mixed, replace(mixed, fold_of_group=FOLDS)))
    assert as_one is not None and by_folds is not None
    for rates in (as_one, by_folds):
        assert rates.recall["a"].num_trials == 4 * NUM_GROUPS
    narrow, wide = (rates.accuracy.interval(0.95) for rates in (as_one, by_folds))
    assert narrow and wide and wide.low < narrow.low and wide.high > narrow.high
    assert by_folds.recall["a"].probability_below(0.7) > as_one.recall["a"].probability_below(0.7)


def test_models_that_agree_still_show_what_they_are_worth() -> None:
    verdict = judge(GatesConfig(), replace(GOOD, fold_of_group=FOLDS))
    assert verdict.state is State.SHOWN


def test_where_models_differ_the_groups_that_are_missing_are_a_least_number() -> None:
    hits = [3 if fold < 2 else 4 for fold in FOLDS]
    mixed = measured({"a": hits, "b": hits}, 4)
    bars = GatesConfig(min_recall=0.82)
    as_one, by_folds = (judge(bars, each) for each in (mixed, replace(mixed, fold_of_group=FOLDS)))
    assert "about" in finding(as_one, "recall", "a").detail
    assert "at least" in finding(by_folds, "recall", "a").detail


def test_a_drop_that_nobody_could_measure_is_open_and_says_which_key_lets_it_through() -> None:
    nothing = measured({"a": [0] * NUM_GROUPS, "b": [0] * NUM_GROUPS}, 0).candidate
    unknown = replace(GOOD, baseline=nothing, not_compared="version 3 may have learned from these clips")
    verdict = judge(GatesConfig(), unknown)
    assert (verdict.passed, verdict.state) == (False, State.OPEN)
    drop = finding(verdict, "recall_drop")
    assert drop.sentence() == (
        "all classes: recall drop could not be measured, bar at most 0.15 (version 3 may have learned from these clips; "
        "gates.max_recall_drop: 1 lets any drop through, and so this)"
    )
    assert judge(GatesConfig(max_recall_drop=1), unknown).passed


def test_a_drop_is_of_the_clips_that_both_have_answers_of() -> None:
    worse = measured({"a": [2] * 12, "b": [4] * 12}, 4, before={"a": [4] * 12, "b": [4] * 12})
    assert worse.groups is not None
    shared = replace(
        GOOD,
        baseline=worse.baseline,
        baseline_groups=worse.baseline_groups,
        shared=OnSharedClips(worse.candidate, worse.groups),
        fold_of_group=FOLDS,
    )
    verdict = judge(GatesConfig(), shared)
    assert verdict.state is State.REFUTED
    assert finding(verdict, "recall_drop", "a").value == 0.5
    assert finding(verdict, "recall", "a").value == 1


def test_what_was_measured_by_folds_can_be_judged_again() -> None:
    assert GOOD.groups is not None
    shared = OnSharedClips(GOOD.candidate, GOOD.groups)
    stored = replace(GOOD, fold_of_group=FOLDS, shared=shared, not_compared="nobody knows")
    assert Measurements.from_json(stored.as_json()) == stored
    assert stored.num_folds == 5
    assert not {"fold_of_group", "shared", "not_compared"} & GOOD.as_json().keys()
