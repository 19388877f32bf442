"""What is compared of answers: of one label a clip, and of several."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from models.labelling import Labelling
from pipeline.watch.clips import ClipTable
from pipeline.watch.config import WatchConfig
from pipeline.watch.looks import Look, Novelty, certainties, looks_at_answers

CLASSES = ("walk", "jump")
SEVERAL = Labelling(CLASSES, (0.5, 0.2))


def table(scores: list[tuple[float, float]]) -> ClipTable:
    count = len(scores)
    nothing = np.zeros((count, 0), np.float32)
    return ClipTable(np.zeros(count, str), np.zeros(count, str), nothing, np.array(scores, np.float32), nothing)


def looks(labelling: Labelling, scores: list[tuple[float, float]]) -> dict[str, Look]:
    clips, distances = table(scores), np.zeros(len(scores))
    found = looks_at_answers(clips, clips, labelling, Novelty(distances, distances, 1.0, False), WatchConfig())
    return {look.name: look for look in found}


def test_shares_of_several_labels_do_not_exclude_each_other() -> None:
    found = looks(SEVERAL, [(0.9, 0.9), (0.9, 0.0), (0.1, 0.1)])
    assert found["predicted walk"].served.tolist() == [1, 1, 0]
    assert found["predicted jump"].served.tolist() == [1, 0, 0]
    assert found["no label"].served.tolist() == [0, 0, 1]


def test_of_one_label_there_is_always_one_and_the_best_score_says_how_sure_it_is() -> None:
    found = looks(Labelling(CLASSES), [(0.9, 0.1), (0.45, 0.55), (0.4, 0.4)])
    assert (found["predicted walk"].served + found["predicted jump"].served).tolist() == [1, 1, 1]
    assert "no label" not in found
    assert found["uncertain answers"].served.tolist() == [0, 0, 1]


def test_several_labels_are_as_sure_as_the_least_sure_of_them() -> None:
    scores = np.array([(1.0, 0.0), (0.5, 0.0), (0.75, 0.2), (0.75, 1.0), (1.0, 0.05), (0.0, 0.6)], np.float32)
    assert certainties(scores, SEVERAL).tolist() == pytest.approx([1.0, 0.0, 0.0, 0.5, 0.75, 0.5], abs=1e-6)


shares = st.floats(0, 1, width=32)


@given(hnp.arrays(np.float32, (5, 2), elements=shares), st.tuples(shares, shares))
def test_certainty_is_a_share_whatever_the_thresholds(scores: np.ndarray, thresholds: tuple[float, float]) -> None:
    found = certainties(scores, Labelling(CLASSES, thresholds))
    assert ((found >= 0) & (found <= 1)).all()
