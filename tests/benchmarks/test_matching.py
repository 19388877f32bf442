"""Predicted and annotated segments are matched as ActivityNet's evaluation does it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.matching import Agreement, LabelledSpan, match, temporal_iou


def span(start: float, end: float, label: str = "a", video: str = "v", score: float = 1.0) -> LabelledSpan:
    return LabelledSpan(video, label, start, end, score)


spans = st.lists(
    st.builds(
        lambda start, length, label, score: span(start, start + length, label, score=score),
        st.floats(0, 10),
        st.floats(0.1, 5),
        st.sampled_from("ab"),
        st.floats(0, 1),
    ),
    max_size=12,
)


@pytest.mark.parametrize(
    ("a", "b", "iou"),
    [((0, 2), (0, 2), 1.0), ((0, 2), (1, 3), 1 / 3), ((0, 2), (2, 4), 0.0), ((0, 1), (5, 6), 0.0), ((0, 4), (1, 2), 0.25)],
)  # fmt: skip
def test_iou_of_two_stretches_of_time(a: tuple[float, float], b: tuple[float, float], iou: float) -> None:
    assert temporal_iou(span(*a), span(*b)) == pytest.approx(iou)


def test_an_annotation_is_found_once() -> None:
    assert match([span(0, 2), span(0, 1.9)], [span(0, 2)]) == Agreement(1, 2, 1)


def test_the_surest_prediction_chooses_first() -> None:
    # The surest one takes the annotation that the other one would have fitted better.
    predicted = [span(0, 2, score=0.5), span(0, 3, score=0.9)]
    assert match(predicted, [span(0, 2)]).num_matched == 1
    assert match(predicted, [span(0, 2), span(1, 3)], min_iou=0.6).num_matched == 1


@pytest.mark.parametrize("other", [span(0, 2, label="b"), span(0, 2, video="w"), span(1.5, 3.5)])
def test_another_label_another_video_or_too_small_an_overlap_is_no_match(other: LabelledSpan) -> None:
    assert match([other], [span(0, 2)]).num_matched == 0


def test_precision_recall_and_f1() -> None:
    agreement = Agreement(num_matched=3, num_predicted=4, num_annotated=6)
    assert (agreement.precision, agreement.recall, agreement.f1) == (0.75, 0.5, pytest.approx(0.6))
    assert Agreement(0, 0, 0).f1 == 0.0


@given(spans, spans)
def test_nothing_is_counted_twice(predicted: list[LabelledSpan], annotated: list[LabelledSpan]) -> None:
    agreement = match(predicted, annotated)
    assert agreement.num_matched <= min(len(predicted), len(annotated))
    assert 0 <= agreement.f1 <= 1


@given(spans)
def test_what_was_annotated_is_found_by_itself(annotated: list[LabelledSpan]) -> None:
    assert match(annotated, annotated, min_iou=0.99).num_matched == len(annotated)
