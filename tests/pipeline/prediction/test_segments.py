"""Scores over time become segments."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from models.labelling import Labelling
from pipeline.prediction.config import SegmentsConfig
from pipeline.prediction.segments import (
    ActionSegment,
    Levels,
    best_moment,
    find_segments,
    join,
    segments_of,
)
from pipeline.prediction.timeline import Timeline

CLASSES = ("a", "b", "background")
STEP = 0.5


def timeline(of_a: list[float], of_b: list[float] | None = None) -> Timeline:
    """Half a second a cell; what neither class has, background has."""
    a = np.array(of_a)
    b = np.array(of_b) if of_b else np.zeros(len(a))
    return Timeline(STEP, len(a) * STEP, np.stack([a, b, 1 - a - b], axis=1))


def found(of_a: list[float], of_b: list[float] | None = None, **options: Any) -> list[tuple[str, float, float]]:
    values = {"threshold": 0.6, "low_threshold": 0.4, "min_seconds": 0, "max_gap_seconds": 0, **options}
    config = SegmentsConfig(background="background", **values)
    segments = find_segments(timeline(of_a, of_b), CLASSES, config)
    return [(segment.label, round(segment.start_seconds, 3), round(segment.end_seconds, 3)) for segment in segments]


def test_bounds_lie_where_the_score_crosses_the_lower_threshold() -> None:
    # From 0.2 at 0.75 s to 0.8 at 1.25 s, and back from 1.75 s to 2.25 s.
    assert found([0.2, 0.2, 0.8, 0.8, 0.2]) == [("a", 0.917, 2.083)]


def test_a_segment_at_an_end_of_the_video_reaches_it() -> None:
    assert found([0.8, 0.8, 0.0, 0.0, 0.8]) == [("a", 0.0, 1.0), ("a", 2.0, 2.5)]


def test_what_never_reaches_the_upper_threshold_is_no_segment() -> None:
    assert found([0.0, 0.5, 0.5, 0.0]) == []


def test_a_segment_goes_on_above_the_lower_threshold() -> None:
    assert len(found([0.0, 0.7, 0.45, 0.7, 0.0])) == 1
    assert len(found([0.0, 0.7, 0.35, 0.7, 0.0])) == 2


def test_small_gaps_are_closed() -> None:
    assert len(found([0.0, 0.7, 0.35, 0.7, 0.0], max_gap_seconds=0.5)) == 1


def test_short_segments_are_left_out_after_gaps_were_closed() -> None:
    scores = [0.0, 0.7, 0.35, 0.7, 0.0, 0.0, 0.0, 0.7, 0.0]
    assert len(found(scores, max_gap_seconds=0.5, min_seconds=1.0)) == 1


def test_background_is_never_a_segment() -> None:
    assert found([0.0] * 5) == []


def test_with_argmax_another_class_ends_a_segment() -> None:
    of_a, of_b = [0.0, 0.7, 0.45, 0.0], [0.0, 0.2, 0.5, 0.9]
    assert found(of_a, of_b)[0][2] > found(of_a, of_b, method="argmax")[0][2]


def test_the_score_is_the_mean_of_its_label() -> None:
    (segment,) = find_segments(timeline([0.0, 0.6, 0.8, 0.0]), CLASSES, SegmentsConfig(background="background"))
    assert segment.score == pytest.approx(0.7)
    assert segment.probabilities == pytest.approx((0.7, 0.0, 0.3))


scores = hnp.arrays(np.float64, st.tuples(st.integers(1, 60), st.just(3)), elements=st.floats(0.01, 1.0))


@given(scores, st.sampled_from(["hysteresis", "argmax"]), st.floats(0.1, 0.9), st.floats(0.0, 2.0), st.floats(0.0, 2.0))
def test_segments_are_in_order_and_those_of_a_label_do_not_overlap(
    values: np.ndarray, method: Any, threshold: float, max_gap: float, shortest: float
) -> None:
    config = SegmentsConfig(
        method=method,
        threshold=threshold,
        low_threshold=threshold / 2,
        max_gap_seconds=max_gap,
        min_seconds=shortest,
        background="background",
    )
    probabilities = values / values.sum(axis=1, keepdims=True)
    segments = find_segments(Timeline(STEP, len(values) * STEP, probabilities), CLASSES, config)
    assert [segment.start_seconds for segment in segments] == sorted(segment.start_seconds for segment in segments)
    for label in ("a", "b"):
        own = [segment for segment in segments if segment.label == label]
        assert all(
            after.start_seconds - before.end_seconds > max_gap - 1e-9 for before, after in itertools.pairwise(own)
        )
    for segment in segments:
        assert 0 <= segment.start_seconds < segment.end_seconds <= len(values) * STEP
        assert segment.seconds >= shortest - 1e-9
        assert segment.score == pytest.approx(segment.probabilities[CLASSES.index(segment.label)])
        assert segment.label != "background"


@given(st.lists(st.tuples(st.floats(0.1, 3), st.floats(0.01, 3)), max_size=20), st.floats(0, 3))
def test_joining_keeps_order_and_all_of_the_time(parts: list[tuple[float, float]], max_gap: float) -> None:
    segments, now = [], 0.0
    for gap, length in parts:
        segments.append(ActionSegment("a", now + gap, now + gap + length, 0.5, (0.5, 0.5)))
        now += gap + length
    joined = join(segments, max_gap)
    assert len(joined) <= len(segments)
    for old in segments:
        assert any(new.start_seconds <= old.start_seconds and old.end_seconds <= new.end_seconds for new in joined)
    assert all(after.start_seconds - before.end_seconds > max_gap for before, after in itertools.pairwise(joined))
    assert all(segment.score == pytest.approx(0.5) for segment in joined)


def test_thresholds_that_are_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match="low_threshold is 0.7, above threshold, 0.6"):
        SegmentsConfig(threshold=0.6, low_threshold=0.7)


BOTH = Labelling(("a", "b"), (0.6, 0.2))
LEVELS = {"a": Levels(0.6, 0.4), "b": Levels(0.2, 0.1)}


def test_classes_with_thresholds_of_their_own_are_found_at_the_same_time() -> None:
    scores = np.array([[0.0, 0.0], [0.8, 0.3], [0.8, 0.3], [0.5, 0.0], [0.0, 0.0]])
    config = SegmentsConfig(min_seconds=0, max_gap_seconds=0)
    found = find_segments(Timeline(STEP, 2.5, scores), BOTH.classes, config, LEVELS)
    a, b = sorted(found, key=lambda segment: segment.label)
    assert (a.label, a.threshold, b.label, b.threshold) == ("a", 0.6, "b", 0.2)
    assert a.start_seconds < b.end_seconds and b.start_seconds < a.end_seconds
    # Each goes on as far as it would alone.
    alone = [
        find_segments(Timeline(STEP, 2.5, scores[:, [number]]), [label], config, LEVELS)[0]
        for number, label in enumerate(BOTH.classes)
    ]
    assert [(each.start_seconds, each.end_seconds) for each in alone] == [
        (each.start_seconds, each.end_seconds) for each in (a, b)
    ]


two_scores = hnp.arrays(np.float64, st.tuples(st.integers(1, 40), st.just(2)), elements=st.floats(0.0, 1.0))


@given(two_scores, st.floats(0.05, 1), st.floats(0.05, 1))
def test_a_class_with_its_own_levels_does_not_depend_on_the_others(
    values: np.ndarray, high: float, other: float
) -> None:
    config = SegmentsConfig(min_seconds=0, max_gap_seconds=0)
    levels = {"a": Levels(high, 0.8 * high), "b": Levels(other, 0.8 * other)}
    end = len(values) * STEP
    found = find_segments(Timeline(STEP, end, values), BOTH.classes, config, levels)
    alone = find_segments(Timeline(STEP, end, values[:, :1]), ["a"], config, levels)
    of_a = [(each.start_seconds, each.end_seconds) for each in found if each.label == "a"]
    assert of_a == [(each.start_seconds, each.end_seconds) for each in alone]
    assert bool(of_a) == bool((values[:, 0] >= high).any())


def test_a_clip_with_several_labels_is_a_segment_for_each_the_best_first() -> None:
    found = segments_of([0.7, 0.9], BOTH, 1.0, 2.0)
    assert [(each.label, each.score, each.threshold) for each in found] == [("b", 0.9, 0.2), ("a", 0.7, 0.6)]
    assert segments_of([0.5, 0.1], BOTH, 1.0, 2.0) == []
    (one,) = segments_of([0.5, 0.1], Labelling(("a", "b")), 1.0, 2.0)
    assert (one.label, one.threshold) == ("a", None)


def test_the_best_moment_is_that_of_an_action() -> None:
    best = best_moment(timeline([0.1, 0.3, 0.2], [0.2, 0.1, 0.1]), Labelling(CLASSES, (0.5, 0.5, 0.5)), "background")
    assert (best.label, best.start_seconds, best.end_seconds, best.score) == ("a", 0.5, 1.0, pytest.approx(0.3))
    assert best.probabilities == pytest.approx((0.3, 0.1, 0.6))
