"""What holds for the splits of any data set."""

from collections import defaultdict

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from components.annotations.splits.assignment import Assignment
from components.annotations.splits.config import SPLITS, SplitsConfig
from components.annotations.splits.grouping import groups_of_videos
from components.annotations.splits.splitting import assign_splits
from foundation.messages.errors import UserError
from tests.components.annotations.splits.split_data import (
    Videos,
    count_segments,
    make_videos,
    one_class_groups,
    splits_of_groups,
)

NAMES = [f"{index}.mp4" for index in range(12)]
NOTHING_EARLIER = Assignment()
GROUPS = [None, "ann", "bob", "cem", "dan", "eve", "fay", "gus"]


@st.composite
def configs(draw: st.DrawFn, *modes: str) -> SplitsConfig:
    train, evaluation, test = (draw(st.integers(1, 8)) for _ in range(3))
    total = train + evaluation + test
    return SplitsConfig(
        mode=draw(st.sampled_from(modes or ("stratified", "hash", "official"))),
        train=train / total,
        eval=evaluation / total,
        test=test / total,
        seed=draw(st.integers(0, 99)),
    )


ROWS = st.tuples(
    st.sampled_from(NAMES), st.sampled_from(["sit", "wave"]), st.sampled_from(GROUPS), st.sampled_from(SPLITS)
)
TIES = st.lists(st.lists(st.sampled_from(NAMES), min_size=2, max_size=3, unique=True), max_size=2)


@settings(max_examples=100)
@given(rows=st.lists(ROWS, min_size=1, max_size=24), ties=TIES, config=configs())
def test_each_video_has_one_split_and_what_belongs_together_stays_together(
    rows: list[tuple[str, str, str | None, str]], ties: list[list[str]], config: SplitsConfig
) -> None:
    videos = make_videos(*rows)
    ties = [tied for tied in ties if all(video in videos for video in tied)]
    try:
        splits = assign_splits(videos, ties, config)
    except UserError as error:
        assert any(
            verb in str(error) for verb in ("Add videos", "add videos", "Correct the splits", "Correct the lists")
        )
        return
    assert splits.keys() == videos.keys()
    assert set(splits.values()) == set(SPLITS)
    assert all(len(found) == 1 for found in splits_of_groups(videos, splits).values())
    assert all(len({splits[video] for video in tied}) == 1 for tied in ties)
    if config.mode == "stratified":
        labels = {label for _, label, *_ in rows}
        assert count_segments(videos, splits).keys() == {(split, label) for split in SPLITS for label in labels}


@given(rows=st.lists(ROWS, min_size=1, max_size=24), config=configs(), data=st.data())
def test_the_order_of_the_rows_does_not_matter(
    rows: list[tuple[str, str, str | None, str]], config: SplitsConfig, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(rows))
    results = []
    for ordered in (rows, shuffled):
        try:
            results.append(dict(sorted(assign_splits(make_videos(*ordered), [], config).items())))
        except UserError:
            results.append({})
    assert results[0] == results[1]


LABEL_COUNTS = st.dictionaries(st.sampled_from(["run", "sit", "stand", "wave"]), st.integers(3, 25), min_size=1)


@given(groups_by_label=LABEL_COUNTS, videos_per_group=st.integers(1, 3), config=configs("stratified"))
def test_stratified_gives_every_class_to_every_split_from_three_groups_on(
    groups_by_label: dict[str, int], videos_per_group: int, config: SplitsConfig
) -> None:
    videos = one_class_groups(groups_by_label, videos_per_group)
    counts = count_segments(videos, assign_splits(videos, [], config))
    for label, num_groups in groups_by_label.items():
        for split, share in config.shares.items():
            in_groups = counts[split, label] / videos_per_group
            assert in_groups >= 1
            # A split that would get none takes a group from the others.
            assert abs(in_groups - num_groups * share) <= 2


@given(sizes=st.lists(st.integers(1, 6), min_size=20, max_size=60), config=configs("stratified"))
def test_stratified_meets_the_shares_to_within_a_large_group(sizes: list[int], config: SplitsConfig) -> None:
    videos = make_videos(
        *((f"{group}/{index}.mp4", "sit", f"g{group}") for group, size in enumerate(sizes) for index in range(size))
    )
    counts = count_segments(videos, assign_splits(videos, [], config))
    for split, share in config.shares.items():
        assert abs(counts[split, "sit"] - share * sum(sizes)) <= max(sizes)


