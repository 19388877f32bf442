"""The CSV of Vertex AI and AutoML Video."""

from pathlib import Path

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.detect import annotation_files
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, FindBy, Record, Segment, Source
from tests.components.annotations.readers.reading import outline, read, read_reject, read_segment

NAME = "data.csv"
CORNERS = "0.1,0.2,0.5,0.2,0.5,0.6,0.1,0.6"
BOX = (0.1, 0.2, 0.5, 0.6)


def test_a_row_of_classification(tmp_path: Path) -> None:
    assert read(tmp_path, "gs://folder/sub/video1.avi,car,120,180.000021\n", NAME) == [
        Segment("video1.avi", "car", Source(NAME, 1), 120, 180.000021, find_by=FindBy.NAME)
    ]


@pytest.mark.parametrize(
    ("use", "split"),
    [
        ("TRAIN,", "train"),
        ("training,", "train"),
        ("VALIDATION,", "eval"),
        ("validate,", "eval"),
        ("Test,", "test"),
        ("UNASSIGNED,", None),
        ("", None),
    ],
)
def test_the_use_is_the_split(tmp_path: Path, use: str, split: str | None) -> None:
    assert read_segment(tmp_path, f"{use}gs://b/a.mp4,car,1,2\n", NAME).split == split


@pytest.mark.parametrize("end", ["inf", "Infinity", "INF", ""])
def test_an_end_that_is_that_of_the_video(tmp_path: Path, end: str) -> None:
    segment = read_segment(tmp_path, f"gs://b/a.mp4,car,3,{end}\n", NAME)
    assert (segment.start, segment.end) == (3, None)


@pytest.mark.parametrize("times", ["", ",", ",,"])
def test_a_label_without_times_is_that_of_the_whole_video(tmp_path: Path, times: str) -> None:
    segment = read_segment(tmp_path, f"gs://b/a.mp4,car{times}\n", NAME)
    assert (segment.label, segment.start, segment.end) == ("car", 0, None)


@pytest.mark.parametrize("row", [",0,5", ",0,5,,", "0,5,,", "0,5,,,"])
def test_times_without_a_label_are_a_negative_example(tmp_path: Path, row: str) -> None:
    segment = read_segment(tmp_path, f"gs://b/a.mp4,{row}\n", NAME)
    assert (segment.is_negative, segment.label, segment.start, segment.end) == (True, "", 0, 5)


@pytest.mark.parametrize("blanks", ["", ",,,", "," * 11])
def test_of_a_video_without_label_and_times_nothing_is_known(tmp_path: Path, blanks: str) -> None:
    reject = read_reject(tmp_path, f"gs://b/a.mp4{blanks}\n", NAME)
    assert (reject.reason, reject.video) == (Reason.LABEL_MISSING, "gs://b/a.mp4")
    assert "nothing is known of this video" in reject.message


@pytest.mark.parametrize(
    ("columns", "span"),
    [
        ("0,60,swing", (0, 60)),
        ("0,60,swing,", (0, 60)),
        ("0,60,swing,5,7.5", (5, 7.5)),
        ("0,60,swing,12.5", (11, 14)),
        (",,swing,12.5", (11, 14)),
        (",,swing,12.5,12.5", (11, 14)),
        (",,swing,5,inf", (5, None)),
        ("10,13,swing,10.5", (10, 12)),
        ("10,13,swing,12", (10.5, 13)),
    ],
)
def test_a_row_of_action_recognition(tmp_path: Path, columns: str, span: tuple[float, float | None]) -> None:
    segment = read_segment(tmp_path, f"gs://b/a.mp4,{columns}\n", NAME)
    assert (segment.label, (segment.start, segment.end)) == ("swing", span)


@pytest.mark.parametrize("corners", [CORNERS, "0.1,0.2,,,0.5,0.6,,", "0.5,0.6,,,0.1,0.2,,"])
def test_a_tracked_object_is_one_segment_with_its_boxes(tmp_path: Path, corners: str) -> None:
    rows = "".join(f"gs://b/a.mp4,car,7,{seconds},{corners}\n" for seconds in (3, 1, 2.5))
    assert read(tmp_path, rows, NAME) == [
        Segment(
            "a.mp4",
            "car",
            Source(NAME, 1),
            1,
            3,
            boxes=(Box(1, *BOX), Box(2.5, *BOX), Box(3, *BOX)),
            find_by=FindBy.NAME,
        )
    ]


@pytest.mark.parametrize("instance", ["", "-1", ","])
def test_boxes_without_an_instance_are_objects_of_their_own(tmp_path: Path, instance: str) -> None:
    instance = instance if instance == "," else f",{instance},"
    rows = "".join(f"gs://b/a.mp4,car{instance}{seconds},{CORNERS}\n" for seconds in (1, 5))
    records = read(tmp_path, rows, NAME)
    assert [(record.start, record.end) for record in records if isinstance(record, Segment)] == [(0, 2.5), (3.5, 6.5)]


