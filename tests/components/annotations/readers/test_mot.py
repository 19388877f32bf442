"""MOTChallenge's ground truth."""

from pathlib import Path
from typing import Any

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.detect import annotation_files, detect_format, read_annotations
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, FindBy, Record, Segment, Source, SpaceUnit, TimeUnit
from foundation.messages.errors import UserError
from tests.components.annotations.readers import reading


def read(folder: Path, *lines: str, **config: Any) -> list[Record]:
    return reading.read(folder, "\n".join(lines), "gt.txt", format="mot", **config)


def test_a_track_is_a_segment_with_boxes_counted_from_0(tmp_path: Path) -> None:
    (tmp_path / "seqinfo.ini").write_text("[Sequence]\nname = MOT17-02 \nimDir=img1\n")
    assert read(tmp_path, "2,7,11,21.5,30,40,1,1,0.86", "3,7,12,21.5,30,40,1,1,1") == [
        Segment(
            video="MOT17-02",
            label="pedestrian",
            source=Source("gt.txt", 1),
            start=1.0,
            end=3.0,
            time_unit=TimeUnit.FRAMES,
            boxes=(Box(1.0, 10, 20.5, 40, 60.5), Box(2.0, 11, 20.5, 41, 60.5)),
            space_unit=SpaceUnit.PIXELS,
            find_by=FindBy.NAME,
        )
    ]


def test_tracks_come_in_the_order_of_their_first_lines_and_of_any_class(tmp_path: Path) -> None:
    lines = ("1,2,1,1,9,9,1,3,1", "1,1,1,1,9,9,1,13,1", "2,2,1,1,9,9,1,3,1", "2,2,1,1,9,9,1,4.0,1")
    assert reading.outline(read(tmp_path, *lines)) == [(1, "car"), (2, "crowd"), (4, "bicycle")]


def test_an_object_is_gone_in_a_frame_that_has_other_lines_only(tmp_path: Path) -> None:
    segment, other = read(tmp_path, "1,1,1,1,9,9,1,1,1", "6,1,1,1,9,9,1,1,1", "3,2,1,1,9,9,1,1,1")
    assert isinstance(segment, Segment)
    assert [(box.time, box.is_end) for box in segment.boxes] == [(0, False), (2, True), (5, False)]
    assert (segment.start, segment.end) == (0.0, 6.0)
    assert isinstance(other, Segment)


def test_boxes_that_are_not_to_be_considered_are_marked(tmp_path: Path) -> None:
    records = read(tmp_path, "1,1,1,1,9,9,1,1,1", "2,1,1,1,9,9,0,1,0.1", "1,2,1,1,9,9,0,8,1", "2,2,1,1,9,9,0,8,1")
    assert reading.outline(records) == [(1, "pedestrian"), (3, Reason.ROW_EXCLUDED)]
    assert isinstance(records[0], Segment)
    assert [box.is_imputed for box in records[0].boxes] == [False, True]


def test_names_of_classes_may_lie_beside_the_file_or_be_configured(tmp_path: Path) -> None:
    assert reading.outline(read(tmp_path, "1,1,1,1,9,9,1,2,1")) == [(1, "person_on_vehicle")]
    (tmp_path / "labels.txt").write_text("walk\nrun\n")
    assert reading.outline(read(tmp_path, "1,1,1,1,9,9,1,2,1", "1,2,1,1,9,9,1,3,1")) == [
        (2, Reason.LABEL_UNKNOWN),
        (1, "run"),
    ]
    assert reading.outline(read(tmp_path, "1,1,1,1,9,9,1", "1,2,1,1,9,9,1,-1,1")) == [
        (1, Reason.LABEL_MISSING),
        (2, Reason.LABEL_MISSING),
    ]
    classes = tmp_path / "classes.txt"
    classes.write_text("1 sit\n2 stand\n")
    records = read(tmp_path, "1,1,1,1,9,9,1,2,1", "1,2,1,1,9,9,1,x,1", label_map=str(classes))
    assert reading.outline(records) == [(2, Reason.LABEL_UNKNOWN), (1, "stand")]


def test_lines_without_a_class_are_pedestrians_or_of_the_only_class(tmp_path: Path) -> None:
    lines = ("1,1,1,1,9,9", "1,2,1,1,9,9,1", "1,3,1,1,9,9,1,6.58,-2.3,0")
    assert reading.outline(read(tmp_path, *lines)) == [(1, "pedestrian"), (2, "pedestrian"), (3, "pedestrian")]
    (tmp_path / "labels.txt").write_text("\nrun\n")
    assert reading.outline(read(tmp_path, *lines)) == [(1, "run"), (2, "run"), (3, "run")]