@settings(max_examples=15)
@given(config=configs("hash"))
def test_hashing_meets_the_shares_when_there_are_many_groups(config: SplitsConfig) -> None:
    videos = one_class_groups({"sit": 1500})
    counts = count_segments(videos, assign_splits(videos, [], config))
    for split, share in config.shares.items():
        assert abs(counts[split, "sit"] / 1500 - share) < 0.06


MORE_GROUPS = st.sampled_from([None, "ann", "zoe", "sit-3", "sit-4"])


@settings(max_examples=100)
@given(
    old=st.dictionaries(st.sampled_from(NAMES), MORE_GROUPS),
    new=st.dictionaries(st.sampled_from(["-.mp4", "5a.mp4", "z.mp4"]), MORE_GROUPS, min_size=1),
    config=configs("hash"),
)
def test_hashing_never_moves_a_video_when_others_are_added(
    old: dict[str, str | None], new: dict[str, str | None], config: SplitsConfig
) -> None:
    before = one_class_groups({"sit": 60}) | make_videos(*((video, "sit", group) for video, group in old.items()))
    after = before | make_videos(*((video, "wave", group) for video, group in new.items()))
    # So that the new class is in train, whatever the groups.
    after |= make_videos(*((f"w{i}.mp4", "wave", None) for i in range(60)))
    splits = split_or_skip(before, config)
    grown = split_or_skip(after, config)
    assert {video: grown[video] for video in splits} == splits


@settings(max_examples=100)
@given(
    old=st.lists(ROWS, max_size=12),
    new=st.lists(ROWS, max_size=12),
    ties=TIES,
    config=configs("hash", "stratified"),
    seed=st.integers(0, 9),
)
def test_with_an_assignment_no_old_video_ever_moves_whatever_is_added(
    old: list[tuple[str, str, str | None, str]],
    new: list[tuple[str, str, str | None, str]],
    ties: list[list[str]],
    config: SplitsConfig,
    seed: int,
) -> None:
    others = one_class_groups({"sit": 40, "wave": 40})
    before = others | make_videos(*old)
    splits = split_or_skip(before, config)
    earlier = Assignment().extended(groups_of_videos(before), splits)
    after = others | make_videos(*old, *new)
    ties = [tied for tied in ties if all(video in after for video in tied)]
    try:
        grown = assign_splits(after, ties, config.model_copy(update={"seed": seed}), earlier)
    except UserError as error:
        assert "but now they belong together" in str(error)
        return
    assert {video: grown[video] for video in splits} == splits
    assert all(len(found) == 1 for found in splits_of_groups(after, grown).values())
    assert all(len({grown[video] for video in tied}) == 1 for tied in ties)
    old_groups = splits_of_groups(before, splits)
    new_groups = splits_of_groups(after, grown)
    assert {group: new_groups[group] for group in old_groups} == old_groups


@given(num_old=st.integers(3, 30), num_new=st.integers(1, 40), config=configs("stratified"))
def test_old_groups_count_towards_the_shares(num_old: int, num_new: int, config: SplitsConfig) -> None:
    before = one_class_groups({"sit": num_old})
    earlier = Assignment().extended(groups_of_videos(before), dict.fromkeys(before, "train"))
    after = before | make_videos(*((f"new{index}.mp4", "sit", None) for index in range(num_new)))
    splits = split_or_skip(after, config, earlier)
    counts = count_segments(after, splits)
    num_train = max(num_old, round(config.train * (num_old + num_new)))
    assert abs(counts["train", "sit"] - num_train) <= 2


def split_or_skip(videos: Videos, config: SplitsConfig, earlier: Assignment = NOTHING_EARLIER) -> dict[str, str]:
    """The splits; data sets in which one is empty by chance are not what the test is about."""
    try:
        return assign_splits(videos, [], config, earlier)
    except UserError:
        reject()


@given(config=configs("official"), num_train=st.integers(30, 60), num_test=st.integers(1, 20))
def test_official_test_data_stays_test_data(config: SplitsConfig, num_train: int, num_test: int) -> None:
    rows = [(f"{i}.mp4", "sit", None, "train" if i < num_train else "test") for i in range(num_train + num_test)]
    videos = make_videos(*rows)
    splits = split_or_skip(videos, config)
    by_split = defaultdict(set)
    for video, split in splits.items():
        by_split[split].add(video)
    assert by_split["test"] == {f"{i}.mp4" for i in range(num_train, num_train + num_test)}
    assert by_split["eval"]