def test_objects_are_told_apart_by_video_label_and_instance(tmp_path: Path) -> None:
    objects = [("a", "car", "1"), ("a", "car", "2"), ("a", "bus", "1"), ("b", "car", "1"), ("a", "car", "1")]
    rows = "".join(f"gs://b/{video}.mp4,{label},{i},{n},{CORNERS}\n" for n, (video, label, i) in enumerate(objects))
    assert outline(read(tmp_path, rows, NAME)) == [(1, "car"), (2, "car"), (3, "bus"), (4, "car")]


def read_lists(folder: Path, top: str) -> list[Record]:
    (folder / "train.csv").write_text("gs://b/a.mp4,car,1,2\ngs://b/b.mp4,,,\n")
    (folder / "test.csv").write_text("gs://b/c.mp4,car,1,2\ngs://b/train.csv\n")
    return read(folder, top, NAME)


def test_files_that_are_named_lie_beside_and_have_the_use_of_their_row(tmp_path: Path) -> None:
    records = read_lists(tmp_path, "TRAIN,gs://x/y/train.csv\nTEST,gs://x/y/test.csv\n")
    assert [str(record.source) for record in records] == [
        "train.csv, row 1",
        "train.csv, row 2",
        "test.csv, row 1",
        "test.csv, row 2",
    ]
    assert outline(records) == [(1, "car"), (2, Reason.LABEL_MISSING), (1, "car"), (2, Reason.ROW_MALFORMED)]
    assert [record.split for record in records if isinstance(record, Segment)] == ["train", "test"]
    config = DataConfig(annotations=str(tmp_path / NAME), videos=str(tmp_path))
    assert [file.name for file in annotation_files(config)] == [NAME, "train.csv", "test.csv"]


def test_a_named_file_that_is_missing_is_a_reject(tmp_path: Path) -> None:
    records = read_lists(tmp_path, "TRAIN,gs://x/train.csv\nTEST,gs://x/nowhere.csv\n")
    assert outline(records) == [(1, "car"), (2, Reason.LABEL_MISSING), (2, Reason.ROW_MALFORMED)]
    assert "put nowhere.csv, which the row names, beside this file" in records[-1].message  # type: ignore[union-attr]


@pytest.mark.parametrize("header", ["VIDEO_URI,LABEL,START,END", "ml_use,video_uri,label,start,end"])
def test_a_header_is_no_annotation(tmp_path: Path, header: str) -> None:
    assert outline(read(tmp_path, f"{header}\ngs://b/a.mp4,car,1,2\n", NAME)) == [(2, "car")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("videos/a.mp4,car,1,2", Reason.PATH_INVALID),
        ("gs://b/,car,1,2", Reason.PATH_INVALID),
        ("gs://b/..,car,1,2", Reason.PATH_INVALID),
        ("TRAIN", Reason.PATH_INVALID),
        ("gs://b/a.mp4,car,soon,2", Reason.TIME_INVALID),
        ("gs://b/a.mp4,car,-1,2", Reason.TIME_INVALID),
        ("gs://b/a.mp4,car,2,1", Reason.END_BEFORE_START),
        ("gs://b/a.mp4,car,,0", Reason.END_BEFORE_START),
        ("gs://b/a.mp4,car,1,2,3", Reason.ROW_MALFORMED),
        ("gs://b/a.mp4,car,1,2,3,4", Reason.ROW_MALFORMED),
        ("gs://b/a.mp4,car,1,2,3,4,5", Reason.ROW_MALFORMED),
        ("gs://b/a.mp4,0,5,,2", Reason.LABEL_MISSING),
        ("gs://b/a.mp4,0,5,swing,9", Reason.END_BEFORE_START),
        (f"gs://b/a.mp4,,1,2,{CORNERS}", Reason.LABEL_MISSING),
        (f"gs://b/a.mp4,car,1,,{CORNERS}", Reason.TIME_INVALID),
        (f"gs://b/a.mp4,car,1,inf,{CORNERS}", Reason.TIME_INVALID),
        ("gs://b/a.mp4,car,1,2,0.1,0.2,,,,,,", Reason.BOX_INVALID),
        ("gs://b/a.mp4,car,1,2,0.1,0.2,,,0.1,0.6,,", Reason.BOX_INVALID),
        ("gs://b/a.mp4,car,1,2,0.1,0.2,,,1.5,0.6,,", Reason.BOX_INVALID),
        ("gs://b/a.mp4,car,1,2,0.1,x,,,0.5,0.6,,", Reason.BOX_INVALID),
    ],
)
def test_bad_rows_cost_themselves_only(tmp_path: Path, row: str, reason: Reason) -> None:
    assert outline(read(tmp_path, f"gs://b/a.mp4,car,1,2\n{row}\n", NAME)) == [(1, "car"), (2, reason)]
