"""Folds: whole groups, every clip once, and as much of each class as its groups allow."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotations.splits.folds import assign_folds
from foundation.messages.errors import UserError
from tests.components.annotations.splits.split_data import make_videos, one_class_groups

GROUPS = ["ann", "bob", "cem", "dan", "eve", "fay", "gus", None]
ROWS = st.tuples(
    st.sampled_from([f"{index}.mp4" for index in range(20)]), st.sampled_from(["sit", "wave"]), st.sampled_from(GROUPS)
)


@given(rows=st.lists(ROWS, min_size=1, max_size=40), num_folds=st.integers(2, 6), seed=st.integers(0, 9))
def test_each_video_has_one_fold_and_no_group_is_in_two(
    rows: list[tuple[str, str, str | None]], num_folds: int, seed: int
) -> None:
    videos = make_videos(*rows)
    tied = [sorted(videos)[:2]]
    try:
        folds = assign_folds(videos, tied, num_folds, seed)
    except UserError as error:
        assert "add videos of other people" in str(error)
        return
    assert folds.keys() == videos.keys()
    assert set(folds.values()) == set(range(num_folds))
    folds_of_group = defaultdict(set)
    for video, _, group in rows:
        folds_of_group[group or video].add(folds[video])
    assert all(len(found) == 1 for found in folds_of_group.values())
    assert len({folds[video] for video in tied[0]}) == 1


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9), min_size=1), st.integers(2, 6))
def test_a_class_is_in_as_many_folds_as_its_groups_allow(groups: dict[str, int], num_folds: int) -> None:
    videos = one_class_groups(groups)
    if sum(groups.values()) < num_folds:
        return
    folds = assign_folds(videos, [], num_folds, 0)
    for label, num_groups in groups.items():
        assert len({folds[video] for video in videos if video.startswith(label)}) == min(num_folds, num_groups)


def test_folds_are_about_equal_follow_from_the_seed_and_not_from_the_order() -> None:
    videos = one_class_groups({"sit": 40, "wave": 20}, videos_per_group=3)
    folds = assign_folds(videos, [], 5, 0)
    assert folds == assign_folds(dict(reversed(videos.items())), [], 5, 0)
    assert folds != assign_folds(videos, [], 5, 1)
    assert [list(folds.values()).count(fold) for fold in range(5)] == [36] * 5


def test_fewer_groups_than_folds_are_an_error_with_a_remedy() -> None:
    videos = make_videos(("a.mp4", "sit", "ann"), ("b.mp4", "sit", "bob"), ("c.mp4", "sit", "ann"))
    with pytest.raises(
        UserError, match=r"evaluation.folds is 3, but outside the eval split there are 2 groups that could"
    ):
        assign_folds(videos, [], 3, 0)


def test_ties_with_videos_of_the_eval_split_do_not_matter() -> None:
    videos = make_videos(("a.mp4", "sit", None), ("b.mp4", "sit", None))
    assert set(assign_folds(videos, [["c.mp4", "a.mp4"], ["c.mp4", "d.mp4"]], 2, 0)) == {"a.mp4", "b.mp4"}
