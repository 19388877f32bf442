"""Counts of clips that have several labels, and of clips that have one, are scikit-learn's."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import accuracy_score, multilabel_confusion_matrix, precision_recall_fscore_support

from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import ConfusionMatrix, Entry

CLASSES = ("a", "b", "c", "d")
Sets = npt.NDArray[np.bool_]
SETS = st.integers(1, 25).flatmap(
    lambda num_clips: st.tuples(arrays(np.bool_, (num_clips, 4)), arrays(np.bool_, (num_clips, 4)))
)


def entries_of(labels: Sets, answers: Sets) -> list[Entry]:
    """One entry for each clip."""
    return [
        Entry(tuple(np.flatnonzero(own).tolist()), tuple(np.flatnonzero(answer).tolist()), 1)
        for own, answer in zip(labels, answers, strict=True)
    ]


def with_a_label(pair: tuple[Sets, Sets]) -> tuple[Sets, Sets]:
    labels, answers = pair
    labels[~labels.any(axis=1), 0] = True
    return labels, answers


@given(SETS.map(with_a_label))
def test_of_several_labels_each_class_has_the_rates_of_scikit_learn(pair: tuple[Sets, Sets]) -> None:
    matrix = ConfusionMatrix.of(entries_of(*pair), CLASSES, has_several_labels=True)
    rates = precision_recall_fscore_support(*pair, zero_division=0)
    counts = multilabel_confusion_matrix(*pair)
    for label, precision, recall, f1, support, ((_, mistaken), (missed, hits)) in zip(
        CLASSES, *rates, counts, strict=True
    ):
        assert (matrix.hits(label), matrix.examples(label)) == (hits, support) == (hits, hits + missed)
        assert matrix.predictions(label) == hits + mistaken
        assert matrix.precision(label) == pytest.approx(precision)
        if support:
            assert (matrix.recall(label), matrix.f1(label)) == (pytest.approx(recall), pytest.approx(f1))
    assert matrix.accuracy == pytest.approx(accuracy_score(*pair))
    assert ConfusionMatrix.from_json(matrix.as_json()) == matrix


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=25))
def test_a_clip_with_one_label_is_a_set_of_one(pairs: list[tuple[int, int]]) -> None:
    entries = [Entry((own,), (answer,), 1) for own, answer in pairs]
    one, several = (ConfusionMatrix.of(entries, CLASSES, has_several_labels=kind) for kind in (False, True))
    assert one.counts == several.counts and one.totals == several.of_sets
    assert "of_sets" not in one.as_json()
    groups = {"ann": entries[::2], "bob": entries[1::2]}
    by_one, by_several = (GroupAnswers.of(groups, CLASSES, has_several_labels=kind) for kind in (False, True))
    assert by_one.rows == by_several.rows
    assert [part.tolist() for part in by_one.totals()] == [part.tolist() for part in by_several.totals()]
    assert "group_clips" not in by_one.as_json()


@given(SETS.map(with_a_label))
def test_sums_over_the_groups_are_those_of_all_clips(pair: tuple[Sets, Sets]) -> None:
    entries = entries_of(*pair)
    matrix = ConfusionMatrix.of(entries, CLASSES, has_several_labels=True)
    answers = GroupAnswers.of({"ann": entries[::2], "bob": entries[1::2]}, CLASSES, has_several_labels=True)
    right, clips = answers.totals()
    assert (right.sum(), clips.sum()) == (matrix.num_right, matrix.num_clips)
    for label in CLASSES:
        found, alarms = answers.recall(label), answers.false_alarms(label)
        assert (found.hits.sum(), found.trials.sum()) == (matrix.hits(label), matrix.examples(label))
        assert alarms.hits.sum() == matrix.predictions(label) - matrix.hits(label)
        assert alarms.trials.sum() == matrix.num_clips - matrix.examples(label)
    assert GroupAnswers.from_json(answers.as_json()) == answers


def test_the_best_constant_answer_is_the_most_frequent_set() -> None:
    entries = [Entry((0,), (0,), 2), Entry((0, 1), (0,), 3), Entry((1,), (), 1)]
    assert ConfusionMatrix.of(entries, CLASSES, has_several_labels=True).majority_share == 0.5


def test_a_clip_without_any_known_label_is_in_no_count() -> None:
    matrix = ConfusionMatrix.of([Entry((), (1,), 4), Entry((0,), (0,), 1)], CLASSES, has_several_labels=True)
    assert (matrix.num_clips, matrix.predictions("b")) == (1, 0)
