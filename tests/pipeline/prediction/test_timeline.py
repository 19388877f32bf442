"""What overlapping windows say becomes scores over time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pipeline.prediction.config import Smoothing
from pipeline.prediction.timeline import Timeline, TimelineBuilder, WindowScores, smooth

A, B = (1.0, 0.0), (0.0, 1.0)
scores = hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=30), elements=st.floats(0.01, 1.0))


def timeline_of(values: np.ndarray, step: float = 0.1) -> Timeline:
    return Timeline(step, len(values) * step, values / values.sum(axis=1, keepdims=True))


def make_timeline(windows: list[WindowScores], num_classes: int, end_seconds: float, step_seconds: float) -> Timeline:
    builder = TimelineBuilder(num_classes, step_seconds)
    for window in windows:
        builder.add(window)
    return builder.build(end_seconds)


def test_a_single_window_gives_its_scores_to_all_of_its_cells() -> None:
    timeline = make_timeline([WindowScores(0.0, 1.0, (0.3, 0.7))], 2, 1.0, 0.25)
    np.testing.assert_allclose(timeline.scores, [[0.3, 0.7]] * 4)
    assert timeline.centres.tolist() == [0.125, 0.375, 0.625, 0.875]


def test_a_window_counts_more_where_its_middle_is() -> None:
    timeline = make_timeline([WindowScores(0.0, 2.0, A), WindowScores(1.0, 3.0, B)], 2, 3.0, 0.5)
    of_a = timeline.scores[:, 0]
    np.testing.assert_allclose(of_a[[0, 1, 4, 5]], [1, 1, 0, 0])
    assert 1 > of_a[2] > 0.5 > of_a[3] > 0


def test_a_short_window_says_more_of_its_middle_than_a_long_one() -> None:
    timeline = make_timeline([WindowScores(0.0, 4.0, A), WindowScores(1.0, 3.0, B)], 2, 4.0, 0.5)
    assert timeline.scores[4, 1] > 0.5
    assert timeline.scores[0, 1] == 0


def test_time_that_no_window_shows_takes_the_nearest_scores() -> None:
    timeline = make_timeline([WindowScores(0.0, 1.0, A), WindowScores(3.0, 4.0, B)], 2, 5.0, 1.0)
    np.testing.assert_allclose(timeline.scores[:, 0], [1, 1, 0, 0, 0])


def test_a_long_video_has_all_of_its_cells() -> None:
    windows = [WindowScores(float(second), second + 2.0, A if second < 500 else B) for second in range(999)]
    of_a = make_timeline(windows, 2, 1000.0, 0.5).scores[:, 0]
    assert len(of_a) == 2000
    assert (of_a[:990] == 1).all()
    assert (of_a[1010:] == 0).all()


def test_without_any_window_nothing_is_probable() -> None:
    assert not make_timeline([], 2, 3.0, 1.0).scores.any()


@given(
    st.lists(st.tuples(st.floats(0, 20), st.floats(0.2, 5), st.floats(0, 1)), min_size=1, max_size=20),
    st.floats(0.1, 1.0),
)
def test_scores_are_probabilities(found: list[tuple[float, float, float]], step: float) -> None:
    windows = [WindowScores(start, start + length, (p, 1 - p)) for start, length, p in found]
    end = max(window.end_seconds for window in windows)
    timeline = make_timeline(windows, 2, end, step)
    assert len(timeline.scores) * step >= end - 1e-6
    np.testing.assert_allclose(timeline.scores.sum(axis=1), 1)
    assert timeline.scores.min() >= -1e-12


@given(scores, st.sampled_from(["gaussian", "median", "none"]), st.floats(0, 2))
def test_smoothing_keeps_probabilities(values: np.ndarray, method: Smoothing, seconds: float) -> None:
    timeline = timeline_of(values)
    smoothed = smooth(timeline, method, seconds)
    assert smoothed.scores.shape == timeline.scores.shape
    np.testing.assert_allclose(smoothed.scores.sum(axis=1), 1)
    # A median can exceed the values once it adds up to 1 again; a mean cannot.
    if method == "gaussian":
        assert (smoothed.scores <= timeline.scores.max(axis=0) + 1e-9).all()


@pytest.mark.parametrize("method", ["gaussian", "median"])
def test_smoothing_takes_away_what_lasts_for_a_moment(method: Smoothing) -> None:
    values = np.tile(np.array([[0.9, 0.1]]), (21, 1))
    values[10] = [0.1, 0.9]
    smoothed = smooth(timeline_of(values), method, 0.5)
    assert (smoothed.scores[:, 0] > 0.5).all()


@pytest.mark.parametrize("method", ["gaussian", "median"])
def test_smoothing_moves_no_edge(method: Smoothing) -> None:
    values = np.array([[0.9, 0.1]] * 20 + [[0.1, 0.9]] * 20)
    smoothed = smooth(timeline_of(values), method, 0.5)
    assert (smoothed.scores.argmax(axis=1) == values.argmax(axis=1)).all()


@given(scores, st.sampled_from(["gaussian", "median"]), st.floats(0.3, 2))
def test_smoothing_leaves_classes_that_do_not_exclude_each_other_alone(
    values: np.ndarray, method: Smoothing, seconds: float
) -> None:
    together = smooth(Timeline(0.2, 5.0, values), method, seconds, sums_to_one=False).scores
    for number in range(values.shape[1]):
        alone = smooth(Timeline(0.2, 5.0, values[:, [number]]), method, seconds, sums_to_one=False).scores
        np.testing.assert_allclose(together[:, [number]], alone)
