"""Checks of segments against their neighbours in the same video."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotation_validator.findings import Suggestion
from components.annotation_validator.inspection import Inspection
from components.annotations.records.actors import intersection_over_union
from components.video.config import SamplingConfig
from tests.components.annotation_validator.making import clean_records, found, inputs_of, rows, segment, track

LEFT, RIGHT = (0.1, 0.1, 0.3, 0.9), (0.6, 0.1, 0.9, 0.9)
EDGES = st.tuples(*[st.floats(0, 0.4)] * 2, *[st.floats(0.5, 1)] * 2)


@given(EDGES, EDGES)
def test_intersection_over_union_is_symmetric_and_1_of_a_box_with_itself(one: tuple, other: tuple) -> None:
    assert intersection_over_union(one, other) == pytest.approx(intersection_over_union(other, one))
    assert 0 < intersection_over_union(one, other) <= 1 + 1e-9
    assert intersection_over_union(one, one) == pytest.approx(1)


def test_boxes_that_only_touch_do_not_intersect() -> None:
    assert intersection_over_union((0, 0, 0.5, 1), (0.5, 0, 1, 1)) == 0


def test_pieces_of_one_action_are_to_be_joined_by_the_first_of_them() -> None:
    pieces = [
        segment(90, "x.mp4", "sit", 0, 1),
        segment(91, "x.mp4", "sit", 1.1, 2),
        segment(92, "x.mp4", "sit", 1.9, 3),
    ]
    apart = [segment(93, "x.mp4", "sit", 5, 6), segment(94, "x.mp4", "wave", 3.1, 4.5)]
    (finding,) = found(inputs_of([*clean_records(), *pieces, *apart]), "nearly_touching")
    assert rows(finding) == [90, 91, 92]
    assert [place.suggestion for place in finding.places] == [
        Suggestion(end_seconds=3),
        Suggestion(delete=True),
        Suggestion(delete=True),
    ]


def test_a_gap_wider_than_the_bar_keeps_actions_apart() -> None:
    records = [segment(2, "x.mp4", "sit", 0, 1), segment(3, "x.mp4", "sit", 1.2, 2.5)]
    assert len(found(inputs_of(records), "nearly_touching", nearly_touching=0.2)) == 1
    assert found(inputs_of(records), "nearly_touching", nearly_touching=0.19) == []


def test_windows_of_one_length_and_segments_with_boxes_are_not_joined() -> None:
    windows = [segment(row, "x.mp4", "sit", row, row + 1) for row in range(5)]
    boxed = [
        segment(8, "y.mp4", "wave", 0, 1, boxes=track((0, LEFT))),
        segment(9, "y.mp4", "wave", 1, 3, boxes=track((1, RIGHT))),
    ]
    assert found(inputs_of([*windows, *boxed]), "nearly_touching") == []


def test_two_labels_on_the_same_frames_are_found_with_the_share_of_the_shorter_segment() -> None:
    records = [segment(2, "x.mp4", "sit", 0, 4), segment(3, "x.mp4", "wave", 3, 5), segment(4, "x.mp4", "wave", 5, 6)]
    (finding,) = found(inputs_of(records), "overlapping_labels")
    assert (rows(finding), finding.value, finding.severity) == ([2, 3], pytest.approx(0.5), "warning")
    assert found(inputs_of(records), "overlapping_labels", overlapping_labels=0.5) == []


def test_a_negative_on_an_action_is_a_contradiction() -> None:
    (finding,) = found(
        inputs_of([segment(2, "x.mp4", "sit", 0, 4), segment(3, "x.mp4", "", 1, 2)]), "overlapping_labels"
    )
    assert finding.severity == "error"
    assert "labels 'background' and 'sit' share frames" in finding.message


@pytest.mark.parametrize(("other", "severities"), [(LEFT, ["warning"]), (RIGHT, ["note"])])
def test_two_actors_may_do_different_things_at_a_time_best_in_clips_of_their_own(
    other: tuple, severities: list[str]
) -> None:
    records = [
        segment(2, "x.mp4", "sit", 0, 4, boxes=track((0, LEFT), (4, LEFT))),
        segment(3, "x.mp4", "wave", 1, 3, boxes=track((1, other), (3, other))),
    ]
    assert [finding.severity for finding in found(inputs_of(records), "overlapping_labels")] == severities
    cut = Inspection(sampling=SamplingConfig(crop_to_boxes=0.1))
    findings = found(replace(inputs_of(records), inspection=cut), "overlapping_labels")
    assert [finding.severity for finding in findings] == [each for each in severities if each != "note"]
