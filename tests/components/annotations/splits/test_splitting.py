"""Splits by example: what they promise, and what they say when they cannot keep it."""

import pytest

from components.annotations.records.record import Segment
from components.annotations.splits.assignment import Assignment, Row
from components.annotations.splits.config import SPLITS, SplitsConfig
from components.annotations.splits.grouping import groups_of_videos
from components.annotations.splits.splitting import assign_splits
from foundation.messages.errors import UserError
from tests.components.annotations.splits.split_data import (
    count_segments,
    make_videos,
    one_class_groups,
    splits_of_groups,
)

STRATIFIED = SplitsConfig()
HASH = SplitsConfig(mode="hash")
OFFICIAL = SplitsConfig(mode="official")


def test_three_groups_of_a_class_are_enough_for_one_in_each_split() -> None:
    videos = one_class_groups({"sit": 3, "wave": 3})
    counts = count_segments(videos, assign_splits(videos, [], STRATIFIED))
    assert counts == {(split, label): 1 for split in SPLITS for label in ("sit", "wave")}


def test_groups_that_hold_both_classes_are_shared_out_whole() -> None:
    rows = [(f"{group}-{label}.mp4", label, group) for group in "abcdefghij" for label in ("sit", "wave")]
    videos = make_videos(*rows)
    splits = assign_splits(videos, [], SplitsConfig(train=0.6, eval=0.2, test=0.2))
    assert all(len(found) == 1 for found in splits_of_groups(videos, splits).values())
    assert count_segments(videos, splits) == {
        (split, label): {"train": 6, "eval": 2, "test": 2}[split] for split in SPLITS for label in ("sit", "wave")
    }


def test_a_rare_class_is_served_before_a_frequent_one() -> None:
    videos = one_class_groups({"often": 30}) | make_videos(*((f"{i}.mp4", "rare", f"often-{i}") for i in range(3)))
    counts = count_segments(videos, assign_splits(videos, [], STRATIFIED))
    assert [counts[split, "rare"] for split in SPLITS] == [1, 1, 1]


def test_a_video_without_a_group_is_a_group_of_its_own() -> None:
    videos = make_videos(*((f"{i}.mp4", "sit", None) for i in range(3)))
    assert sorted(assign_splits(videos, [], STRATIFIED).values()) == sorted(SPLITS)


def test_a_group_named_like_a_video_is_not_that_video() -> None:
    videos = make_videos(("a", "sit", None), ("b", "sit", "a"), ("c", "sit", None))
    assert len(set(assign_splits(videos, [], STRATIFIED).values())) == 3


@pytest.mark.parametrize("config", [STRATIFIED, HASH])
def test_what_is_linked_through_others_stays_together(config: SplitsConfig) -> None:
    linked = make_videos(
        ("a.mp4", "sit", "ann"),
        ("b.mp4", "sit", "ann"),
        ("b.mp4", "sit", "bob"),
        ("c.mp4", "sit", "bob"),
        ("d.mp4", "sit", None),
    )
    splits = assign_splits(linked | one_class_groups({"sit": 40}), [["d.mp4", "c.mp4"]], config)
    assert len({splits[video] for video in linked}) == 1


def test_another_seed_gives_another_split() -> None:
    videos = one_class_groups({"sit": 40})
    first, again, second = (assign_splits(videos, [], SplitsConfig(seed=seed)) for seed in (1, 1, 2))
    assert first == again != second


def test_too_few_groups_of_a_class_are_an_error_with_a_remedy() -> None:
    videos = one_class_groups({"sit": 9, "wave": 2})
    with pytest.raises(UserError) as error:
        assign_splits(videos, [], STRATIFIED)
    assert str(error.value) == (
        "class 'wave' has no segment in the test split: its segments come from 2 group(s), and each of 3 splits needs one "
        "of its own. Add videos of this class from other groups, delete its rows, or use splits.mode 'hash' (then a missing "
        "class fails the gate instead)"
    )


@pytest.mark.parametrize("config", [STRATIFIED, HASH])
@pytest.mark.parametrize("num_groups", [0, 1, 2])
def test_too_few_groups_for_three_splits_are_an_error_with_a_remedy(config: SplitsConfig, num_groups: int) -> None:
    with pytest.raises(
        UserError, match=rf"split would be empty: {num_groups} groups? in .* needs a group of its own. Add"
    ):
        assign_splits(one_class_groups({"sit": num_groups}, videos_per_group=20), [], config)


def test_one_long_video_is_in_one_split_and_the_advice_does_not_name_what_is_set_already() -> None:
    rows = [("long.mp4", "sit", None)] * 30
    with pytest.raises(UserError, match=r"1 group in 1 video, mode .* cut it into a file a scene") as error:
        assign_splits(make_videos(*rows), [], STRATIFIED)
    assert "splits.mode" not in str(error.value)


def test_a_class_that_hashing_leaves_out_of_training_is_an_error() -> None:
    videos = one_class_groups({"sit": 200})
    splits = assign_splits(videos, [], HASH)
    in_test = next(video for video, split in splits.items() if split == "test")
    wave = make_videos(("wave.mp4", "wave", videos[in_test][0].group))
    with pytest.raises(UserError, match=r"class 'wave' has no segment in the train split: .* come from 1 group\(s\)"):
        assign_splits(videos | wave, [], HASH)


def test_official_splits_are_followed() -> None:
    videos = make_videos(*((f"{split}.mp4", "sit", split, split) for split in SPLITS))
    assert assign_splits(videos, [], OFFICIAL) == {f"{split}.mp4": split for split in SPLITS}


