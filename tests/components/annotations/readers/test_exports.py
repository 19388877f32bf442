"""A file for each video, or the folder that holds them; and the names of files that tools remember."""

from pathlib import Path

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.exports import (
    exports_of,
    file_name,
    files_of_exports,
    head_of_exports,
    name_of_export,
)
from components.annotations.readers.reader import Sample


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("clip.mp4", "clip.mp4"),
        ("day 1/clip 100%.mp4", "clip 100%.mp4"),
        ("C:\\data\\clip.mp4", "clip.mp4"),
        ("file:///D:/my%20data/a%20b.mp4", "a b.mp4"),
        ("https://host/a.mp4?token=b/c#d", "a.mp4"),
        ("s3://bucket/train/v_a.b", "v_a.b"),
        ("http://[broken/clip.mp4", "clip.mp4"),
        ("train/", ""),
        ("", ""),
    ],
)
def test_the_last_part_of_a_path_or_address_is_the_name(location: str, name: str) -> None:
    assert file_name(location) == name


def test_a_file_stands_for_itself_and_a_folder_for_what_matches(tmp_path: Path) -> None:
    (tmp_path / "b" / "gt").mkdir(parents=True)
    (tmp_path / "a.xml").write_text("\ufeffa")
    (tmp_path / "b.xml").mkdir()
    (tmp_path / "b" / "gt" / "c.xml").write_text("c")
    (tmp_path / "note.txt").write_text("n")
    found = exports_of(tmp_path, "*.xml", "*/gt/*.xml", "a.*")
    assert [name_of_export(file, tmp_path) for file in found] == ["a.xml", "b/gt/c.xml"]
    assert exports_of(tmp_path / "note.txt", "*.xml") == [tmp_path / "note.txt"]
    assert name_of_export(tmp_path / "note.txt", tmp_path / "note.txt") == "note.txt"
    assert head_of_exports(Sample(tmp_path), "*.xml") == "a"
    assert head_of_exports(Sample(tmp_path), "*.csv") == ""
    assert head_of_exports(Sample(tmp_path / "note.txt", "n"), "*.xml") == "n"


def test_files_lie_at_any_depth_and_have_suffixes_in_any_case_and_clutter_is_none(tmp_path: Path) -> None:
    names = ["a.EAF", "day 2/late/b.eaf", "day 2/c.mp4"]
    for name in (*names, "._a.eaf", "day 2/._b.eaf", "__MACOSX/d.eaf", ".cache/e.eaf", ".f.eaf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [name_of_export(file, tmp_path) for file in exports_of(tmp_path, "*.eaf")] == names[:2]


def test_the_names_of_classes_are_read_as_well(tmp_path: Path) -> None:
    (tmp_path / "a.xml").touch()
    config = DataConfig(annotations=str(tmp_path), videos=str(tmp_path), label_map=str(tmp_path / "classes.txt"))
    assert files_of_exports(tmp_path, config, ["*.xml"]) == [tmp_path / "a.xml", tmp_path / "classes.txt"]
