"""Windows of a video, beside what is annotated of it."""

import numpy as np
import pytest

from pipeline.suggestion.spans import SeenSpan
from pipeline.suggestion.windows import Bounds, Window, sort_windows, without_overlaps
from tests.pipeline.suggestion.spanning import span


def window(start: float, end: float, *probabilities: tuple[float, float]) -> Window:
    answers = np.array(probabilities or ((1.0, 0.0),), np.float32)
    return Window(Bounds(start, end), answers, np.ones((len(answers), 3), np.float32))


def starts(spans: list[SeenSpan]) -> list[float]:
    return [each.start_seconds for each in spans]


def test_windows_are_known_free_or_in_part_annotated() -> None:
    windows = [window(start, start + 2) for start in (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)]
    found = sort_windows("a.mp4", "ann", windows, [Bounds(2.5, 4.0)])
    assert starts(found.known) == [2.0, 3.0]
    assert starts(found.free) == [0.0, 4.0, 5.0]


def test_a_short_annotated_stretch_makes_the_window_around_it_known() -> None:
    found = sort_windows("a.mp4", "", [window(0, 10)], [Bounds(4.0, 4.5)])
    assert starts(found.known) == [0.0]


def test_an_annotated_stretch_without_an_end_goes_on_to_the_end() -> None:
    found = sort_windows("a.mp4", "", [window(0, 1), window(50, 51)], [Bounds(2.0, float("inf"))])
    assert (starts(found.free), starts(found.known)) == ([0.0], [50.0])


def test_windows_that_agree_do_not_disagree_and_opposite_ones_do() -> None:
    agreeing = sort_windows("a.mp4", "", [window(0, 2), window(1, 3)], []).free
    opposite = sort_windows("a.mp4", "", [window(0, 2, (1.0, 0.0)), window(1, 3, (0.0, 1.0))], []).free
    assert [each.disagreement for each in agreeing] == [0, 0]
    assert [each.disagreement for each in opposite] == pytest.approx([1, 1])


def test_clips_of_one_window_can_disagree_and_their_mean_counts() -> None:
    (found,) = sort_windows("a.mp4", "", [window(0, 2, (1.0, 0.0), (0.0, 1.0))], []).free
    assert found.disagreement == pytest.approx(1)
    assert found.probabilities.tolist() == [0.5, 0.5]


def test_windows_that_hardly_share_anything_have_no_say() -> None:
    found = sort_windows("a.mp4", "", [window(0, 2, (1.0, 0.0)), window(1.8, 3.8, (0.0, 1.0))], []).free
    assert [each.disagreement for each in found] == [0, 0]


def test_of_overlapping_spans_the_best_stay() -> None:
    spans = [span(start=start, end=start + 2) for start in (0.0, 1.0, 2.0, 3.0)]
    assert starts(without_overlaps(spans, [0.1, 0.9, 0.2, 0.5])) == [1.0, 3.0]
    assert starts(without_overlaps(spans, [0.0] * 4)) == [0.0, 2.0]
    assert without_overlaps([], []) == []
