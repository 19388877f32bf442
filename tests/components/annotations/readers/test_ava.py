"""AVA's CSV: what each person does in each key frame."""

from pathlib import Path

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.detect import annotation_files, read_annotations
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, FindBy, Record, Segment, Source
from foundation.messages.errors import UserError
from tests.components.annotations.readers.reading import outline, read, read_reject, read_segment

NAME = "ava_train_v2.2.csv"
ROW = "-5KQ66BBWC4,0902,0.077,0.151,0.283,0.811,80,1\n"
BOX = Box(902, 0.077, 0.151, 0.283, 0.811)
ACTIONS = 'item {\n  name: "bend/bow (at the waist)"\n  id: 1\n}\nlabel {\n  name: "watch"\n  label_id: 80\n}\n'


def test_a_key_frame_stands_for_the_three_seconds_around_it(tmp_path: Path) -> None:
    assert read(tmp_path, ROW, NAME) == [
        Segment(
            "-5KQ66BBWC4", "80", Source(NAME, 1), 900.5, 903.5, boxes=(BOX,), is_key_frame=True, find_by=FindBy.NAME
        )
    ]


def test_the_first_second_has_nothing_before_the_start(tmp_path: Path) -> None:
    segment = read_segment(tmp_path, "abc,1,0,0,1,1,80,1\n", NAME)
    assert (segment.start, segment.end) == (0, 2.5)


def test_each_action_of_a_person_is_a_segment(tmp_path: Path) -> None:
    records = read(tmp_path, ROW + ROW.replace(",80,", ",9,"), NAME)
    assert outline(records) == [(1, "80"), (2, "9")]


def test_a_segment_has_the_boxes_of_its_person_in_its_span_and_of_nobody_else(tmp_path: Path) -> None:
    rows = [
        f"abc,{second:04d},0.1,0.2,0.3,0.{second - 895},7,{person}\n" for second in range(900, 904) for person in (0, 1)
    ]
    records = read(tmp_path, "".join(rows) + ROW, NAME)
    middle = records[4]
    assert isinstance(middle, Segment)
    assert [(box.time, box.y_max) for box in middle.boxes] == [(901, 0.6), (902, 0.7), (903, 0.8)]


@pytest.mark.parametrize("person", ["", ",", ",-1"])
def test_without_a_persons_id_there_is_the_own_box_only(tmp_path: Path, person: str) -> None:
    rows = [f"abc,{second},0.1,0.2,0.3,0.4,7{person}\n" for second in (900, 901)]
    assert [len(record.boxes) for record in read(tmp_path, "".join(rows), NAME) if isinstance(record, Segment)] == [
        1,
        1,
    ]


def test_the_list_of_actions_names_them(tmp_path: Path) -> None:
    (tmp_path / "actions.pbtxt").write_text(ACTIONS)
    records = read(tmp_path, ROW + ROW.replace(",80,", ",2,"), NAME, label_map=str(tmp_path / "actions.pbtxt"))
    assert outline(records) == [(1, "watch"), (2, Reason.LABEL_UNKNOWN)]


def read_with_excluded(folder: Path, excluded: str, name: str) -> list[Record]:
    (folder / name).write_text(excluded)
    return read(folder, ROW + ROW.replace("0902", "0903"), NAME)


def test_excluded_key_frames_are_in_the_ledger(tmp_path: Path) -> None:
    records = read_with_excluded(tmp_path, "-5KQ66BBWC4,0902\nother,0903\n", "ava_train_excluded_timestamps_v2.2.csv")
    assert outline(records) == [(1, Reason.ROW_EXCLUDED), (2, "80")]
    config = DataConfig(annotations=str(tmp_path / NAME), videos=str(tmp_path))
    assert [file.name for file in annotation_files(config)] == [NAME, "ava_train_excluded_timestamps_v2.2.csv"]


def test_the_list_of_another_part_excludes_nothing(tmp_path: Path) -> None:
    records = read_with_excluded(tmp_path, "-5KQ66BBWC4,0902\n", "ava_val_excluded_timestamps_v2.2.csv")
    assert outline(records) == [(1, "80"), (2, "80")]


def test_a_bad_row_of_the_excluded_key_frames_is_a_reject(tmp_path: Path) -> None:
    name = "ava_train_excluded_timestamps_v2.2.csv"
    records = read_with_excluded(tmp_path, "-5KQ66BBWC4\n-5KQ66BBWC4,soon\n", name)
    assert outline(records) == [(1, Reason.TIME_INVALID), (2, Reason.TIME_INVALID), (1, "80"), (2, "80")]
    assert [record.source.file for record in records if record.source] == [name, name, NAME, NAME]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("abc,0902", Reason.LABEL_MISSING),
        ("abc,0902,,,,,,", Reason.LABEL_MISSING),
        ("abc", Reason.ROW_MALFORMED),
        (",0902,0,0,1,1,80,1", Reason.ROW_MALFORMED),
        ("abc,0902,0,0,1,1", Reason.ROW_MALFORMED),
        ("abc,0902,0,0,1,1,80,1,1", Reason.ROW_MALFORMED),
        ("abc,0902,0,0,1,1,stand,1", Reason.ROW_MALFORMED),
        ("abc,0902,0,0,1,1,80,0.655", Reason.ROW_MALFORMED),
        ("sports/v_1.mp4,377,0,0,1,1,80,1", Reason.ROW_MALFORMED),
        ("abc,,0,0,1,1,80,1", Reason.TIME_INVALID),
        ("abc,soon,0,0,1,1,80,1", Reason.TIME_INVALID),
        ("abc,-2,0,0,1,1,80,1", Reason.TIME_INVALID),
        ("abc,0902,0,0,1.1,1,80,1", Reason.BOX_INVALID),
        ("abc,0902,0.5,0,0.5,1,80,1", Reason.BOX_INVALID),
        ("abc,0902,0,0.7,1,0.6,80,1", Reason.BOX_INVALID),
        ("abc,0902,,0,1,1,80,1", Reason.BOX_INVALID),
        ("abc,0902,nan,0,1,1,80,1", Reason.BOX_INVALID),
        ('"abc,0902,0,0,1,1,80,1', Reason.ROW_MALFORMED),
    ],
)
def test_bad_rows_cost_themselves_only(tmp_path: Path, row: str, reason: Reason) -> None:
    assert outline(read(tmp_path, f"{ROW}{row}\n", NAME)) == [(1, "80"), (2, reason)]


def test_predictions_are_recognised(tmp_path: Path) -> None:
    reject = read_reject(tmp_path, "abc,1774,0.072,0.470,0.840,0.898,2,0.655\n", NAME)
    assert "is this a file of predictions" in reject.message


def test_a_list_of_actions_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"data\.label_map: .*nowhere\.pbtxt cannot be read: No such file"):
        read(tmp_path, ROW, NAME, label_map=str(tmp_path / "nowhere.pbtxt"))


def test_the_format_is_told_under_any_name(tmp_path: Path) -> None:
    (tmp_path / "labels.dat").write_text(ROW)
    assert (
        len(read_annotations(DataConfig(annotations=str(tmp_path / "labels.dat"), videos=str(tmp_path))).records) == 1
    )
