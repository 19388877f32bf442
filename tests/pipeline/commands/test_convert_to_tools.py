"""clipgate convert --to: annotations as a tool reads them, and back again."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.components.video.videos import write_video
from tests.pipeline.commands.conftest import Done

Clipgate = Callable[..., Done]
ROWS = (
    "path,start_seconds,end_seconds,label,group,split\n"
    'a.mp4,0.5,1.5,"say ""hi"" <b>",ann,train\n'
    "day 1/b c.mp4,0.0,2.0,👍🏽,bob,test\n"
    "day 1/b c.mp4,1.0,1.8,sit,bob,test\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.mp4", "day 1/b c.mp4"):
        write_video(tmp_path / "videos" / name, 20)
    (tmp_path / "labels.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path


def arguments(folder: Path, annotations: str, output: str, *more: object) -> list[object]:
    return ["convert", "-a", folder / annotations, "--videos", folder / "videos", "-o", folder / output, *more]


@pytest.mark.parametrize(
    ("name", "output", "has_groups", "has_splits"),
    [
        ("cvat_video", "cvat", False, True),
        ("elan", "elan", True, False),
        ("label_studio", "tasks.json", True, True),
        ("activitynet", "activitynet.json", False, True),
        ("fiftyone", "labels.json", False, False),
    ],
)
def test_a_table_goes_to_a_tool_and_comes_back(
    clipgate: Clipgate, folder: Path, name: str, output: str, has_groups: bool, has_splits: bool
) -> None:
    done = clipgate(*arguments(folder, "labels.csv", output, "--to", name))
    assert done.code == 0, done.err
    assert done.out.splitlines()[0] == f"3 rows read, 3 written to {folder / output}, 0 left out"
    lost = [part for part, is_kept in (("groups of 3", has_groups), ("splits of 3", has_splits)) if not is_kept]
    said = [line for line in done.out.splitlines() if "no place for" in line]
    assert said == ([f"{name} has no place for: {', '.join(lost)}"] if lost else [])
    assert clipgate(*arguments(folder, output, "back.csv")).code == 0
    rows = [line.split(",") for line in (folder / "back.csv").read_text(encoding="utf-8").splitlines()[1:]]
    expected = [line.split(",") for line in ROWS.splitlines()[1:]]
    found = {
        (path, label): (float(start), float(end), group, split) for path, start, end, label, group, split, *_ in rows
    }
    assert len(rows) == len(expected)
    for path, start, end, label, group, split in expected:
        was = found[path, label]
        assert was[:2] == pytest.approx((float(start), float(end)), abs=0.051)
        assert was[2:] == (group if has_groups else "", split if has_splits else "")


def test_a_missing_video_is_named_with_the_formats_that_need_none(clipgate: Clipgate, folder: Path) -> None:
    (folder / "videos" / "a.mp4").unlink()
    done = clipgate(*arguments(folder, "labels.csv", "cvat", "--to", "cvat_video"))
    assert done.code == 2
    assert "a.mp4: no file a.mp4 below videos/; to write cvat_video takes the times of its frames" in done.err
    assert "Formats that need no video: csv and jsonl" in done.err
    assert not (folder / "cvat").exists()
    assert clipgate(*arguments(folder, "labels.csv", "elan", "--to", "elan")).code == 0


def test_an_open_end_is_that_of_the_video(clipgate: Clipgate, folder: Path) -> None:
    (folder / "labels.csv").write_text("path,label\na.mp4,sit\n")
    assert clipgate(*arguments(folder, "labels.csv", "out.json", "--to", "activitynet")).code == 0
    (entry,) = json.loads((folder / "out.json").read_text())["database"].values()
    assert entry["annotations"] == [{"segment": [0.0, pytest.approx(2.0)], "label": "sit"}]


def test_videos_of_one_name_come_back_by_their_paths_or_are_told(clipgate: Clipgate, folder: Path) -> None:
    for number, name in enumerate(("day1/b.mp4", "day2/b.mp4")):
        write_video(folder / "videos" / name, 20 + number)
    (folder / "labels.csv").write_text(
        "path,start_seconds,end_seconds,label\nday1/b.mp4,0,1,sit\nday2/b.mp4,0,1,wave\n"
    )
    assert clipgate(*arguments(folder, "labels.csv", "out.json", "--to", "activitynet")).code == 0
    assert clipgate(*arguments(folder, "out.json", "back.csv")).code == 0
    assert (folder / "back.csv").read_text().splitlines()[1:] == [
        "day1/b.mp4,0.0,1.0,sit,,",
        "day2/b.mp4,0.0,1.0,wave,,",
    ]
    assert clipgate(*arguments(folder, "labels.csv", "out", "--to", "elan")).code == 0
    done = clipgate(*arguments(folder, "out", "again.csv"))
    assert done.code == 2
    assert "video_ambiguous: 2 files have this name: day1/b.mp4, day2/b.mp4" in done.err


def test_a_file_of_one_video_is_not_written_for_two(clipgate: Clipgate, folder: Path) -> None:
    done = clipgate(*arguments(folder, "labels.csv", "out.eaf"))
    assert done.code == 2
    assert "--output: elan has a file for each video, and there are 2; name a folder instead, without .eaf" in done.err
    (folder / "labels.csv").write_text("path,start_seconds,end_seconds,label\na.mp4,0,1,sit\n")
    assert clipgate(*arguments(folder, "labels.csv", "out.eaf")).code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["labels.csv", "out.eaf", "videos"]


def test_a_folder_with_files_is_never_written_into(clipgate: Clipgate, folder: Path) -> None:
    (folder / "out").mkdir()
    assert clipgate(*arguments(folder, "labels.csv", "out", "--to", "elan")).code == 0
    done = clipgate(*arguments(folder, "labels.csv", "out", "--to", "elan", "--force"))
    assert done.code == 2
    assert "out is there already, and elan has a file for each video; name a new folder" in done.err


def test_no_path_leads_out_of_the_folder(clipgate: Clipgate, folder: Path) -> None:
    (folder / "labels.csv").write_text(
        "path,start_seconds,end_seconds,label\n../../x.mp4,0,1,sit\n/etc/y.mp4,0,1,sit\n"
    )
    assert clipgate(*arguments(folder, "labels.csv", "out", "--to", "elan")).code == 0
    assert sorted(str(path.relative_to(folder / "out")) for path in (folder / "out").rglob("*.eaf")) == [
        "etc/y.mp4.eaf",
        "x.mp4.eaf",
    ]


def test_predictions_are_those_of_label_studio(clipgate: Clipgate, folder: Path) -> None:
    done = clipgate(*arguments(folder, "labels.csv", "out.json", "--to", "label_studio", "--as-predictions"))
    assert done.code == 0
    tasks = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert {task["predictions"][0]["model_version"] for task in tasks} == {"clipgate"}
    done = clipgate(*arguments(folder, "labels.csv", "out.eaf", "--as-predictions"))
    assert done.code == 2
    assert "--as-predictions: only label_studio tells them from annotations; elan does not" in done.err
