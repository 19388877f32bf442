"""Rows of one span are one clip, and what covers a span is to be seen in it, too."""

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotations.records import label_sets
from components.annotations.records.label_sets import with_label_of_each_field, with_label_sets
from components.annotations.records.record import Box, Mask, Segment, Source, TimeUnit

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


def boxed(
    label: str, start: float, end: float, left: float, number: int = 0, drawn_at: tuple[float, ...] = ()
) -> Segment:
    """A row of an actor who stands still."""
    boxes = tuple(Box(time, left, 0.1, left + 0.2, 0.9) for time in drawn_at or (start, end))
    return row(label, start, end, number, boxes=boxes)


def test_where_clips_are_cut_rows_of_one_span_are_a_clip_for_each_actor() -> None:
    rows = [boxed("wave", 0, 2, 0.1, 1), boxed("sit", 0, 2, 0.6, 2), boxed("walk", 0, 2, 0.1, 3)]
    left, right = with_label_sets(rows, 0.5, by_actor=True)
    assert (left.labels, left.boxes, left.rows[1:]) == (("walk", "wave"), rows[0].boxes, (rows[2],))
    assert (right.labels, right.boxes, right.rows) == (("sit",), rows[1].boxes, (right,))
    (together,) = with_label_sets(rows, 0.5)
    assert (together.labels, together.boxes) == (("sit", "walk", "wave"), ())


def test_where_clips_are_cut_each_actor_has_one_label_of_each_field() -> None:
    rows = [boxed("verb: cut", 0, 2, 0.1), boxed("verb: wash", 0, 2, 0.6), boxed("noun: leek", 0, 2, 0.1)]
    clips = with_label_of_each_field(rows, ("noun: leek", "verb: cut", "verb: wash"), by_actor=True)
    assert [clip.labels for clip in clips] == [("noun: leek", "verb: cut"), ("verb: wash",)]


def test_people_who_stand_before_each_other_stay_two() -> None:
    rows = [boxed("wave", 0, 2, 0.1), boxed("sit", 0, 2, 0.15)]
    assert [clip.labels for clip in with_label_sets(rows, 0.5, by_actor=True)] == [("wave",), ("sit",)]


def test_boxes_at_other_times_are_compared_where_they_are_interpolated() -> None:
    rows = [boxed("wave", 1, 2, 0.1, drawn_at=(1.25, 1.5)), boxed("walk", 0, 4, 0.1), boxed("sit", 0, 4, 0.6)]
    assert [clip.labels for clip in with_label_sets(rows, 0.5, by_actor=True)] == [
        ("walk", "wave"),
        ("walk",),
        ("sit",),
    ]


def test_a_mask_that_is_the_same_is_of_the_same_actor() -> None:
    own, other = Mask(0.5, png="own.png"), Mask(0.5, png="other.png")
    rows = [row("wave", 0, 2, masks=(own,)), row("walk", 0, 2, masks=(own,)), row("sit", 0, 2, masks=(other,))]
    assert [clip.labels for clip in with_label_sets(rows, 0.5, by_actor=True)] == [("walk", "wave"), ("sit",)]


@given(st.lists(st.tuples(times, times, st.sampled_from([0.0, 0.4, 0.8]), st.sampled_from("abc")), max_size=8))
def test_each_row_is_in_one_clip_and_each_clip_is_of_one_actor(drawn: list[tuple[float, float, float, str]]) -> None:
    rows = [
        boxed(label, min(ends), max(ends) + 0.25, left, number) for number, (*ends, left, label) in enumerate(drawn)
    ]
    clips = with_label_sets(rows, 0.5, by_actor=True)
    assert sorted(each.source.row for clip in clips for each in clip.rows) == list(range(len(rows)))
    for clip in clips:
        assert len({each.boxes for each in clip.rows}) == 1
        (left,) = {each.boxes[0].x_min for each in clip.rows}
        of_actor = {each.label for each in rows if each.boxes[0].x_min == left}
        assert {each.label for each in clip.rows} <= set(clip.labels) <= of_actor


def test_what_any_row_of_a_span_looked_for_was_looked_for_in_the_clip() -> None:
    rows = [row("wave", 0, 2, looked_for=("sit",)), row("walk", 0, 2, looked_for=("fall", "walk"))]
    around = row("talk", 0, 8, looked_for=("jump",))
    clip, other = with_label_sets([*rows, around], 0.5)
    assert clip.labels == ("talk", "walk", "wave")
    # What covers the clip is seen in it, but nobody may have looked there for what else may be in it.
    assert clip.known_labels == ("fall", "sit", "talk", "walk", "wave")
    assert other.known_labels == ("jump", "talk")


@pytest.mark.parametrize("said", [None, ("sit",)])
def test_a_row_that_says_nothing_of_it_looked_for_all(said: tuple[str, ...] | None) -> None:
    assert with_label_sets([row("wave", 0, 2, looked_for=said), row("walk", 0, 2)], 0.5)[0].known_labels is None


def test_of_fields_rows_of_the_same_span_are_one_clip_and_what_overlaps_is_another() -> None:
    classes = ("noun: cup", "verb: put", "verb: take")
    rows = [row("verb: take", 0, 2, 1), row("noun: cup", 0, 2, 1), row("verb: put", 0.5, 2, 2)]
    whole, part = with_label_of_each_field(rows, classes)
    assert (whole.labels, whole.known_labels) == (("noun: cup", "verb: take"), None)
    # Of its noun nothing is known, and of the verb all is.
    assert (part.labels, part.known_labels) == (("verb: put",), ("verb: put", "verb: take"))


def test_many_rows_of_one_video_are_compared_with_those_that_they_overlap_only() -> None:
    rows = [row("walk", 0, 3000), *(row("wave", start, start + 1.5, start + 1) for start in range(2000))]
    with patch.object(label_sets, "_share", wraps=label_sets._share) as share:
        found = with_label_sets(rows, 0.5)
    assert {segment.labels for segment in found[1:]} == {("walk", "wave")}
    # In both directions: with the walk, and with one neighbour.
    assert share.call_count <= 2 * 2 * len(rows)
