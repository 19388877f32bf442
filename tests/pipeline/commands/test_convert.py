"""clipgate convert: any format in, the generic form out, and every row accounted for."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.detect import read_annotations
from components.annotations.records.record import Segment
from tests.components.video.videos import write_video
from tests.pipeline.commands.conftest import Done
from tests.shared_data import SHARED_DATA

Clipgate = Callable[..., Done]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "videos").mkdir()
    (tmp_path / "labels.csv").write_text(
        "path,start_seconds,end_seconds,label,speed,negative\n"
        "a.mp4,0,1.5,sit,3,\nb.mp4,2,1,sit,,\na.mp4,,,,,true\nb [1].mp4,x,1,wave,,\n"
    )
    return tmp_path


def arguments(folder: Path, output: str, annotations: str = "labels.csv") -> list[object]:
    return ["--annotations", folder / annotations, "--videos", folder / "videos", "--output", folder / output]


def outline(path: Path) -> list[tuple[str, str, float, float | None]]:
    records = read_annotations(DataConfig(annotations=str(path), videos=str(path.parent / "videos"))).records
    return [(r.video, r.label, r.start, r.end) for r in records if isinstance(r, Segment)]


@pytest.mark.parametrize("output", ["out.csv", "out.jsonl"])
def test_rows_are_written_or_listed_with_what_is_wrong(clipgate: Clipgate, folder: Path, output: str) -> None:
    done = clipgate("convert", *arguments(folder, output))
    assert done.code == 0
    assert outline(folder / output) == [("a.mp4", "sit", 0.0, 1.5), ("a.mp4", "", 0.0, None)]
    assert done.err.splitlines() == [
        "labels.csv, row 3: end_before_start: ends at 1, starts at 2",
        "labels.csv, row 5: time_invalid: start_seconds is not a number",
    ]
    assert done.out.splitlines() == [
        f"4 rows read, 2 written to {folder / output}, 2 left out (end_before_start 1, time_invalid 1)"
    ]
    assert sorted(path.name for path in folder.iterdir()) == ["labels.csv", output, "videos"]


def test_a_configuration_names_what_is_read(clipgate: Clipgate, folder: Path) -> None:
    config = folder / "config.yaml"
    config.write_text("output_dir: out\ndata: {annotations: labels.csv, videos: videos, metadata: [speed]}\n")
    done = clipgate("convert", "--config", config, "--output", folder / "out.csv")
    assert done.out.splitlines()[-1] == "to read its numbers too, write under data: metadata: [speed]"
    assert (folder / "out.csv").read_text().splitlines()[:2] == [
        "path,start_seconds,end_seconds,label,group,split,negative,speed",
        "a.mp4,0.0,1.5,sit,,,,3.0",
    ]


def test_a_folder_per_class_becomes_rows(clipgate: Clipgate, folder: Path) -> None:
    for name in ("sit/ann/1.mp4", "wave/2.mp4"):
        write_video(folder / "videos" / name, 2)
    assert clipgate("convert", *arguments(folder, "out.csv", "videos")).code == 0
    assert (folder / "out.csv").read_text().splitlines()[1:] == [
        "sit/ann/1.mp4,0.0,,sit,ann,",
        "wave/2.mp4,0.0,,wave,,",
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--output", "out.txt"], "--output: out.txt has to end in .csv, .jsonl, .xml, .json or .eaf, which says what"),
        (["--output", "out.csv"], "--annotations and --videos are needed, or --config"),
        (["--output", "out.csv", "--config", "c.yaml", "--videos", "v"], "leave out --annotations and --videos"),
        (
            ["--output", "out.csv", "--annotations", "a", "--videos", "v", "--format", "avi"],
            "--format: Input should be",
        ),
        (["--output", "out.csv", "--annotations", "a", "--videos", "v", "--frame-rate", "0"], "--frame-rate: Input"),
        (["--output", "out.csv", "--annotations", "none.csv", "--videos", "."], "none.csv does not exist"),
    ],
)
def test_wrong_options_are_named(clipgate: Clipgate, options: list[str], message: str) -> None:
    done = clipgate("convert", *options)
    assert done.code == 2
    assert message in done.err


def test_an_output_that_cannot_be_written_leaves_nothing_behind(clipgate: Clipgate, folder: Path) -> None:
    done = clipgate("convert", *arguments(folder, "nowhere/out.csv"))
    assert done.code == 2
    assert "out.csv cannot be written: No such file or directory" in done.err


def test_a_file_that_exists_is_overwritten_only_if_that_is_said(clipgate: Clipgate, folder: Path) -> None:
    kept = folder / "out.csv"
    kept.write_text("a week of work")
    refused = clipgate("convert", *arguments(folder, "out.csv"))
    assert refused.code == 2
    assert f"--output: {kept} exists already; name another file, or overwrite it with --force" in refused.err
    assert kept.read_text() == "a week of work"
    assert clipgate("convert", *arguments(folder, "out.csv"), "--force").code == 0
    assert outline(kept)


def test_nothing_to_write_is_no_success(clipgate: Clipgate, folder: Path) -> None:
    (folder / "labels.csv").write_text("path,start_seconds,end_seconds,label\na.mp4,2,1,sit\nb.mp4,x,1,wave\n")
    done = clipgate("convert", *arguments(folder, "out.csv"))
    assert done.code == 2
    assert "labels.csv, row 2: end_before_start: ends at 1, starts at 2" in done.err
    counts = "2 rows read, 0 written, 2 left out (end_before_start 1, time_invalid 1)"
    assert f"out.csv was not written: {counts}; each is listed above with its reason" in done.err
    assert not (folder / "out.csv").exists()


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason=f"the recordings are not at {SHARED_DATA}")
def test_real_annotations_are_converted_row_by_row(clipgate: Clipgate, tmp_path: Path) -> None:
    root = SHARED_DATA / "falls"
    done = clipgate("convert", "-a", root / "segments.csv", "--videos", root, "-o", tmp_path / "out.jsonl")
    assert done.out.startswith("11 rows read, 11 written")
    source = read_annotations(DataConfig(annotations=str(root / "segments.csv"), videos=str(root))).records
    written = read_annotations(DataConfig(annotations=str(tmp_path / "out.jsonl"), videos=str(root))).records
    assert Counter((r.video, r.label) for r in written) == Counter((r.video, r.label) for r in source)


def test_groups_of_a_pattern_are_written_and_paths_without_one_are_named(clipgate: Clipgate, folder: Path) -> None:
    done = clipgate("convert", *arguments(folder, "out.csv"), "--group-pattern", r"^a")
    assert [line.split(",")[4] for line in (folder / "out.csv").read_text().splitlines()] == ["group", "a", "a"]
    assert not any("assumed" in line for line in done.err.splitlines())
    (folder / "labels.csv").write_text("path,label\na.mp4,sit\nb.mp4,sit\n")
    done = clipgate("convert", *arguments(folder, "out.csv"), "--group-pattern", r"^a", "--force")
    assert "assumed: data.group_pattern ^a does not match 1 of 2 paths (b.mp4)" in done.err


@pytest.mark.parametrize(
    ("pattern", "message"),
    [("(", "--group-pattern: no regular expression: missing )"), ("x", "data.group_pattern: x matches none of the")],
)
def test_a_bad_pattern_is_the_users_mistake(clipgate: Clipgate, folder: Path, pattern: str, message: str) -> None:
    done = clipgate("convert", *arguments(folder, "out.csv"), "--group-pattern", pattern)
    assert done.code == 2
    assert message in done.err


def test_a_pattern_beside_a_configuration_is_refused(clipgate: Clipgate, folder: Path) -> None:
    (folder / "config.yaml").write_text("output_dir: out\ndata: {annotations: labels.csv, videos: videos}\n")
    for command in (("convert", "--output", folder / "out.csv"), ("check",)):
        done = clipgate(*command, "--config", folder / "config.yaml", "--group-pattern", "P1")
        assert done.code == 2
        assert "write it there, as data.group_pattern" in done.err
