"""What is chosen first, and why."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.suggestion.choosing import choose
from pipeline.suggestion.spans import Known, SeenSpan
from tests.pipeline.suggestion.spanning import CLASSES, known, span

SURE, UNSURE = (0.98, 0.01, 0.01), (0.4, 0.38, 0.22)


def videos(spans: list[SeenSpan], given: Known, count: int) -> list[str]:
    return [each.span.video for each in choose(spans, given, count)]


def test_what_the_model_is_unsure_of_comes_first() -> None:
    spans = [span("sure.mp4", SURE, (1, 0)), span("unsure.mp4", UNSURE, (0, 1))]
    assert videos(spans, known(), 2) == ["unsure.mp4", "sure.mp4"]


def test_windows_that_disagree_are_as_good_as_doubt() -> None:
    spans = [span("steady.mp4", SURE, (1, 0)), span("changing.mp4", SURE, (0, 1), disagreement=0.5)]
    (first,) = choose(spans, known(), 1)
    assert (first.span.video, first.why) == ("changing.mp4", "answers change from window to window")


def test_what_stands_for_much_that_is_not_annotated_comes_before_what_is_annotated_already() -> None:
    many = [span(f"{number}.mp4", UNSURE, (0, 5, 0)) for number in range(5)]
    others = [span(f"x{number}.mp4", SURE, (0, 0, 5)) for number in range(5)]
    annotated = span("known.mp4", UNSURE, (5, 0, 0))
    (first,) = videos([annotated, *others, *many], known(*[(5, 0, 0)] * 5), 1)
    assert first == "0.mp4"


def test_a_copy_of_what_was_chosen_comes_last() -> None:
    spans = [
        span("a/one.mp4", UNSURE, (5, 0, 0)),
        span("b/copy.mp4", UNSURE, (5, 0, 0)),
        span("c/other.mp4", UNSURE, (0, 4, 0)),
        span("d/third.mp4", UNSURE, (0, 0, 4)),
    ]
    assert videos(spans, known(), 4)[-1] == "b/copy.mp4"


def test_rare_classes_come_before_frequent_ones() -> None:
    spans = [span("sit.mp4", (0.55, 0.25, 0.2), (1, 0)), span("fall.mp4", (0.25, 0.55, 0.2), (0, 1))]
    (first,) = choose(spans, known(rows={"sit": 50, "fall": 2, "walk": 50}), 1)
    assert (first.span.video, first.label) == ("fall.mp4", "fall")
    assert first.why == "unsure between fall and sit; class fall is rare: 2 rows"


def test_classes_that_the_gate_lacks_come_first_and_say_so() -> None:
    gap = "class walk is open: 12 more test clips needed"
    spans = [span("sit.mp4", (0.6, 0.2, 0.2), (1, 0)), span("walk.mp4", (0.2, 0.2, 0.6), (0, 1))]
    (first,) = choose(spans, known(gaps={"walk": gap}), 1)
    assert first.span.video == "walk.mp4"
    assert first.why.startswith(gap)


def test_a_video_that_is_like_nothing_else_does_not_take_all_places() -> None:
    rng = np.random.default_rng(1)
    odd = [span("odd.mp4", UNSURE, tuple(100 * rng.normal(size=4)), start=float(n), end=n + 1.0) for n in range(8)]
    usual = [span(f"{n}.mp4", UNSURE, tuple(rng.normal(size=4))) for n in range(40)]
    chosen = choose([*odd, *usual], known(), 8)
    assert sum(each.span.video == "odd.mp4" for each in chosen) <= 3


def test_groups_are_mixed() -> None:
    rng = np.random.default_rng(0)
    crowd = [span(f"{n}.mp4", UNSURE, tuple(rng.normal(size=4)), group="one camera") for n in range(20)]
    others = [span(f"x{n}.mp4", (0.5, 0.3, 0.2), tuple(rng.normal(size=4)), group=f"camera {n}") for n in range(4)]
    chosen = choose([*crowd, *others], known(), 6)
    assert len({each.span.group for each in chosen}) >= 4


def test_folders_stand_in_for_groups_that_nobody_has_told() -> None:
    rng = np.random.default_rng(0)
    crowd = [span(f"day1/{n}.mp4", UNSURE, tuple(rng.normal(size=4))) for n in range(20)]
    others = [span(f"day2/{n}.mp4", (0.5, 0.3, 0.2), tuple(rng.normal(size=4))) for n in range(2)]
    assert {each.span.crowd for each in choose([*crowd, *others], known(), 3)} == {"day1/", "day2/"}


def test_what_is_far_from_all_that_is_annotated_says_so() -> None:
    near = [(float(number % 3), float(number // 3)) for number in range(9)]
    (first,) = choose([span("far.mp4", UNSURE, (30, 30))], known(*near), 1)
    assert "unlike anything annotated" in first.why


def test_what_nothing_is_special_about_has_a_reason_too() -> None:
    (first,) = choose([span("a.mp4", SURE)], known(), 1)
    assert first.why == "stands for much that is not annotated"


def test_nothing_gives_nothing() -> None:
    assert choose([], known(), 5) == []


@st.composite
def pools(draw: st.DrawFn) -> list[SeenSpan]:
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    count = draw(st.integers(1, 12))
    return [
        span(
            f"{n % 5}.mp4",
            tuple(rng.dirichlet(np.ones(len(CLASSES)))),
            tuple(rng.normal(size=3)),
            start=float(n),
            end=n + 1.0,
        )
        for n in range(count)
    ]


@settings(deadline=None, max_examples=50)
@given(pools(), st.integers(1, 15))
def test_each_span_is_chosen_once_and_the_same_input_gives_the_same_choice(pool: list[SeenSpan], count: int) -> None:
    given_ = known((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    chosen = choose(pool, given_, count)
    spans = [(each.span.video, each.span.start_seconds) for each in chosen]
    assert len(set(spans)) == len(spans) == min(count, len(pool))
    assert [each.score for each in choose(pool, given_, count)] == [each.score for each in chosen]
    assert chosen[0].score == pytest.approx(1)
    assert all(each.why for each in chosen)


def test_gains_are_those_of_the_linear_model_that_learns_from_each_choice() -> None:
    """Kept up to date by ranks of one, they are what the inverse of the whole matrix gives."""
    from pipeline.suggestion.choosing import _NOISE, _Design

    rng = np.random.default_rng(3)
    features, told = rng.normal(size=(7, 3)).astype(np.float32), rng.normal(size=(4, 3)).astype(np.float32)
    doubts = rng.uniform(size=7)
    design = _Design(features, told, doubts)
    design.annotate(2)
    design.annotate(5)
    both = np.concatenate([features, told]).astype(np.float64)
    both -= both.mean(axis=0)
    lengths = np.linalg.norm(both, axis=1, keepdims=True)
    both *= np.minimum(1, 2 * np.median(lengths) / lengths)
    both /= np.sqrt(np.mean(np.square(both).sum(axis=1)))
    learned = np.concatenate([both[7:], both[[2, 5]]])
    covariance = np.linalg.inv(np.eye(3) + learned.T @ learned / _NOISE)
    shared = both[:7] @ covariance @ both[:7].T
    expected = (doubts[:, None] * shared**2).sum(axis=0) / (np.diag(shared) + _NOISE)
    np.testing.assert_allclose(design.gains, expected, rtol=1e-9)
