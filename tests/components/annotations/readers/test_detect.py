"""The format is told from the content; what cannot be read is said with a remedy."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from components.annotations.config import DataConfig
from components.annotations.readers.catalogue import READERS
from components.annotations.readers.detect import annotation_files, detect_format, read_annotations
from foundation.messages.errors import UserError
from tests.components.annotations.readers.reading import read
from tests.components.annotations.readers.samples import SAMPLES


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("x", "path,label\n", "csv"),
        ("x.json", "path\tlabel\n", "csv"),
        ("x.jsonl", "\n\npath;label\n", "csv"),
        ("x", "sep=,\nlabel,youtube_id,time_start,time_end,split\n", "kinetics"),
        ("x", "label;youtube_id;time_start;time_end;split\n", "kinetics"),
        ("x.json", '[{"path": "a.mp4", "label": "wave"}]', "jsonl"),
        ("x.json", '[\n  {\n    "File Name": "a.mp4",\n    "class": "wave"}]', "jsonl"),
        ("x.json", '[{"path": "a.mp4", "label": "wave", "boxes": "' + "x" * 100_000 + '"}]', "jsonl"),
        ("x.csv", ' \n {"path": "a,b.mp4"}\n', "jsonl"),
        ("x.csv", '\ufeff{"path": "a.mp4"}\n', "jsonl"),
        ("x", '{"boxes": "' + "x" * 100_000 + '"}', "jsonl"),
        ("testlist07.txt", "Sit/v_Sit_g01_c01.avi\n", "ucf101"),
        ("list.csv", "Sit/a.mp4,sit\n", "csv"),
        ("x", "path,label\n1,2\n", "csv"),
        ("x", "a.mp4,0.5,1.5,wave\n", "csv"),
        ("x", "1,1,912,484,97,109,0,7,1\n", "mot"),
        ("x", "sit/a.mp4,3\n", "lists"),
    ],
)
def test_a_file_is_told_from_its_content(tmp_path: Path, name: str, content: str, expected: str) -> None:
    (tmp_path / name).write_text(content)
    assert detect_format(tmp_path / name) == expected


def test_each_format_can_be_named_in_the_configuration_and_no_other() -> None:
    names = ("auto", *sorted(READERS))
    assert [DataConfig(annotations="a", videos="v", format=name).format for name in names] == list(names)
    with pytest.raises(ValidationError) as failure:
        DataConfig(annotations="a", videos="v", format="avi")
    (problem,) = failure.value.errors()
    *others, last = map(repr, names)
    assert (problem["loc"], problem["msg"]) == (("format",), f"Input should be {', '.join(others)} or {last}")


@pytest.mark.parametrize(
    "name", sorted({name for name, sample in SAMPLES.items() if not sample.is_folder} - {"ucf101"})
)
def test_a_file_by_another_name_is_told_from_its_content(tmp_path: Path, name: str) -> None:
    (tmp_path / "labels.dat").write_bytes(next(iter(SAMPLES[name].files.values())))
    assert detect_format(tmp_path / "labels.dat") == name


def test_a_folder_holds_lists_or_classes(tmp_path: Path) -> None:
    assert detect_format(tmp_path) == "folders"
    (tmp_path / "trainlist01.txt").touch()
    assert detect_format(tmp_path) == "ucf101"
    (tmp_path / "trainlist01.txt").rename(tmp_path / "wave_test_split1.txt")
    assert detect_format(tmp_path) == "hmdb51"


def test_the_only_table_of_a_folder_is_meant(tmp_path: Path) -> None:
    (tmp_path / "sit").mkdir()
    for name in ("a.mp4", "sit/b.mp4"):
        (tmp_path / name).write_bytes(b"video")
    (tmp_path / "classes.csv").write_text("id,name\n0,sit\n")
    (tmp_path / "sizes.csv").write_text("video,width\na.mp4,320\n")
    assert detect_format(tmp_path) == "folders"
    (tmp_path / "labels.csv").write_text("path,label\na.mp4,wave\n")
    config = DataConfig(annotations=str(tmp_path), videos=str(tmp_path))
    records, assumptions = read_annotations(config)
    assert [record.video for record in records] == ["a.mp4"]
    assert [assumption.message for assumption in assumptions] == [
        f"of the folder {tmp_path.name}, the file labels.csv is read"
    ]
    assert annotation_files(config) == [tmp_path / "labels.csv"]
    (tmp_path / "test.jsonl").write_text('{"path": "a.mp4", "label": "wave"}\n')
    with pytest.raises(UserError, match=r"is a folder with several tables, labels\.csv, test\.jsonl; name the one"):
        read_annotations(config)


@pytest.mark.parametrize("content", ["hello\n", "{\n{\n", "%PDF"])
def test_an_unknown_content_is_an_error_that_names_the_formats(tmp_path: Path, content: str) -> None:
    with pytest.raises(
        UserError,
        match=r"labels\.csv: the format could not be told .* csv, .*folders, .*jsonl, .*ucf101.*data\.label_map",
    ):
        read(tmp_path, content)


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"])
def test_an_empty_file_is_an_error(tmp_path: Path, content: str) -> None:
    with pytest.raises(UserError, match=r"labels\.csv is empty"):
        read(tmp_path, content)


@pytest.mark.parametrize("name", ["csv", "jsonl"])
def test_a_file_without_rows_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match=rf"labels\.csv holds no annotation \(read as {name}\)"):
        read(tmp_path, "path,label\n" if name == "csv" else "\n", format=name)


def try_reading(path: Path | str, **config: str) -> None:
    read_annotations(DataConfig(annotations=str(path), videos="videos", **config))


def test_a_path_that_leads_nowhere(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.csv does not exist; write the path relative to the configuration"):
        try_reading(tmp_path / "nowhere.csv")


def test_a_file_where_a_folder_is_expected_and_the_other_way_round(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").touch()
    with pytest.raises(UserError, match=r"labels\.csv is a file; data\.format 'folders' expects the folder"):
        try_reading(tmp_path / "labels.csv", format="folders")
    for name in ("jsonl", "kinetics"):
        with pytest.raises(UserError, match=rf"is a folder; data\.format '{name}' expects a file"):
            try_reading(tmp_path, format=name)


@pytest.mark.parametrize("name", ["auto", "csv", "ucf101"])
def test_a_pipe_is_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "labels.csv")
    with pytest.raises(UserError, match=r"labels\.csv is a pipe or a device"):
        try_reading(tmp_path / "labels.csv", format=name)


def test_a_name_that_the_system_refuses(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot be read: File name too long; check its name and permissions"):
        try_reading(tmp_path / ("x" * 300))


def test_a_file_that_may_not_be_read(folder_of_user: Path) -> None:
    (folder_of_user / "labels.csv").touch(mode=0)
    with pytest.raises(
        UserError, match=r"labels\.csv cannot be read: Permission denied; check its name and permissions"
    ):
        try_reading(folder_of_user / "labels.csv")


@pytest.mark.skipif(not Path("/proc/self/mem").is_file(), reason="needs Linux's /proc for a file that cannot be read")
@pytest.mark.parametrize("name", ["auto", "csv", "jsonl"])
def test_a_file_that_cannot_be_read(name: str) -> None:
    with pytest.raises(UserError, match=r"/proc/self/mem cannot be read: Input/output error"):
        try_reading("/proc/self/mem", format=name)


def test_the_files_that_are_read_are_known_for_each_format(tmp_path: Path) -> None:
    table, lists, classes = tmp_path / "a.csv", tmp_path / "lists", tmp_path / "classes"
    table.write_text("path,label\n")
    (classes / "sit").mkdir(parents=True)
    lists.mkdir()
    for name in ("trainlist01.txt", "testlist01.txt"):
        (lists / name).write_text("Sit/a.avi\n")

    def files(path: Path) -> list[str]:
        return [file.name for file in annotation_files(DataConfig(annotations=str(path), videos=str(tmp_path)))]

    assert files(table) == ["a.csv"]
    assert files(lists) == files(lists / "testlist01.txt") == ["trainlist01.txt", "testlist01.txt"]
    assert files(classes) == []
