"""A folder per class."""

import os
from pathlib import Path

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.detect import read_annotations
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Record, Reject, Segment, Source
from foundation.messages.errors import UserError


def read_folder(folder: Path, videos: Path | None = None) -> list[Record]:
    return read_annotations(DataConfig(annotations=str(folder), videos=str(videos or folder))).records


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def test_the_folder_is_the_label_and_a_folder_in_it_the_group(tmp_path: Path) -> None:
    touch(tmp_path, "sit/a.mp4", "wave/ann/b.mp4", "wave/ann/late/c.mp4")
    assert read_folder(tmp_path) == [
        Segment("sit/a.mp4", "sit", Source("sit", 1)),
        Segment("wave/ann/b.mp4", "wave", Source("wave", 2), group="ann"),
        Segment("wave/ann/late/c.mp4", "wave", Source("wave", 3), group="ann/late"),
    ]


def test_folders_called_like_splits_hold_the_classes(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "Train/sit/a.mp4",
        "Train/wave/ann/b.mp4",
        "val/sit/c.MP4",
        "test/wave/d.mp4",
        "readme.txt",
        "train.csv",
    )
    records, assumptions = read_annotations(DataConfig(annotations=str(tmp_path), videos=str(tmp_path)))
    assert records == [
        Segment("Train/sit/a.mp4", "sit", Source("sit", 1), split="train"),
        Segment("Train/wave/ann/b.mp4", "wave", Source("wave", 2), group="ann", split="train"),
        Segment("test/wave/d.mp4", "wave", Source("wave", 3), split="test"),
        Segment("val/sit/c.MP4", "sit", Source("sit", 4), split="eval"),
    ]
    assert [assumption.message for assumption in assumptions] == [
        "the folders Train, test, val are read as splits, and the folders in them as classes"
    ]


@pytest.mark.parametrize(
    "names", [("train", "validation"), ("training", "valid", "testing"), ("train", "eval"), ("test",)]
)
def test_splits_have_their_usual_names(tmp_path: Path, names: tuple[str, ...]) -> None:
    touch(tmp_path, *(f"{name}/sit/a.mp4" for name in names), "docs/notes/about.txt")
    records = read_folder(tmp_path)
    assert {(record.label, record.split is not None) for record in records if isinstance(record, Segment)} == {
        ("sit", True)
    }
    assert len(records) == len(names)


def test_a_video_between_splits_and_classes_has_no_label(tmp_path: Path) -> None:
    touch(tmp_path, "train/sit/a.mp4", "train/b.mp4")
    rejected, accepted = read_folder(tmp_path)
    assert isinstance(rejected, Reject)
    assert (rejected.reason, rejected.video, accepted.label) == (Reason.LABEL_MISSING, "train/b.mp4", "sit")


def test_splits_without_classes_are_an_error(tmp_path: Path) -> None:
    touch(tmp_path, "train/a.mp4", "test/b.mp4")
    with pytest.raises(
        UserError, match="the folders test, train are called like splits and hold videos, and no folder per"
    ):
        read_folder(tmp_path)


def test_splits_beside_other_folders_of_videos_are_an_error(tmp_path: Path) -> None:
    touch(tmp_path, "train/sit/a.mp4", "test/sit/b.mp4", "raw/c.mp4")
    with pytest.raises(
        UserError, match="test, train are called like splits, and raw is not; move the others elsewhere"
    ):
        read_folder(tmp_path)


def test_a_class_may_be_called_like_a_split(tmp_path: Path) -> None:
    touch(tmp_path, "train/a.mp4", "bus/b.mp4")
    assert [(record.label, record.video) for record in read_folder(tmp_path)] == [
        ("bus", "bus/b.mp4"),
        ("train", "train/a.mp4"),
    ]


def test_hidden_files_and_folders_and_files_beside_the_classes_are_no_annotations(tmp_path: Path) -> None:
    clutter = (
        "sit/.DS_Store",
        "sit/._a.mp4",
        "sit/Thumbs.db",
        "sit/desktop.ini",
        "__MACOSX/sit/a.mp4",
        "sit/.git/b.mp4",
    )
    touch(tmp_path, "readme.txt", ".cache/a.mp4", "sit/a.mp4", *clutter)
    assert [record.video for record in read_folder(tmp_path)] == ["sit/a.mp4"]


def test_a_folder_named_like_a_video_is_a_group_and_a_pipe_is_nothing(tmp_path: Path) -> None:
    touch(tmp_path, "sit/x.mp4/a.mp4")
    os.mkfifo(tmp_path / "sit" / "pipe.mp4")
    assert [record.video for record in read_folder(tmp_path)] == ["sit/x.mp4/a.mp4"]


