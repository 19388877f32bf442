"""A threshold is the nearest to one half of those that are as good as any."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from models.training.thresholds import choose_thresholds


def threshold(scores: list[float], has: list[int]) -> float:
    chosen = choose_thresholds(np.array(scores, np.float32)[:, None], np.array(has)[:, None])
    return float(chosen[0])


def test_one_half_is_kept_where_it_tells_all_clips_apart() -> None:
    assert threshold([0.9, 0.6, 0.4, 0.1], [1, 1, 0, 0]) == 0.5


def test_a_class_without_a_clip_has_one_half() -> None:
    assert threshold([0.9, 0.1], [0, 0]) == 0.5


def test_a_model_that_never_says_much_has_a_low_threshold() -> None:
    scores = [0.3] * 10 + [0.1] * 30
    assert 0.1 < threshold(scores, [1] * 10 + [0] * 30) < 0.3


def test_what_one_clip_decides_does_not_move_it() -> None:
    # At 0.65 F1 is 1, at one half it is 10/11: one clip of the class less, or one other, and there is no difference.
    assert threshold([0.9] * 5 + [0.6] + [0.1] * 9, [1] * 5 + [0] + [0] * 9) == 0.5


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=40))
def test_no_other_threshold_is_better_by_more_than_one_clip(clips: list[tuple[int, bool]]) -> None:
    scores, has = np.array([score / 20 for score, _ in clips], np.float32), np.array([own for _, own in clips]) * 1
    chosen = threshold(scores.tolist(), has.tolist())
    tried = {float(value): f1_score(has, scores >= value, zero_division=0) for value in scores}
    own = f1_score(has, scores >= chosen, zero_division=0)
    best = max(tried, key=lambda value: tried[value])
    if has.any():
        assert own >= tried[best] - 2 / ((scores >= best).sum() + has.sum()) - 1e-9