def test_lists_without_an_eval_part_give_some_of_train_to_it_and_none_of_test() -> None:
    rows = [(f"{i}.mp4", "sit", f"g{i // 2}", "test" if i < 20 else "train") for i in range(200)]
    videos = make_videos(*rows)
    splits = assign_splits(videos, [], OFFICIAL)
    assert {splits[f"{i}.mp4"] for i in range(20)} == {"test"}
    assert {splits[f"{i}.mp4"] for i in range(20, 200)} == {"train", "eval"}
    assert all(len(found) == 1 for found in splits_of_groups(videos, splits).values())
    more = assign_splits(videos | make_videos(("new.mp4", "sit", "new", "train")), [], OFFICIAL)
    assert {video: more[video] for video in videos} == splits


@pytest.mark.parametrize(("present", "absent"), [(("train", "eval"), "test"), (("eval", "test"), "train")])
def test_lists_that_lack_another_part_are_an_error(present: tuple[str, ...], absent: str) -> None:
    videos = make_videos(*((f"{i}{split}.mp4", "sit", None, split) for split in present for i in range(9)))
    with pytest.raises(UserError, match=f"the {absent} split would be empty: 18 groups in 18 videos, mode 'official'"):
        assign_splits(videos, [], OFFICIAL)


def test_a_row_that_names_no_official_split_is_named() -> None:
    videos = make_videos(("a.mp4", "sit", None, "train"), ("b.mp4", "sit", None, None))
    with pytest.raises(UserError, match=r"but labels\.csv, row 3 names no split; fill it in or use 'stratified'"):
        assign_splits(videos, [], OFFICIAL)


@pytest.mark.parametrize("tie", [False, True])
def test_a_group_in_two_official_splits_is_an_error(tie: bool) -> None:
    group = None if tie else "ann"
    videos = make_videos(("a.mp4", "sit", group, "train"), ("b.mp4", "sit", group, "test"))
    with pytest.raises(
        UserError, match=r"the official splits put '(ann|a\.mp4)' into test and train: .* Correct the splits"
    ):
        assign_splits(videos, [["a.mp4", "b.mp4"]] if tie else [], OFFICIAL)


@pytest.mark.parametrize("shares", [(0.7, 0.2, 0.2), (0.5, 0.2, 0.2)])
def test_shares_that_do_not_add_up_are_an_error(shares: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match=r"train, eval and test must add up to 1; received (1\.1|0\.9)"):
        SplitsConfig(train=shares[0], eval=shares[1], test=shares[2])


def test_a_class_that_all_groups_share_with_others_may_need_another_seed() -> None:
    videos = make_videos(
        *((f"{i}.mp4", "sit", None) for i in range(3)), *((f"{i}.mp4", "wave", None) for i in range(3))
    )
    earlier = Assignment(tuple(Row(f"{i}.mp4", "", "train") for i in range(3)), "old.csv")
    others = one_class_groups({"sit": 9})
    with pytest.raises(UserError) as error:
        assign_splits(videos | others, [], SplitsConfig(assignment="old.csv"), earlier)
    assert str(error.value) == (
        "class 'wave' has no segment in the eval split: its segments come from 3 group(s), which stay where old.csv has "
        "them. Add videos of this class from new groups, move one of its groups to eval in that file, delete its rows, or "
        "use splits.mode 'hash' (then a missing class fails the gate instead)"
    )


def test_an_official_list_without_a_class_in_train_says_what_to_do() -> None:
    videos = make_videos(*((f"{split}.mp4", "sit", None, split) for split in SPLITS), ("w.mp4", "wave", None, "test"))
    with pytest.raises(
        UserError, match=r"class 'wave' has no segment in the train split: .* Correct the lists, delete"
    ):
        assign_splits(videos, [], OFFICIAL)


def test_a_class_that_may_lack_somewhere_is_no_error() -> None:
    videos = one_class_groups({"sit": 9, "none": 1})
    assert set(assign_splits(videos, [], STRATIFIED, may_lack=["none"]).values()) == set(SPLITS)


@pytest.mark.parametrize("config", [STRATIFIED, HASH, OFFICIAL])
def test_videos_that_no_row_names_have_a_split_too(config: SplitsConfig) -> None:
    rows = [(f"{i}.mp4", "sit", None, SPLITS[i % 3]) for i in range(60)]
    unnamed: dict[str, list[Segment]] = {f"u{i}.mp4": [] for i in range(60)}
    splits = assign_splits(make_videos(*rows) | unnamed, [["0.mp4", "u0.mp4"]], config)
    assert splits["u0.mp4"] == splits["0.mp4"]
    if config.mode == "stratified":
        assert {splits[video] for video in unnamed} == set(SPLITS)


def test_videos_that_no_row_names_are_where_their_groups_are() -> None:
    named = make_videos(*((f"P{i}.mp4", "sit", f"P{i}") for i in range(40)))
    groups = {f"u{i}.mp4": f"P{i}" for i in range(50)} | {f"w{i}.mp4": f"P{i}" for i in range(50)}
    videos: dict[str, list[Segment]] = named | {video: [] for video in groups}
    splits = assign_splits(videos, [], HASH, groups=groups)
    assert all(
        splits[f"u{i}.mp4"] == splits[f"w{i}.mp4"] == splits.get(f"P{i}.mp4", splits[f"u{i}.mp4"]) for i in range(50)
    )
    rows = Assignment().extended(groups_of_videos(videos, groups), splits).rows
    assert Row("u41.mp4", "P41", splits["u41.mp4"]) in rows


def test_an_assignment_and_official_lists_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="assignment is for the modes stratified and hash; with mode 'official'"):
        SplitsConfig(mode="official", assignment="splits.csv")
