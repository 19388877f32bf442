"""Average precision is that of scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from foundation.average_precision import average_precision

# Few values, so that many are equal.
CLIPS = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]), st.booleans()), min_size=1, max_size=30)


@given(CLIPS.filter(lambda clips: any(is_positive for _, is_positive in clips)))
def test_equal_scores_or_not_it_is_scikit_learn_s(clips: list[tuple[float, bool]]) -> None:
    scores, is_positive = np.array(clips, "f4, ?")["f0"], np.array(clips, "f4, ?")["f1"]
    expected = average_precision_score(is_positive, scores)
    assert average_precision(scores, is_positive) == pytest.approx(expected, rel=1e-12)


@given(CLIPS.filter(lambda clips: any(is_positive for _, is_positive in clips)), st.randoms())
def test_the_order_of_the_clips_does_not_matter(clips: list[tuple[float, bool]], random: st.DataObject) -> None:
    def measured(ordered: list[tuple[float, bool]]) -> float | None:
        scores, is_positive = zip(*ordered, strict=True)
        return average_precision(np.array(scores, np.float32), np.array(is_positive))

    others = list(clips)
    random.shuffle(others)  # type: ignore[attr-defined]
    assert measured(others) == measured(clips)


def test_a_perfect_ranking_is_worth_one_and_a_class_without_clips_nothing() -> None:
    scores = np.array([0.9, 0.8, 0.2], np.float32)
    assert average_precision(scores, np.array([True, True, False])) == 1
    assert average_precision(scores, np.zeros(3, np.bool_)) is None
