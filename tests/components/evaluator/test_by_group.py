"""Answers by group are those of the confusion matrix, counted apart."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import Entry

CLASSES = ("a", "b", "c")
IDS = st.integers(0, 2)
ENTRIES = st.dictionaries(
    st.text(max_size=3), st.lists(st.tuples(IDS, IDS, st.integers(1, 5)), max_size=6), min_size=1, max_size=5
)


@given(entries=ENTRIES)
def test_sums_over_the_groups_are_those_of_all_clips(entries: dict[str, list[tuple[int, int, int]]]) -> None:
    answers = GroupAnswers.of(
        {
            group: [Entry((actual,), (answer,), number) for actual, answer, number in each]
            for group, each in entries.items()
        },
        CLASSES,
        has_several_labels=False,
    )
    matrix = np.zeros((3, 3))
    for actual, predicted, number in (entry for each in entries.values() for entry in each):
        matrix[actual, predicted] += number
    for class_id, label in enumerate(CLASSES):
        found, alarms = answers.recall(label), answers.false_alarms(label)
        assert (found.hits.sum(), found.trials.sum()) == (matrix[class_id, class_id], matrix[class_id].sum())
        assert alarms.hits.sum() == matrix[:, class_id].sum() - matrix[class_id, class_id]
        assert alarms.trials.sum() == matrix.sum() - matrix[class_id].sum()
        assert (found.trials > 0).all() and (alarms.trials > 0).all()
    assert (answers.accuracy().hits.sum(), answers.accuracy().trials.sum()) == (matrix.trace(), matrix.sum())
    hits, trials = answers.matrices(CLASSES)
    assert (hits.sum(axis=1) == matrix.diagonal()).all() and (trials.sum(axis=1) == matrix.sum(axis=1)).all()
    assert GroupAnswers.from_json(answers.as_json()) == answers


def test_a_group_that_shows_no_clip_of_a_class_says_nothing_of_its_recall() -> None:
    answers = GroupAnswers.of(
        {"ann": [Entry((0,), (0,), 2)], "bob": [Entry((1,), (0,), 1)]}, CLASSES, has_several_labels=False
    )
    assert answers.recall("a").trials.tolist() == [2]
    assert answers.false_alarms("a").hits.tolist() == [1]
    assert answers.recall("c").trials.tolist() == []
