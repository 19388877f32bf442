"""What a format has no place for is told, row by row or part by part."""

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, Mask
from components.annotations.writers.catalogue import WRITERS
from components.annotations.writers.omissions import sort_out, without_place
from tests.components.annotations.writers.making import content_of, segment

FULL = segment(
    group="ann",
    split="train",
    boxes=(Box(1, 0, 0, 0.5, 0.5),),
    masks=(Mask(1, png="a.png"),),
    metadata={"age": 3.0, "score": 0.5},
)


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("csv", ""),
        ("jsonl", ""),
        ("cvat_video", "groups of 1, masks of 1, age of 1, score of 1"),
        ("label_studio", "masks of 1, age of 1, score of 1"),
        ("activitynet", "groups of 1, boxes of 1, masks of 1, age of 1, score of 1"),
        ("fiftyone", "groups of 1, splits of 1, boxes of 1, masks of 1, age of 1"),
        ("elan", "splits of 1, boxes of 1, masks of 1, age of 1, score of 1"),
    ],
)
def test_parts_without_a_place_are_counted(name: str, lost: str) -> None:
    assert without_place(content_of(FULL, segment("sit", 5, 6, "b.mp4")), WRITERS[name]) == lost


def test_a_video_in_two_splits_has_none_where_a_split_is_of_the_video() -> None:
    content = content_of(
        segment(split="train"), segment("sit", 5, 6, split="test"), segment(video="b.mp4", split="test")
    )
    assert without_place(content, WRITERS["activitynet"]) == "splits of 2"


def test_scores_are_lost_only_as_annotations_of_label_studio() -> None:
    scored = segment(metadata={"score": 0.5})
    assert without_place(content_of(scored), WRITERS["label_studio"]) == "score of 1"
    assert without_place(content_of(scored, model="action/7"), WRITERS["label_studio"]) == ""


@pytest.mark.parametrize("name", ["cvat_video", "elan", "fiftyone"])
def test_rows_that_state_a_negative_are_left_out_where_they_have_no_place(name: str) -> None:
    negative = segment("", 0.0, None, is_negative=True)
    content, rejects = sort_out(content_of(negative, segment()), WRITERS[name], name)
    assert [each.label for each in content.segments] == ["wave"]
    assert [(reject.reason, reject.source) for reject in rejects] == [(Reason.NEGATIVE_UNUSED, negative.source)]


@pytest.mark.parametrize("name", ["label_studio", "activitynet"])
def test_a_negative_beside_an_action_has_no_place_in_a_format_of_whole_videos(name: str) -> None:
    content, rejects = sort_out(content_of(segment("", 5, 6, is_negative=True), segment()), WRITERS[name], name)
    assert len(content.segments) == len(rejects) == 1
    assert (
        rejects[0].message
        == f"{name} can say that no action happens of whole videos only, and of those without other rows"
    )


def test_a_segment_behind_the_end_of_its_video_is_left_out() -> None:
    content, rejects = sort_out(content_of(segment(start=30, end=40), segment()), WRITERS["cvat_video"], "cvat_video")
    assert len(content.segments) == 1
    assert (rejects[0].reason, rejects[0].message) == (
        Reason.SEGMENT_PAST_END,
        "it starts at 30 s; the video ends at 20.2 s",
    )


def test_a_segment_in_the_last_moment_of_its_video_is_kept() -> None:
    late = segment(start=20.19, end=None)
    assert sort_out(content_of(late), WRITERS["elan"], "elan") == (content_of(late), [])
