"""HMDB51's lists: one a class and fold."""

from pathlib import Path

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.detect import annotation_files, read_annotations
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Record, Reject, Segment, Source
from foundation.messages.errors import UserError
from tests.components.annotations.readers.reading import outline, read, read_reject, read_segment

CLIP = "April_09_brush_hair_u_nm_np1_ba_goo_0.avi"
NAME = "brush_hair_test_split1.txt"


def read_lists(folder: Path, **config: int) -> list[Record]:
    for label in ("wave", "brush_hair"):
        for fold in (1, 2):
            (folder / f"{label}_test_split{fold}.txt").write_text(f"a_{label}.avi {fold} \nb_{label}.avi 0\n")
    (folder / "readme.txt").write_text("not a list")
    return read_annotations(DataConfig(annotations=str(folder), videos=str(folder), **config)).records


def test_a_clip_has_the_class_of_its_list_and_is_found_by_its_name(tmp_path: Path) -> None:
    assert read(tmp_path, f"{CLIP} 1 \n", NAME) == [
        Segment(
            CLIP,
            "brush_hair",
            Source(NAME, 1),
            group="April_09_brush_hair",
            split="train",
            find_by=FindBy.NAME,
        )
    ]


@pytest.mark.parametrize(("use", "split"), [("1", "train"), ("2", "test")])
def test_one_is_train_and_two_is_test(tmp_path: Path, use: str, split: str) -> None:
    assert read_segment(tmp_path, f"{CLIP}\t{use}\n", NAME).split == split


def test_a_clip_that_the_fold_leaves_out_is_in_the_ledger(tmp_path: Path) -> None:
    reject = read_reject(tmp_path, f"\n{CLIP} 0\n", NAME)
    assert (reject.reason, reject.source, reject.video) == (Reason.ROW_EXCLUDED, Source(NAME, 2), CLIP)


@pytest.mark.parametrize("line", ["clip.avi", "clip.avi 3", "clip.avi 1 x", "1", "clip.avi -1"])
def test_a_line_of_another_shape(tmp_path: Path, line: str) -> None:
    reject = read_reject(tmp_path, f"{line}\n", NAME, format="hmdb51")
    assert (reject.reason, reject.value) == (Reason.ROW_MALFORMED, line)


def test_names_with_spaces_and_signs(tmp_path: Path) -> None:
    segment = read_segment(tmp_path, "#20 (Rhythm); clap!.avi 2\n", NAME)
    assert (segment.video, segment.group) == ("#20 (Rhythm); clap!.avi", None)


@pytest.mark.parametrize("fold", [1, 2])
def test_a_folder_gives_all_classes_of_the_chosen_fold(tmp_path: Path, fold: int) -> None:
    records = read_lists(tmp_path, fold=fold)
    assert outline(records) == [(1, "brush_hair"), (2, Reason.ROW_EXCLUDED), (1, "wave"), (2, Reason.ROW_EXCLUDED)]
    assert {record.source.file for record in records if record.source} == {
        f"{label}_test_split{fold}.txt" for label in ("brush_hair", "wave")
    }
    assert all(isinstance(record, Reject) or record.split == ("train", "test")[fold - 1] for record in records)


def test_the_lists_of_the_fold_are_the_files_that_are_read(tmp_path: Path) -> None:
    read_lists(tmp_path)
    config = DataConfig(annotations=str(tmp_path), videos=str(tmp_path), fold=2)
    assert [file.name for file in annotation_files(config)] == ["brush_hair_test_split2.txt", "wave_test_split2.txt"]


def test_a_fold_without_lists_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"has no list of fold 3, like wave_test_split3\.txt; see data\.fold"):
        read_lists(tmp_path, fold=3)


def test_a_list_of_another_name_has_no_class(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"clips\.txt: the class stands in the name of HMDB51's lists"):
        read(tmp_path, f"{CLIP} 1\n", "clips.txt", format="hmdb51")
