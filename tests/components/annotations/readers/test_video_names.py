"""NTU RGB+D and Toyota Smarthome: the names of the videos are the annotations."""

from pathlib import Path

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.detect import annotation_files, detect_format, read_annotations
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Record, Segment, Source
from foundation.messages.errors import UserError
from tests.components.annotations.readers.test_folders import touch

NTU = ("S001C002P003R002A013_rgb.avi", "S001C002P007R002A014_rgb.avi")
SMARTHOME = ("Cook.Cleandishes_p02_r00_v02_c03.mp4", "Walk_p13_r04_v05_c04.mp4")


def read(folder: Path, **config: str) -> list[Record]:
    return read_annotations(DataConfig(annotations=str(folder), videos=str(folder), **config)).records


def test_ntu_names_say_action_and_person(tmp_path: Path) -> None:
    touch(tmp_path, *(f"nturgb+d_rgb/{name}" for name in NTU), "nturgb+d_rgb/readme.txt", "nturgb+d_rgb/._x.avi")
    assert read(tmp_path) == [
        Segment(f"nturgb+d_rgb/{NTU[0]}", "A013", Source(tmp_path.name, 1), group="P003"),
        Segment(f"nturgb+d_rgb/{NTU[1]}", "A014", Source(tmp_path.name, 2), group="P007"),
    ]


def test_a_label_map_names_ntus_actions(tmp_path: Path) -> None:
    touch(tmp_path, *NTU)
    (tmp_path / "names.txt").write_text("A13. tear up paper.\nA14. put on jacket\n")
    records = read(tmp_path, label_map=str(tmp_path / "names.txt"))
    assert [record.label for record in records] == ["tear up paper.", "put on jacket"]


def test_smarthome_names_say_action_and_person(tmp_path: Path) -> None:
    touch(tmp_path, *SMARTHOME)
    assert [(record.label, isinstance(record, Segment) and record.group) for record in read(tmp_path)] == [
        ("Cook.Cleandishes", "p02"),
        ("Walk", "p13"),
    ]
    assert annotation_files(DataConfig(annotations=str(tmp_path), videos=str(tmp_path))) == []


@pytest.mark.parametrize(("names", "expected"), [(NTU, "ntu_rgbd"), (SMARTHOME, "smarthome")])
def test_they_are_told_only_if_all_names_fit_and_folders_do_not_say_more(
    tmp_path: Path, names: tuple[str, str], expected: str
) -> None:
    touch(tmp_path / "flat", *names)
    touch(tmp_path / "parts", *(f"s1/{name}" for name in names), *(f"s2/{name}" for name in names))
    touch(tmp_path / "mixed", *names, "holiday.mp4")
    touch(tmp_path / "sorted", f"cook/{names[0]}", f"walk/{names[1]}")
    found = [detect_format(tmp_path / folder) for folder in ("flat", "parts", "mixed", "sorted")]
    assert found == [expected, expected, "folders", "folders"]


def test_a_video_of_another_name_is_in_the_ledger_where_the_format_is_named(tmp_path: Path) -> None:
    touch(tmp_path, *NTU, "holiday.mp4")
    reject = read(tmp_path, format="ntu_rgbd")[-1]
    assert (reject.reason, reject.video) == (Reason.ROW_MALFORMED, "holiday.mp4")  # type: ignore[union-attr]


def test_a_file_is_no_folder_of_videos(tmp_path: Path) -> None:
    touch(tmp_path, "labels.csv")
    with pytest.raises(UserError, match=r"is a file; data\.format 'smarthome' expects the folder of the videos"):
        read(tmp_path / "labels.csv", format="smarthome")
