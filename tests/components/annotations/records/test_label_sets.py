"""Rows of one span are one clip, and what covers a span is to be seen in it, too."""

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotations.records import label_sets
from components.annotations.records.label_sets import with_label_sets
from components.annotations.records.record import Box, Segment, Source, TimeUnit

Spans = list[tuple[str, float, float | None]]

# Quarters of seconds are exact, so that shares can be compared without tolerance.
times = st.integers(0, 24).map(lambda quarter: quarter / 4)


def row(label: str, start: float, end: float | None, number: int = 0, **fields: Any) -> Segment:
    return Segment("a.mp4", label, Source("labels.csv", number), start, end, **fields)


def sets_of(spans: Spans, min_cover: float = 0.5) -> dict[tuple[float, float | None], tuple[str, ...]]:
    segments = with_label_sets([row(*span, number) for number, span in enumerate(spans)], min_cover)
    assert len(segments) == len({(segment.start, segment.end) for segment in segments})
    return {(segment.start, segment.end): segment.labels for segment in segments}


def test_rows_of_one_span_are_one_clip_that_stands_for_all_of_them() -> None:
    rows = [row("wave", 0, 2, 1), row("walk", 0, 2, 2), row("sit", 3, 4, 3)]
    both, other = with_label_sets(rows, 0.5)
    assert (both.labels, both.rows[1:], both.source) == (("walk", "wave"), (rows[1],), rows[0].source)
    assert (other.labels, other.rows) == (("sit",), (other,))


def test_a_short_action_has_the_label_of_a_long_one_around_it_and_not_the_other_way_round() -> None:
    assert sets_of([("walk", 0, 8), ("wave", 2, 4)]) == {(0, 8): ("walk",), (2, 4): ("walk", "wave")}


def test_what_covers_just_enough_counts() -> None:
    spans: Spans = [("walk", 0, 4), ("wave", 2, 6)]
    assert sets_of(spans) == {(0, 4): ("walk", "wave"), (2, 6): ("walk", "wave")}
    assert sets_of(spans, 0.51) == {(0, 4): ("walk",), (2, 6): ("wave",)}


def test_a_span_without_an_end_is_covered_only_by_what_has_none_either() -> None:
    spans: Spans = [("walk", 0, None), ("wave", 2, None), ("sit", 2, 9)]
    assert sets_of(spans) == {(0, None): ("walk",), (2, None): ("walk", "wave"), (2, 9): ("sit", "walk", "wave")}


def test_frames_and_seconds_are_not_compared() -> None:
    frames, seconds = with_label_sets([row("walk", 0, 50, time_unit=TimeUnit.FRAMES), row("wave", 0, 50)], 0.5)
    assert (frames.labels, seconds.labels) == (("walk",), ("wave",))


def test_only_what_rows_of_a_span_agree_about_is_kept() -> None:
    box = Box(0.5, 0.1, 0.1, 0.5, 0.5)
    one, same = row("walk", 0, 2, boxes=(box,), metadata={"speed": 1.0, "age": 30.0}), {"speed": 2.0, "age": 30.0}
    (agreed,) = with_label_sets([one, row("wave", 0, 2, boxes=(box,), metadata=same)], 0.5)
    (differing,) = with_label_sets([one, row("wave", 0, 2)], 0.5)
    assert (agreed.boxes, agreed.metadata) == ((box,), {"age": 30.0})
    assert (differing.boxes, differing.metadata) == ((), {})


@given(
    st.lists(st.tuples(st.sampled_from("abc"), times, times).filter(lambda each: each[1] < each[2]), max_size=12),
    st.sampled_from([0.25, 0.5, 1.0]),
)
def test_every_row_is_in_one_clip_and_labels_are_those_that_cover_enough(spans: Spans, min_cover: float) -> None:
    segments = with_label_sets([row(*span, number) for number, span in enumerate(spans)], min_cover)
    assert sorted(each.source.row for segment in segments for each in segment.rows) == list(range(len(spans)))
    for segment in segments:
        assert segment.end is not None
        covering = {
            label
            for label, start, end in spans
            if end is not None
            and min(end, segment.end) - max(start, segment.start) >= min_cover * (segment.end - segment.start)
        }
        assert set(segment.labels) == covering


@pytest.mark.parametrize("labels", [("walk",), ("walk", "wave")])
def test_the_order_of_rows_does_not_change_the_labels(labels: tuple[str, ...]) -> None:
    rows = [row(label, 0, 2, number) for number, label in enumerate(labels)]
    assert with_label_sets(rows, 0.5)[0].labels == with_label_sets(rows[::-1], 0.5)[0].labels == labels


def test_many_rows_of_one_video_are_compared_with_those_that_they_overlap_only() -> None:
    rows = [row("walk", 0, 3000), *(row("wave", start, start + 1.5, start + 1) for start in range(2000))]
    with patch.object(label_sets, "_share", wraps=label_sets._share) as share:
        found = with_label_sets(rows, 0.5)
    assert {segment.labels for segment in found[1:]} == {("walk", "wave")}
    # In both directions: with the walk, and with one neighbour.
    assert share.call_count <= 2 * 2 * len(rows)