def test_classes_in_a_folder_of_the_videos_folder_keep_the_whole_path(tmp_path: Path) -> None:
    touch(tmp_path, "train/sit/a.mp4", "other/b.mp4")
    (record,) = read_folder(tmp_path / "train", videos=tmp_path)
    assert (record.video, record.label) == ("train/sit/a.mp4", "sit")


def test_classes_outside_the_videos_folder_are_an_error(tmp_path: Path) -> None:
    touch(tmp_path, "classes/sit/a.mp4", "videos/b.mp4")
    with pytest.raises(
        UserError, match=r"classes: data\.format 'folders' expects data\.annotations to be data\.videos"
    ):
        read_folder(tmp_path / "classes", videos=tmp_path / "videos")


def test_a_folder_without_folders_is_an_error(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp4")
    with pytest.raises(UserError, match="no folder in it; data.format 'folders' expects one folder per class"):
        read_folder(tmp_path)


def test_folders_without_files_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "sit").mkdir()
    with pytest.raises(UserError, match=r"holds no annotation \(read as folders\)"):
        read_folder(tmp_path)


def test_names_that_are_no_utf8_are_rejected_in_words_that_can_be_printed(tmp_path: Path) -> None:
    (tmp_path / "caf\udce9").mkdir()
    (tmp_path / "caf\udce9" / "a.mp4").touch()
    touch(tmp_path, "sit/a.mp4")
    rejected, accepted = read_folder(tmp_path)
    assert isinstance(rejected, Reject)
    assert rejected.reason is Reason.TEXT_INVALID
    assert rejected.as_ledger_entry()["video"] == r"caf\udce9/a.mp4"
    assert rejected.as_ledger_entry()["file"] == r"caf\udce9"
    assert accepted.label == "sit"


def groups_of(folder: Path) -> tuple[list[str | None], list[str]]:
    """The groups of all clips, and what was assumed."""
    records, assumptions = read_annotations(DataConfig(annotations=str(folder), videos=str(folder)))
    return [record.group for record in records if isinstance(record, Segment)], list(map(str, assumptions))


def test_clips_called_as_in_ucf101_have_the_recording_as_group_as_in_lists_and_this_is_said(tmp_path: Path) -> None:
    clips = ("Archery/v_Archery_g03_c01.avi", "Archery/v_Archery_g03_c02.avi", "Biking/v_Biking_g03_c01.avi")
    touch(tmp_path, *clips, "Biking/notes.txt")
    groups, (assumption,) = groups_of(tmp_path)
    assert groups == ["Archery/g03", "Archery/g03", None, "Biking/g03"]
    assert "all 3 videos are called as in UCF101" in assumption
    assert "2 groups, such as 'Archery/g03'" in assumption
    assert "data.group_pattern" in assumption


def test_clips_called_as_in_hmdb51_have_the_film_as_group(tmp_path: Path) -> None:
    touch(
        tmp_path,
        *(f"sit/The_Film_sit_u_nm_np1_ba_goo_{number}.avi" for number in (0, 1)),
        "sit/Other_sit_f_cm_np1_ri_bad_0.avi",
    )
    groups, (assumption,) = groups_of(tmp_path)
    assert groups == ["Other_sit", "The_Film_sit", "The_Film_sit"]
    assert "HMDB51" in assumption


def test_one_other_name_or_a_folder_for_the_group_leaves_the_groups_as_they_are(tmp_path: Path) -> None:
    touch(tmp_path, "Archery/v_Archery_g03_c01.avi", "Archery/holiday.avi")
    assert groups_of(tmp_path) == ([None, None], [])
    (tmp_path / "Archery" / "holiday.avi").unlink()
    touch(tmp_path, "Archery/ann/v_Archery_g03_c02.avi")
    assert groups_of(tmp_path) == (["ann", None], [])


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ("videos/sit/a.mp4", "videos/wave/b.mp4"),
            "videos is read as classes, and the folders in them as groups (2 groups",
        ),
        (("train_set/sit/a.mp4", "test_set/sit/b.mp4"), "test_set, train_set are read as classes"),
        (("fold1/sit/a.mp4", "fold2/sit/b.mp4"), "fold1, fold2 are read as classes"),
    ],
)
def test_groups_that_may_be_the_classes_are_said(tmp_path: Path, names: tuple[str, ...], message: str) -> None:
    touch(tmp_path, *names)
    _, (said,) = read_annotations(DataConfig(annotations=str(tmp_path), videos=str(tmp_path)))
    assert said.message.startswith(message)


def test_splits_in_the_folders_of_classes_are_no_groups(tmp_path: Path) -> None:
    touch(tmp_path, "sit/train/a.mp4", "sit/test/b.mp4", "wave/train/c.mp4")
    with pytest.raises(
        UserError, match=r"test, train are called like splits .* put them outside, as in train/<class>/"
    ):
        read_folder(tmp_path)
    touch(tmp_path, "wave/ann/d.mp4")
    assert len(read_folder(tmp_path)) == 4