def test_each_bad_line_is_accounted_for(tmp_path: Path) -> None:
    lines = [
        "1,1,1,1,9,9,1,1,1",
        "0,1,1,1,9,9,1,1,1",
        "1.5,1,1,1,9,9,1,1,1",
        "x,1,1,1,9,9,1,1,1",
        "2,1,1,1,0,9,1,1,1",
        "2,1,1,1,-9,9,1,1,1",
        "2,1,nan,1,9,9,1,1,1",
        "2,1,1,1",
        "2,one,1,1,9,9,1,1,1",
        "2,-1,1,1,9,9,1,1,1",
        "2,1,1,1,9,9,1,99,1",
        "",
        "3,2,1,1,9,9,1,1,1",
        "3,2,5,1,9,9,1,1,1",
    ]
    assert sorted(reading.outline(read(tmp_path, *lines))) == sorted(
        [
            (1, "pedestrian"),
            *[(row, Reason.TIME_INVALID) for row in (2, 3, 4)],
            *[(row, Reason.BOX_INVALID) for row in (5, 6, 7)],
            *[(row, Reason.ROW_MALFORMED) for row in (8, 9, 10)],
            (11, Reason.LABEL_UNKNOWN),
            (13, Reason.BOX_INVALID),  # twice in one frame
        ]
    )


def test_detections_are_no_annotation(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gt\.txt, row 1 \(read as mot\): no line belongs to a track"):
        read(tmp_path, "1,-1,1,1,9,9,0.9,-1,-1,-1", "2,-1,1,1,9,9,0.9,-1,-1,-1")


def sequences(folder: Path) -> None:
    for name in ("b", "a"):
        (folder / name / "gt").mkdir(parents=True)
        (folder / name / "gt" / "gt.txt").write_text("1,1,1,1,9,9,1,1,1\n")
    (folder / "a" / "seqinfo.ini").write_text("[Sequence]\nname=first\n")


def test_a_folder_of_sequences_is_read_as_one(tmp_path: Path) -> None:
    sequences(tmp_path)
    assert detect_format(tmp_path) == "mot"
    config = DataConfig(annotations=str(tmp_path), videos=str(tmp_path))
    found = [(record.video, str(record.source)) for record in read_annotations(config).records]
    assert found == [("first", "a/gt/gt.txt, row 1"), ("b", "b/gt/gt.txt, row 1")]
    read_files = [path.relative_to(tmp_path).as_posix() for path in annotation_files(config)]
    assert read_files == ["a/gt/gt.txt", "b/gt/gt.txt", "a/seqinfo.ini"]


def test_a_sequence_may_be_named_by_its_folder_or_file(tmp_path: Path) -> None:
    sequences(tmp_path)
    for path in (tmp_path / "b", tmp_path / "b" / "gt", tmp_path / "b" / "gt" / "gt.txt"):
        (record,) = read_annotations(DataConfig(annotations=str(path), videos=str(tmp_path))).records
        assert record.video == "b"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("1,1,912,484,97,109,0,7,1", "mot"),
        ("1, 1, 1703.5, 385, 157.2, 339, 1, -1, -1, -1", "mot"),
        ("1,0902,0.031,0.162,0.670,0.995,12,0", "ava"),
        ("1,1,912,484,97,109", "csv"),
        ("1,1,912,484,97,109,0,7,walk", "csv"),
    ],
)
def test_the_format_is_told_from_its_numbers(tmp_path: Path, line: str, expected: str) -> None:
    path = tmp_path / "boxes.csv"
    path.write_text(f"\n{line}\n{line}\n")
    assert (detect_format(path) == "mot") == (expected == "mot")


def assumptions(folder: Path, **config: Any) -> list[str]:
    return reading.read_assumptions(folder, "1,7,11,21,30,40,1,1,1\n2,7,11,21,30,40,1,1,1", "gt.txt", **config)


def test_what_nobody_says_of_frames_and_classes_is_said_to_be_assumed(tmp_path: Path) -> None:
    frames, classes = assumptions(tmp_path)
    assert frames.startswith(
        "gt.txt numbers frames, which were taken for all frames of the video, one after the other."
    )
    assert classes.startswith("no labels.txt lies beside gt.txt, so its classes are MOTChallenge's")


def test_what_is_given_is_not_assumed(tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("walk\n")
    assert assumptions(tmp_path, frame_rate=10) == []
