"""Which models the gates let through, and what they say about the others."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from components.evaluator.confusion import ConfusionMatrix, Pairing
from components.model_gate.config import ClassGates, GatesConfig
from components.model_gate.measurements import Measurements
from components.model_gate.rules import BASE_RULES, CLASS_RULES, RULES, judge
from components.model_gate.verdict import RuleFinding, Verdict

OPEN = GatesConfig(
    min_accuracy=0, min_recall=0, min_precision=0, min_examples=1, max_recall_drop=1, min_gain_over_majority=None
)


def gates(**bars: float | dict[str, ClassGates]) -> GatesConfig:
    """Gates that let everything through but for `bars`."""
    return OPEN.model_copy(update=bars)


def two_classes(counts: tuple[tuple[int, int], tuple[int, int]]) -> ConfusionMatrix:
    return ConfusionMatrix(("a", "b"), counts)


def finding(verdict: Verdict, rule: str, label: str) -> RuleFinding:
    return next(found for found in verdict.findings if (found.rule, found.label) == (rule, label))


# 10 clips of a, 7 found; 10 of b, 6 found. Recall 0.7, 0.6; precision 7/11, 6/9; accuracy 0.65.
MATRIX = two_classes(((7, 3), (4, 6)))


@pytest.mark.parametrize(
    ("rule", "label", "value"),
    [
        ("accuracy", "", 0.65),
        ("recall", "a", 0.7),
        ("recall", "b", 0.6),
        ("precision", "a", 7 / 11),
        ("precision", "b", 6 / 9),
    ],
)
def test_a_share_passes_at_its_bar_and_above_and_fails_below(rule: str, label: str, value: float) -> None:
    for bar, passes in ((value - 1e-6, True), (value, True), (value + 1e-6, False)):
        found = finding(judge(gates(**{f"min_{rule}": bar}), Measurements(MATRIX)), rule, label)
        assert (found.value, found.bar, found.passed) == (value, bar, passes)


@pytest.mark.parametrize(("bar", "passes"), [(9, True), (10, True), (11, False)])
def test_a_number_of_clips_passes_at_its_bar_and_above_and_fails_below(bar: int, passes: bool) -> None:
    verdict = judge(gates(min_examples=bar), Measurements(MATRIX))
    assert finding(verdict, "examples", "a").passed is passes
    assert verdict.passed is passes


@pytest.mark.parametrize("bar", [n / 20 for n in range(21)])
def test_a_share_of_twentieths_equals_the_bar_that_is_written_like_it(bar: float) -> None:
    hits = round(bar * 20)
    matrix = two_classes(((hits, 20 - hits), (0, 1)))
    assert finding(judge(gates(min_recall=bar), Measurements(matrix)), "recall", "a").passed


@pytest.mark.parametrize(("after", "passes"), [(9, True), (7, True), (6, True), (5, False)])
def test_recall_may_drop_by_the_margin_and_no_more(after: int, passes: bool) -> None:
    # 0.9 - 0.6 is a little more than 0.3 in floating point.
    verdict = judge(
        gates(max_recall_drop=0.3),
        Measurements(two_classes(((after, 10 - after), (0, 10))), two_classes(((9, 1), (0, 10)))),
    )
    assert finding(verdict, "recall_drop", "a").passed is passes
    assert verdict.passed is passes


def test_without_a_pushed_model_nothing_can_drop() -> None:
    assert not [found for found in judge(OPEN, Measurements(MATRIX)).findings if found.rule == "recall_drop"]


def test_a_new_class_is_not_compared_with_a_model_that_did_not_know_it() -> None:
    candidate = ConfusionMatrix(("a", "b", "new"), ((5, 0, 0), (0, 5, 0), (0, 0, 5)))
    verdict = judge(OPEN, Measurements(candidate, two_classes(((5, 0), (0, 5)))))
    assert {found.label for found in verdict.findings if found.rule == "recall_drop"} == {"a", "b"}
    assert verdict.passed


def test_a_class_of_the_pushed_model_that_is_gone_fails() -> None:
    pushed = ConfusionMatrix(("a", "b", "gone"), ((5, 0, 0), (0, 5, 0), (0, 0, 5)))
    verdict = judge(OPEN, Measurements(two_classes(((5, 0), (0, 5))), pushed))
    assert not verdict.passed
    assert {found.label for found in verdict.failures} == {"gone"}
    sentence = finding(verdict, "recall_drop", "gone").sentence()
    assert "'gone'" in sentence
    assert "the last pushed model knows this class, this one does not" in sentence


def test_a_class_that_the_pushed_model_was_not_measured_on_fails() -> None:
    verdict = judge(OPEN, Measurements(MATRIX, two_classes(((0, 0), (0, 5)))))
    assert [found.sentence() for found in verdict.failures] == [
        "class 'a': recall drop could not be measured, bar at most 1 (against the last pushed model)"
    ]


def test_forgetting_names_the_class_both_recalls_and_the_bar() -> None:
    base, tuned = two_classes(((9, 1), (0, 10))), two_classes(((6, 4), (0, 10)))
    verdict = judge(gates(max_forgetting=0.2), Measurements(tuned, base=base))
    assert [found.sentence() for found in verdict.failures] == [
        "class 'a': forgetting 0.3, bar at most 0.2 (base model 0.9, this one 0.6)"
    ]


def test_a_class_may_be_forgotten_by_the_margin_and_no_more() -> None:
    # 0.9 - 0.6 is a little more than 0.3 in floating point.
    base = two_classes(((9, 1), (0, 10)))
    for hits, passes in ((10, True), (6, True), (5, False)):
        verdict = judge(gates(max_forgetting=0.3), Measurements(two_classes(((hits, 10 - hits), (0, 10))), base=base))
        assert finding(verdict, "forgetting", "a").passed is passes


def test_an_old_clip_that_is_taken_for_a_new_class_is_forgotten_and_the_new_class_is_not_compared() -> None:
    tuned = ConfusionMatrix(("a", "b", "new"), ((2, 0, 3), (0, 5, 0), (0, 0, 5)))
    verdict = judge(gates(max_forgetting=0.5), Measurements(tuned, base=two_classes(((5, 0), (0, 5)))))
    drops = {found.label: found.value for found in verdict.findings if found.rule == "forgetting"}
    assert drops == pytest.approx({"a": 0.6, "b": 0})
    assert [found.label for found in verdict.failures] == ["a"]


def test_a_class_of_the_base_model_that_is_gone_fails() -> None:
    base = ConfusionMatrix(("a", "b", "gone"), ((5, 0, 0), (0, 5, 0), (0, 0, 5)))
    (failure,) = judge(gates(max_forgetting=1), Measurements(two_classes(((5, 0), (0, 5))), base=base)).failures
    assert failure.sentence() == (
        "class 'gone': forgetting could not be measured, bar at most 1 (the base model knows this class, this one does not)"
    )


def test_a_class_that_the_base_model_was_not_measured_on_fails() -> None:
    (failure,) = judge(gates(max_forgetting=1), Measurements(MATRIX, base=two_classes(((0, 0), (0, 5))))).failures
    assert (failure.rule, failure.label, failure.value) == ("forgetting", "a", None)


def test_without_a_bar_on_forgetting_nothing_is_compared_with_the_base_model() -> None:
    assert judge(OPEN, Measurements(MATRIX, base=two_classes(((10, 0), (0, 10))))) == judge(OPEN, Measurements(MATRIX))


def test_a_bar_on_the_forgetting_of_one_class_is_for_that_class_alone() -> None:
    config = gates(classes={"b": ClassGates(max_forgetting=0.1)})
    verdict = judge(config, Measurements(MATRIX, base=two_classes(((10, 0), (0, 10)))))
    assert [(found.rule, found.label) for found in verdict.failures] == [("forgetting", "b")]
    assert [config.limit_forgetting, OPEN.limit_forgetting] == [True, False]


def test_the_last_pushed_model_and_the_base_model_are_compared_each_by_its_own_bar() -> None:
    pushed, base = two_classes(((7, 3), (4, 6))), two_classes(((10, 0), (0, 10)))
    verdict = judge(gates(max_recall_drop=0, max_forgetting=0.35), Measurements(MATRIX, pushed, base=base))
    assert [(found.rule, found.label) for found in verdict.failures] == [("forgetting", "b")]


def test_a_class_that_is_never_predicted_has_precision_zero() -> None:
    found = finding(judge(gates(min_precision=0.1), Measurements(two_classes(((5, 0), (5, 0))))), "precision", "b")
    assert (found.value, found.passed) == (0, False)


def test_a_class_without_test_clips_could_not_be_measured_and_fails() -> None:
    verdict = judge(OPEN, Measurements(two_classes(((5, 0), (0, 0)))))
    assert finding(verdict, "examples", "b").value == 0
    assert finding(verdict, "recall", "b").value is None
    assert finding(verdict, "recall", "b").sentence() == "class 'b': recall could not be measured, bar at least 0"
    assert not verdict.passed


def test_without_any_clip_nothing_could_be_measured() -> None:
    verdict = judge(OPEN, Measurements(two_classes(((0, 0), (0, 0)))))
    assert not verdict.passed
    assert {found.rule for found in verdict.findings if found.value is None} == {"accuracy", "recall", "precision"}


def test_bars_of_a_class_replace_those_of_all_classes() -> None:
    config = gates(min_recall=0.65, min_precision=0.1, classes={"b": ClassGates(min_recall=0.5, min_examples=11)})
    verdict = judge(config, Measurements(MATRIX))
    assert (finding(verdict, "recall", "a").bar, finding(verdict, "recall", "b").bar) == (0.65, 0.5)
    assert finding(verdict, "precision", "b").bar == 0.1
    assert [(found.rule, found.label) for found in verdict.failures] == [("examples", "b")]


def test_a_bar_of_zero_for_a_class_is_a_bar() -> None:
    assert gates(min_recall=0.9, classes={"b": ClassGates(min_recall=0)}).bar("b", "min_recall") == 0


def test_a_class_with_bars_that_the_model_does_not_know_fails() -> None:
    verdict = judge(gates(classes={"jump": ClassGates(min_recall=0)}), Measurements(MATRIX))
    assert {found.label for found in verdict.failures} == {"jump"}


def test_no_findings_are_no_pass() -> None:
    assert not Verdict(()).passed


def test_a_verdict_comes_back_from_its_json() -> None:
    pushed = ConfusionMatrix(("a", "gone"), ((9, 1), (0, 0)))
    verdict = judge(GatesConfig(), Measurements(MATRIX, pushed))
    assert Verdict.from_json(json.loads(json.dumps(verdict.as_json()))) == verdict


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (RuleFinding("recall", "sit", 2 / 3, 0.7, False), "class 'sit': recall 0.6667, bar at least 0.7"),
        (RuleFinding("recall", "sit", 0.6998, 0.7, False), "class 'sit': recall 0.6998, bar at least 0.7"),
        (RuleFinding("accuracy", "", 0.5, 0.6, False), "all classes: accuracy 0.5, bar at least 0.6"),
        (RuleFinding("examples", "sit", 12345, 20000, False), "class 'sit': examples 12345, bar at least 20000"),
        (
            RuleFinding("recall_drop", "sit", 0.25, 0.1, False, "last pushed model 1, this one 0.75", "at most"),
            "class 'sit': recall drop 0.25, bar at most 0.1 (last pushed model 1, this one 0.75)",
        ),
    ],
)
def test_a_sentence_names_class_value_and_bar(found: RuleFinding, sentence: str) -> None:
    assert found.sentence() == sentence


@settings(deadline=None, database=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60))
def test_the_numbers_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    classes = ("a", "b", "c", "d")
    counts = [[pairs.count((i, j)) for j in range(4)] for i in range(4)]
    matrix = ConfusionMatrix(classes, tuple(map(tuple, counts)))
    truth, predicted = zip(*pairs, strict=True)
    expected = precision_recall_fscore_support(truth, predicted, labels=range(4), zero_division=0)
    for label, precision, recall, f1, support in zip(classes, *expected, strict=True):
        assert matrix.examples(label) == support
        assert math.isclose(matrix.precision(label) or 0, precision)
        assert math.isclose(matrix.recall(label) or 0, recall)
        assert math.isclose(matrix.f1(label) or 0, f1)
    assert matrix.num_clips == len(pairs)
    assert math.isclose(matrix.accuracy or 0, sum(t == p for t, p in pairs) / len(pairs))


@pytest.mark.parametrize(("bar", "passes"), [(0, True), (0.14, True), (0.15, False), (0.2, False)])
def test_a_model_must_be_more_often_right_than_the_most_frequent_class_by_more_than_the_bar(
    bar: float, passes: bool
) -> None:
    verdict = judge(gates(min_gain_over_majority=bar), Measurements(MATRIX))
    found = finding(verdict, "gain_over_majority", "")
    assert found.value == pytest.approx(0.15)
    assert found.passed is passes


def test_a_model_that_always_gives_the_most_frequent_class_fails_by_default() -> None:
    lazy = two_classes(((6, 0), (4, 0)))
    open_but_for_the_floor = OPEN.model_copy(update={"min_gain_over_majority": GatesConfig().min_gain_over_majority})
    assert [found.sentence() for found in judge(open_but_for_the_floor, Measurements(lazy)).failures] == [
        "all classes: gain over majority 0, bar more than 0 (most frequent class 0.6, this one 0.6)"
    ]


def test_a_model_must_be_better_than_one_that_sees_a_single_frame() -> None:
    single_frame = two_classes(((7, 3), (5, 5)))
    for bar, passes in ((0, True), (0.05, False)):
        verdict = judge(gates(min_gain_over_single_frame=bar), Measurements(MATRIX, single_frame=single_frame))
        assert finding(verdict, "gain_over_single_frame", "").passed is passes


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        (
            gates(min_gain_over_single_frame=0.1),
            "all classes: gain over single frame could not be measured, bar more than 0.1 (over: single frame)",
        ),
        (
            gates(max_calibration_error=0.1),
            "all classes: calibration error could not be measured, bar at most 0.1",
        ),
        (
            gates(max_forgetting=0.3, classes={"b": ClassGates(max_forgetting=0.1)}),
            "all classes: forgetting could not be measured, bar at most 0.1 (against the base model)",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_has_a_bar_and_was_not_measured_fails(config: GatesConfig, sentence: str) -> None:
    assert [found.sentence() for found in judge(config, Measurements(MATRIX)).failures] == [sentence]


@pytest.mark.parametrize(("error", "passes"), [(0.1, True), (0.10001, False)])
def test_probabilities_may_be_off_by_the_bar_and_no_more(error: float, passes: bool) -> None:
    verdict = judge(gates(max_calibration_error=0.1), Measurements(MATRIX, calibration_error=error))
    assert verdict.passed is passes


def test_the_lower_bound_of_recall_asks_for_more_clips_than_recall_itself() -> None:
    config = gates(min_recall=0.7, min_recall_lower_bound=0.5)
    few, many = two_classes(((4, 1), (0, 40))), two_classes(((32, 8), (0, 40)))
    assert [found.sentence() for found in judge(config, Measurements(few)).failures] == [
        "class 'a': recall lower bound 0.3755, bar at least 0.5 (4 of 5 clips found)"
    ]
    assert judge(config, Measurements(many)).passed


def test_a_class_may_have_a_lower_bound_of_its_own() -> None:
    config = gates(classes={"a": ClassGates(min_recall_lower_bound=0.9)})
    failures = judge(config, Measurements(MATRIX)).failures
    assert [(found.rule, found.label) for found in failures] == [("recall_lower_bound", "a")]


def test_less_confidence_raises_the_lower_bound() -> None:
    bounds = [
        finding(judge(gates(min_recall_lower_bound=0, confidence=c), Measurements(MATRIX)), "recall_lower_bound", "a")
        for c in (0.95, 0.8)
    ]
    assert (bounds[0].value or 0) < (bounds[1].value or 0)


def drop_of_three_clips(num_only_other: int, num_only_candidate: int) -> Measurements:
    """Ten clips of a, of which the last pushed model finds nine and this one six."""
    both = 9 - num_only_other
    neither = 10 - both - num_only_other - num_only_candidate
    return Measurements(
        two_classes(((6, 4), (0, 10))),
        two_classes(((9, 1), (0, 10))),
        pairings={"a": Pairing(both, num_only_candidate, num_only_other, neither), "b": Pairing(10, 0, 0, 0)},
    )


def test_a_drop_that_may_be_luck_passes_where_significance_is_asked_for() -> None:
    measured = drop_of_three_clips(num_only_other=3, num_only_candidate=0)
    assert not judge(gates(max_recall_drop=0.1), measured).passed
    verdict = judge(gates(max_recall_drop=0.1, significance=0.05), measured)
    assert verdict.passed
    assert finding(verdict, "recall_drop", "a").sentence() == (
        "class 'a': recall drop 0.3, bar at most 0.1 (last pushed model 0.9, this one 0.6; of 10 clips 3 only the last pushed "
        "model got right and 0 only this one: may be luck, p 0.25 by McNemar's test, significance 0.05)"
    )


def test_a_drop_beyond_its_bar_that_is_hardly_luck_fails() -> None:
    measured = drop_of_three_clips(num_only_other=3, num_only_candidate=0)
    verdict = judge(gates(max_recall_drop=0.1, significance=0.3), measured)
    assert [found.label for found in verdict.failures] == ["a"]
    assert "hardly luck, p 0.25" in verdict.failures[0].detail


def test_a_drop_within_its_bar_passes_however_significant() -> None:
    measured = drop_of_three_clips(num_only_other=3, num_only_candidate=0)
    assert judge(gates(max_recall_drop=0.3, significance=0.9), measured).passed


def test_a_drop_whose_clips_could_not_be_paired_fails() -> None:
    measured = Measurements(two_classes(((6, 4), (0, 10))), two_classes(((9, 1), (0, 10))))
    (failure,) = judge(gates(max_recall_drop=0.1, significance=0.05), measured).failures
    assert "the clips could not be paired" in failure.detail


def test_a_model_that_is_better_overall_and_worse_in_one_class_fails_in_that_class() -> None:
    pushed, better = two_classes(((9, 1), (6, 4))), two_classes(((7, 3), (0, 10)))
    verdict = judge(gates(max_recall_drop=0.15), Measurements(better, pushed))
    assert (better.accuracy or 0) > (pushed.accuracy or 0)
    assert [(found.rule, found.label) for found in verdict.failures] == [("recall_drop", "a")]


def test_every_rule_has_its_bar_and_says_in_a_line_what_its_value_is() -> None:
    assert {rule.key for rule in RULES} <= set(GatesConfig.model_fields)
    assert {rule.key for rule in (*CLASS_RULES, *BASE_RULES)} == set(ClassGates.model_fields)
    assert all(rule.meaning and rule.meaning.isprintable() for rule in RULES)


def test_a_finding_of_a_later_version_is_shown_all_the_same() -> None:
    later = RuleFinding("quite_new", "", 0.5, 0.25, False, relation="less than")
    assert later.sentence() == "all classes: quite new 0.5, bar less than 0.25"
