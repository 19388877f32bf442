"""What a verdict is worth: rules are shown, refuted or open, by clips and by the groups that these come from."""

import json
import re

import pytest

from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import ConfusionMatrix, Entry, LostAnswers
from components.model_gate.config import GatesConfig
from components.model_gate.measurements import Measurements
from components.model_gate.rules import judge
from components.model_gate.verdict import RuleFinding, Verdict
from foundation.evidence import State

CLASSES = ("a", "b")


def measured(hits: dict[str, list[int]], clips: int, before: dict[str, list[int]] | None = None) -> Measurements:
    """`hits`: of each class, how many of a group's `clips` were found; the others are taken for the other class."""

    def entries(found: dict[str, list[int]]) -> dict[str, list[Entry]]:
        groups = range(len(found["a"]))
        return {
            f"person {group}": [
                entry
                for actual, label in enumerate(CLASSES)
                for entry in (
                    Entry((actual,), (actual,), found[label][group]),
                    Entry((actual,), (1 - actual,), clips - found[label][group]),
                )
                if entry.num_clips
            ]
            for group in groups
        }

    def matrix(found: dict[str, list[int]]) -> ConfusionMatrix:
        of_all = [entry for each in entries(found).values() for entry in each]
        return ConfusionMatrix.of(of_all, CLASSES, has_several_labels=False)

    def groups(found: dict[str, list[int]]) -> GroupAnswers:
        return GroupAnswers.of(entries(found), CLASSES, has_several_labels=False)

    return Measurements(
        candidate=matrix(hits),
        baseline=matrix(before) if before else None,
        groups=groups(hits),
        baseline_groups=groups(before) if before else None,
    )


def finding(verdict: Verdict, rule: str, label: str = "") -> RuleFinding:
    (found,) = [each for each in verdict.findings if (each.rule, each.label) == (rule, label)]
    return found


def test_many_right_answers_of_many_groups_show_every_rule() -> None:
    verdict = judge(GatesConfig(), measured({"a": [2] * 20, "b": [2] * 20}, 2))
    assert (verdict.passed, verdict.state) == (True, State.SHOWN)
    recall = finding(verdict, "recall", "a")
    assert recall.detail == "40 of 40 clips of 20 groups: shown"
    assert recall.probability_below is not None and recall.probability_below < 0.01


def test_few_right_answers_leave_it_open_and_say_what_is_missing() -> None:
    verdict = judge(GatesConfig(), measured({"a": [2, 2], "b": [2, 2]}, 2))
    assert (verdict.passed, verdict.state) == (False, State.OPEN)
    sentence = finding(verdict, "recall", "a").sentence()
    assert re.fullmatch(
        r"class 'a': recall 1, bar at least 0\.5 \(4 of 4 clips of 2 groups: open, chance that it is below [\d.]+ %; "
        r"about \d+ more groups would show it, should they do as these\)",
        sentence,
    )


def test_more_of_the_same_would_not_show_a_rate_at_its_bar() -> None:
    verdict = judge(GatesConfig(), measured({"a": [1, 1, 1, 1], "b": [2, 2, 2, 2]}, 2))
    assert "more groups like these would not show it" in finding(verdict, "recall", "a").detail


def test_many_wrong_answers_refute_it() -> None:
    verdict = judge(GatesConfig(), measured({"a": [0, 1] * 15, "b": [2] * 30}, 2))
    assert verdict.state is State.REFUTED
    recall = finding(verdict, "recall", "a")
    assert (recall.state, recall.passed) == (State.REFUTED, False)
    assert recall.groups_needed is None
    assert recall.detail == "15 of 60 clips of 30 groups: refuted, chance that it is below 99 or more %"


def test_clips_of_one_group_are_worth_less_than_clips_of_many() -> None:
    by_many, by_few = (measured({"a": hits, "b": hits}, clips) for hits, clips in (([1] * 18, 1), ([9] * 2, 9)))
    chances = [finding(judge(GatesConfig(), each), "recall", "a").probability_below for each in (by_many, by_few)]
    assert chances[0] is not None and chances[1] is not None and chances[0] < 0.01 < chances[1]


