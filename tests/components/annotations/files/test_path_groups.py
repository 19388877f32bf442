"""`data.group_pattern`: the groups of rows that have none, by their videos' paths."""

from pathlib import Path

import pytest

from components.annotations.config import DataConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.files.path_groups import with_path_groups
from components.annotations.records.record import Annotations, FindBy, Record, Reject, Segment, Source
from foundation.messages.errors import UserError


def row(number: int, video: str, group: str | None = None, **fields: FindBy) -> Segment:
    return Segment(video, "sit", Source("labels.csv", number), group=group, **fields)


def groups_of(records: list[Record], pattern: str = r"P\d+", files: tuple[str, ...] = ()) -> list[str | None]:
    found = with_path_groups(Annotations(records), pattern, files).records
    return [record.group for record in found if isinstance(record, Segment)]


def test_a_row_without_a_group_gets_that_of_its_path_and_another_keeps_its_own() -> None:
    assert groups_of([row(2, "P01/a.mp4"), row(3, "P02/b.mp4", group="ann")]) == ["P01", "ann"]


@pytest.mark.parametrize(
    "name", ["a", "a.mp4", "./P01/x/a.mp4", "x/a.mp4", r"x\a.mp4", r"C:\data\P01\x\a.mp4", "/data/P01/x/a.mp4"]
)
def test_the_path_counts_that_a_name_stands_for(name: str) -> None:
    files = ("P01/x/a.mp4", "P02/y/b.mp4")
    assert groups_of([row(2, name, find_by=FindBy.NAME), row(3, "P02/y/b.mp4")], files=files) == ["P01", "P02"]


def test_of_several_files_with_one_name_none_is_chosen() -> None:
    files = ("P01/a.mp4", "P02/a.mp4", "P03/a.mp4", "P03/a.json", "P03/b.mp4", "P03/b.json")
    assert groups_of([row(2, "a", find_by=FindBy.NAME), row(3, "b")], files=files) == [None, "P03"]
    assert groups_of([row(2, "P02/a", find_by=FindBy.PATH)], files=files) == ["P02"]


def test_paths_that_the_pattern_does_not_match_are_counted_and_named() -> None:
    records: list[Record] = [row(2, "P01_a.mp4"), row(3, "b.mp4"), row(4, "b.mp4"), row(5, "c.mp4")]
    annotations = with_path_groups(Annotations(records), r"P\d+", ())
    (assumption,) = annotations.assumptions
    assert "does not match 2 of 3 paths (b.mp4, c.mp4)" in str(assumption)
    assert groups_of(records) == ["P01", None, None, None]


def test_a_pattern_that_matches_nothing_is_refused_with_a_path() -> None:
    with pytest.raises(
        UserError, match=r"data\.group_pattern: X\\d matches none of the 1 paths.*such as P01/a\.mp4\. "
    ):
        groups_of([row(2, "P01/a.mp4"), row(3, "P01/a.mp4")], r"X\d")


def test_a_pattern_that_no_row_needs_is_said() -> None:
    (assumption,) = with_path_groups(Annotations([row(2, "a.mp4", group="ann")]), "P1", ()).assumptions
    assert "is not used" in assumption.message


def test_a_group_that_is_too_long_rejects_its_row() -> None:
    (record,) = with_path_groups(Annotations([row(2, "a" * 300 + ".mp4")]), ".+", ()).records
    assert isinstance(record, Reject)
    assert record.message.startswith("the group has 304 characters")


def test_annotations_are_loaded_with_their_groups(tmp_path: Path) -> None:
    for name in ("sit/P01_a.mp4", "wave/P01_b.mp4", "wave/P02_c.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    data = DataConfig(annotations=str(tmp_path), videos=str(tmp_path), group_pattern="subject")
    records = load_annotations(data).records
    assert [record.group for record in records if isinstance(record, Segment)] == ["P01", "P01", "P02"]


def test_a_pattern_counts_more_than_the_name_of_a_well_known_data_set(tmp_path: Path) -> None:
    (tmp_path / "Archery").mkdir()
    (tmp_path / "Archery" / "v_Archery_g03_c02.avi").touch()
    (tmp_path / "list.txt").write_text("Archery/v_Archery_g03_c02.avi 7\n")
    for annotations in (tmp_path, tmp_path / "list.txt"):
        data = DataConfig(annotations=str(annotations), videos=str(tmp_path), group_pattern=r"g\d\d")
        (record,) = load_annotations(data).records
        assert isinstance(record, Segment)
        assert record.group == "g03"
