"""splits.csv: what is written is what is read, and what is no assignment is refused with its row."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotations.files.manifest import Manifest
from components.annotations.records.record import Segment
from components.annotations.splits.assignment import Assignment, Row, read_assignment
from components.annotations.splits.config import SPLITS, SplitsConfig
from components.annotations.splits.grouping import groups_of_videos
from components.annotations.splits.splitting import assign_splits, split_manifest
from foundation.messages.errors import UserError
from tests.components.annotations.splits.split_data import make_videos, one_class_groups

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8) | st.sampled_from(
    [',"', "=1+1", " a ", "#"]
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "splits.csv"


def read(path: Path, content: str | bytes) -> Assignment:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_assignment(path)


def problem_of(path: Path, content: str | bytes) -> str:
    """What is said of a file, after it was checked for what all such messages have in common."""
    with pytest.raises(UserError) as caught:
        read(path, content)
    message = str(caught.value)
    assert message.startswith(f"splits.assignment: {path}")
    assert "Correct it, or have it written anew" in message
    return message


def test_rows_are_sorted_and_each_stands_once(path: Path) -> None:
    videos = make_videos(
        ("b.mp4", "sit", "ann"), ("a.mp4", "sit", None), ("b.mp4", "wave", "ann"), ("b.mp4", "sit", "bob")
    )
    text = Assignment().extended(groups_of_videos(videos), {"a.mp4": "test", "b.mp4": "train"}).to_csv()
    assert text == "video,group,split\na.mp4,,test\nb.mp4,ann,train\nb.mp4,bob,train\n"
    assert read(path, text).to_csv() == text


@given(names=st.dictionaries(TEXTS.filter(bool), st.tuples(TEXTS, st.sampled_from(SPLITS)), min_size=1))
def test_what_is_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, names: dict[str, tuple[str, str]]
) -> None:
    split_of_group = dict(names.values())
    rows = {Row(video, group, split_of_group[group] if group else split) for video, (group, split) in names.items()}
    assignment = Assignment(tuple(sorted(rows)))
    path = tmp_path_factory.getbasetemp() / "splits.csv"
    assert read(path, assignment.to_csv()).rows == assignment.rows


@given(content=st.binary(max_size=60) | st.text('video,group,split\n"ar\0').map(str.encode))
def test_any_bytes_are_an_assignment_or_the_users_mistake(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    try:
        read(tmp_path_factory.getbasetemp() / "splits.csv", content)
    except UserError as error:
        assert "Correct it" in str(error)


def test_columns_may_come_in_any_order_with_others_and_as_a_spreadsheet_saves_them(path: Path) -> None:
    content = "\ufeffsplit,note,video,group\r\ntest,x,a.mp4,ann\r\n"
    assert read(path, content).rows == (Row("a.mp4", "ann", "test"),)


def test_a_group_may_be_assigned_without_a_video(path: Path) -> None:
    assert read(path, "video,group,split\n,ann,test\n").rows == (Row("", "ann", "test"),)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "row 1: no column 'video' and no column 'group' and no column 'split'"),
        ("video,split\n", "row 1: no column 'group'"),
        (
            "video,group,split\na.mp4,,train\nb.mp4,,holdout\n",
            "row 3: the split 'holdout' is none of train, eval, test",
        ),
        ("video,group,split\na.mp4\n", "row 2: the split '' is none of"),
        ("video,group,split\n,,train\n", "row 2: neither a video nor a group"),
        (
            "video,group,split\na.mp4,ann,train\nb.mp4,ann,test\n",
            "row 3: group 'ann' is in test, and in train further up",
        ),
        (
            "video,group,split\na.mp4,ann,train\na.mp4,bob,eval\n",
            "row 3: video 'a.mp4' is in eval, and in train further up",
        ),
        ('video,group,split\n"a', "is not CSV in UTF-8: unexpected end of data"),
        (b"video,group,split\n\xff,,train\n", "is not CSV in UTF-8: 'utf-8' codec"),
    ],
)
def test_what_is_no_assignment_is_refused_with_its_row(path: Path, content: str | bytes, problem: str) -> None:
    assert problem in problem_of(path, content)


def manifest_of(videos: dict[str, list[Segment]]) -> Manifest:
    return Manifest({video: tuple(segments) for video, segments in videos.items()}, (), (), 0, len(videos))


def test_a_second_run_keeps_what_the_first_one_wrote(path: Path) -> None:
    videos = one_class_groups({"sit": 12, "wave": 12})
    splits, assignment = split_manifest(manifest_of(videos), SplitsConfig())
    path.write_text(assignment.to_csv())
    fewer = dict(list(videos.items())[6:])
    grown = fewer | make_videos(*((f"new{index}.mp4", "sit", None) for index in range(20)))
    config = SplitsConfig(seed=1, assignment=str(path))
    again, second = split_manifest(manifest_of(grown), config)
    assert {video: again[video] for video in fewer} == {video: splits[video] for video in fewer}
    # What is absent today keeps its place for the day when it comes back.
    assert set(assignment.rows) < set(second.rows)


@pytest.mark.parametrize(
    ("group", "ties", "reason"),
    [
        (
            "ann",
            [],
            "labels.csv, row 2 puts new.mp4 into the group 'ann'; labels.csv, row 3 puts new.mp4 into the group 'bob'",
        ),
        (
            None,
            [["a.mp4", "new.mp4"], ["new.mp4", "b.mp4"]],
            "a.mp4 and new.mp4 have the same bytes; new.mp4 and b.mp4 have the same bytes",
        ),
    ],
)
def test_old_groups_of_two_splits_that_are_tied_now_are_named_with_what_ties_them(
    group: str | None, ties: list[list[str]], reason: str
) -> None:
    old = make_videos(("a.mp4", "sit", "ann"), ("b.mp4", "sit", "bob"), ("c.mp4", "sit", "cem"))
    earlier = Assignment(
        (Row("a.mp4", "ann", "train"), Row("b.mp4", "bob", "test"), Row("c.mp4", "cem", "eval")), "old.csv"
    )
    new = make_videos(("new.mp4", "sit", group), ("new.mp4", "sit", "bob" if group else None))
    with pytest.raises(UserError) as caught:
        assign_splits(old | new, ties, SplitsConfig(), earlier)
    one, other = ("group 'ann'", "group 'bob'") if group else ("video 'a.mp4'", "video 'b.mp4'")
    assert str(caught.value) == (
        f"splits.assignment: old.csv has {one} in train and {other} in test, but now they belong together: {reason}. "
        "Correct what ties them, leave one of them out, or give both the same split in that file"
    )
