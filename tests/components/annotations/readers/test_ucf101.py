"""UCF101's train and test lists."""

from pathlib import Path

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.detect import read_annotations
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Record, Reject, Segment, Source
from foundation.messages.errors import UserError

TRAIN = "Sit/v_Sit_g08_c01.avi 1\nStand Up/v_StandUp_g08_c01.avi 2\n"
TEST = "Sit/v_Sit_g01_c01.avi\n"


def read_lists(folder: Path, name: str = "", train: str = TRAIN, test: str = TEST, fold: str = "01") -> list[Record]:
    (folder / f"trainlist{fold}.txt").write_text(train)
    (folder / f"testlist{fold}.txt").write_text(test)
    return read_annotations(DataConfig(annotations=str(folder / name), videos=str(folder))).records


@pytest.mark.parametrize("name", ["", "trainlist01.txt", "testlist01.txt"])
def test_a_list_or_its_folder_gives_both_lists_of_the_fold(tmp_path: Path, name: str) -> None:
    assert read_lists(tmp_path, name) == [
        Segment("Sit/v_Sit_g08_c01.avi", "Sit", Source("trainlist01.txt", 1), group="Sit/g08", split="train"),
        Segment(
            "Stand Up/v_StandUp_g08_c01.avi",
            "Stand Up",
            Source("trainlist01.txt", 2),
            group="Stand Up/g08",
            split="train",
        ),
        Segment("Sit/v_Sit_g01_c01.avi", "Sit", Source("testlist01.txt", 1), group="Sit/g01", split="test"),
    ]


def test_the_fold_is_that_of_the_named_list(tmp_path: Path) -> None:
    read_lists(tmp_path, fold="01")
    records = read_lists(tmp_path, "trainlist02.txt", fold="02")
    assert {record.source.file for record in records if record.source} == {"trainlist02.txt", "testlist02.txt"}


def test_class_numbers_in_the_test_list_are_no_part_of_the_name(tmp_path: Path) -> None:
    assert read_lists(tmp_path, test="Sit/v_Sit_g01_c01.avi 1\n")[-1].video == "Sit/v_Sit_g01_c01.avi"


def test_a_byte_order_mark_is_no_part_of_the_first_label(tmp_path: Path) -> None:
    assert read_lists(tmp_path, train=f"\ufeff{TRAIN}") == read_lists(tmp_path)


def test_names_with_spaces_and_without_a_group(tmp_path: Path) -> None:
    segment = read_lists(tmp_path, train="Sit/my clip 7.avi 12\n")[0]
    assert isinstance(segment, Segment)
    assert (segment.video, segment.group) == ("Sit/my clip 7.avi", None)


@pytest.mark.parametrize("line", ["Sit", "Sit/", "/a.avi 1", "a/b/c.avi 1", "a\\b/c.avi 1", "1", "a/b\\c.avi", "/" * 9])
def test_a_line_of_another_shape(tmp_path: Path, line: str) -> None:
    reject = read_lists(tmp_path, train=f"\n{line}\n")[0]
    assert isinstance(reject, Reject)
    assert (reject.reason, reject.value, reject.source) == (Reason.ROW_MALFORMED, line, Source("trainlist01.txt", 2))
    assert "expected 'Class/v_Class_g01_c01.avi'" in reject.message


@pytest.mark.parametrize("unit", ["_g1_c1", "_g1", " ", "9 ", "a/"])
def test_the_time_for_a_line_grows_with_its_length_only(tmp_path: Path, unit: str) -> None:
    assert len(read_lists(tmp_path, train=f"Sit/{unit * 200_000}/\n")) == 2


def test_a_missing_partner_is_named(tmp_path: Path) -> None:
    (tmp_path / "trainlist01.txt").write_text(TRAIN)
    with pytest.raises(UserError, match=r"UCF101's lists come in pairs and .*testlist01\.txt is missing"):
        read_annotations(DataConfig(annotations=str(tmp_path), videos=str(tmp_path)))


def test_a_list_of_another_name_is_not_replaced_by_one_beside_it(tmp_path: Path) -> None:
    (tmp_path / "tsn_trainlist01.txt").write_text(TRAIN)
    records = read_lists(tmp_path, "tsn_trainlist01.txt")
    assert {record.source.file for record in records if record.source} == {"tsn_trainlist01.txt"}
    with pytest.raises(UserError, match="expected a UCF101 list named like"):
        read_annotations(
            DataConfig(annotations=str(tmp_path / "tsn_trainlist01.txt"), videos=str(tmp_path), format="ucf101")
        )
