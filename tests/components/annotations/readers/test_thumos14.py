"""THUMOS14 and MultiTHUMOS: a text file a class."""

from pathlib import Path
from typing import Any

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.detect import annotation_files, detect_format, read_annotations
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Segment, Source
from tests.components.annotations.readers.reading import outline, read


def write(folder: Path, **lists: str) -> DataConfig:
    for name, content in lists.items():
        (folder / f"{name}.txt").write_text(content)
    return DataConfig(annotations=str(folder), videos=str(folder))


def test_the_class_and_the_split_stand_in_the_files_name(tmp_path: Path) -> None:
    config = write(
        tmp_path, BaseballPitch_val="video_validation_0000266  72.8 76.4\n", Diving_test="video_test_0000006 1.0 2.0\n"
    )
    assert read_annotations(config).records == [
        Segment(
            video="video_validation_0000266",
            label="BaseballPitch",
            source=Source("BaseballPitch_val.txt", 1),
            start=72.8,
            end=76.4,
            split="eval",
            find_by=FindBy.NAME,
        ),
        Segment(
            "video_test_0000006", "Diving", Source("Diving_test.txt", 1), 1.0, 2.0, split="test", find_by=FindBy.NAME
        ),
    ]


def test_multithumos_says_the_split_in_the_name_of_the_video(tmp_path: Path) -> None:
    lines = "video_validation_0000266 1.0 2.5\nvideo_test_0000006 1.0 2.0\n"
    records = read_annotations(write(tmp_path, BaseballPitch=lines, class_list="1 BaseballPitch\n", Run="")).records
    assert [(record.label, getattr(record, "split", None)) for record in records] == [
        ("BaseballPitch", "eval"),
        ("BaseballPitch", "test"),
    ]
    assert [file.name for file in annotation_files(write(tmp_path))] == ["BaseballPitch.txt", "Run.txt"]


def test_ambiguous_spans_are_of_no_class_and_in_the_ledger(tmp_path: Path) -> None:
    config = write(
        tmp_path, Ambiguous_val="video_validation_0000266 1.0 2.0\n", Run_val="video_validation_0000266 3 4.5\n"
    )
    assert outline(read_annotations(config).records) == [(1, Reason.ROW_EXCLUDED), (1, "Run")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [("c00 1.0", Reason.ROW_MALFORMED), ("c00 x 2.0", Reason.TIME_INVALID), ("c00 3.0 2.0", Reason.END_BEFORE_START)],
)
def test_a_bad_line_costs_itself(tmp_path: Path, line: str, reason: Reason) -> None:
    assert outline(read(tmp_path, f"{line}\nc00 1.0 2.0\n", "Run_val.txt", format="thumos14")) == [
        (1, reason),
        (2, "Run"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("Run_val.txt", "c00  0.5 2.0\n", "thumos14"),
        ("Run_validation.txt", "c00 1 2\nc00 3 4.5\n", "thumos14"),
        ("Run.txt", "video_test_0000006 0.5 2.0\n", "thumos14"),
        ("kinetics_val.txt", "some/folder 300 0\n", "lists"),
        ("Run_val.txt", "a.mp4 3\n", "lists"),
    ],
)
def test_lists_with_whole_numbers_are_others(tmp_path: Path, name: str, content: str, expected: Any) -> None:
    (tmp_path / name).write_text(content)
    assert detect_format(tmp_path / name) == expected


def test_a_folder_with_other_texts_is_none_of_them(tmp_path: Path) -> None:
    write(tmp_path, notes_val="what we saw\n", Run_val="c00 1.0 2.0\n")
    assert detect_format(tmp_path) == "folders"