def test_without_a_certainty_the_measured_rate_decides_as_if_groups_were_unknown() -> None:
    few = measured({"a": [2, 2], "b": [2, 1]}, 2)
    by_value = judge(GatesConfig(certainty=None), few)
    without_groups = Measurements(few.candidate)
    assert by_value == judge(GatesConfig(certainty=None), without_groups)
    assert by_value.passed and {each.state for each in by_value.findings} == {State.SHOWN}


def test_too_few_clips_are_no_fault_of_the_model() -> None:
    verdict = judge(GatesConfig(min_examples=100), measured({"a": [2] * 20, "b": [2] * 20}, 2))
    assert finding(verdict, "examples", "a").state is State.OPEN
    assert verdict.state is State.OPEN


def test_an_equal_model_is_not_blocked_by_a_drop_that_may_be_luck() -> None:
    luck = measured({"a": [2] * 9 + [0, 1], "b": [2] * 11}, 2, {"a": [2] * 11, "b": [1] + [2] * 10})
    verdict = judge(GatesConfig(min_recall=0, min_precision=0, min_accuracy=0, max_recall_drop=0.1), luck)
    drop = finding(verdict, "recall_drop", "a")
    assert (drop.passed, drop.state) == (True, State.OPEN)
    assert "may be luck, p " in drop.detail and "by exchanging whole groups between the models" in drop.detail
    assert verdict.passed


def test_a_drop_in_every_group_is_hardly_luck() -> None:
    worse = measured({"a": [1] * 14, "b": [2] * 14}, 2, {"a": [2] * 14, "b": [2] * 14})
    verdict = judge(GatesConfig(min_recall=0, min_precision=0, min_accuracy=0), worse)
    assert finding(verdict, "recall_drop", "a").state is State.REFUTED
    assert finding(verdict, "mean_recall_drop").state is State.REFUTED


def test_a_little_less_in_all_classes_is_a_loss_even_if_no_class_drops_far() -> None:
    worse = measured({"a": [9] * 12, "b": [9] * 12}, 10, {"a": [10] * 12, "b": [10] * 12})
    verdict = judge(GatesConfig(), worse)
    assert finding(verdict, "recall_drop", "a").passed
    mean = finding(verdict, "mean_recall_drop")
    assert (mean.value, mean.state) == (pytest.approx(0.1), State.REFUTED)


def test_before_the_first_push_no_drop_is_judged() -> None:
    rules = {each.rule for each in judge(GatesConfig(), measured({"a": [2] * 9, "b": [2] * 9}, 2)).findings}
    assert not {"recall_drop", "mean_recall_drop"} & rules


def test_a_retired_class_may_be_gone() -> None:
    good = measured({"a": [2] * 20, "b": [2] * 20}, 2)
    baseline = ConfusionMatrix(("a", "b", "c"), ((40, 0, 0), (0, 40, 0), (0, 0, 0)))
    lost = Measurements(good.candidate, baseline, groups=good.groups)
    assert judge(GatesConfig(), lost).state is State.REFUTED
    retired = judge(GatesConfig(retired=("c",)), lost)
    assert retired.passed and not [each for each in retired.findings if each.label == "c"]


@pytest.mark.parametrize(
    ("lost", "detail"),
    [
        (LostAnswers(80, 1, (("clip-7", "scores that are not finite"),)), "clip-7: scores that are not finite"),
        (LostAnswers(81, 0, ()), "the confusion matrix does not have them all"),
    ],
)
@pytest.mark.parametrize("certainty", [0.99, None])
def test_no_answer_leaves_the_count(lost: LostAnswers, detail: str, certainty: float | None) -> None:
    good = measured({"a": [2] * 20, "b": [2] * 20}, 2)
    verdict = judge(GatesConfig(certainty=certainty), Measurements(good.candidate, groups=good.groups, lost=lost))
    assert verdict.state is State.REFUTED
    (failure,) = verdict.failures
    assert (failure.rule, failure.value) == ("lost_answers", 1)
    assert failure.detail.endswith(detail)


def test_whoever_reads_the_report_judges_the_same() -> None:
    some = measured({"a": [2] * 9, "b": [1] * 9}, 2, {"a": [2] * 9, "b": [2] * 9})
    read = Measurements.from_json(json.loads(json.dumps(some.as_json())))
    assert judge(GatesConfig(), read) == judge(GatesConfig(), some)
    verdict = judge(GatesConfig(), some)
    assert Verdict.from_json(json.loads(json.dumps(verdict.as_json()))) == verdict
