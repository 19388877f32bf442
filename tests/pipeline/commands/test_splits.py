"""clipgate splits: the assignment, without decoding a video."""

from collections.abc import Callable
from pathlib import Path

import pytest

from components.annotations.splits.assignment import read_assignment
from tests.pipeline.commands.conftest import Done

Clipgate = Callable[..., Done]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration, and twelve files that begin like videos and hold nothing more."""
    (tmp_path / "videos").mkdir()
    rows = ["path,label,group"]
    for index in range(12):
        (tmp_path / "videos" / f"{index}.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes([index]))
        rows.append(f"{index}.mp4,{'sit' if index % 2 else 'wave'},g{index}")
    (tmp_path / "labels.csv").write_text("\n".join([*rows, "none.mp4,sit,"]))
    path = tmp_path / "config.yaml"
    path.write_text("output_dir: out\ndata: {annotations: labels.csv, videos: videos}\n")
    return path


def test_it_is_written_and_a_later_one_holds_on_to_it(clipgate: Clipgate, config: Path) -> None:
    first, second = config.with_name("first.csv"), config.with_name("second.csv")
    done = clipgate("splits", "--config", config, "--output", first)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == f"{first} written; with splits.assignment a run holds on to it"
    assert len(read_assignment(first).rows) == 12
    config.write_text(config.read_text() + "splits: {assignment: first.csv, seed: 5, mode: hash}\n")
    assert clipgate("splits", "--config", config, "--output", second).code == 0
    assert second.read_text() == first.read_text()


def test_classes_are_counted_by_split(clipgate: Clipgate, config: Path, tmp_path: Path) -> None:
    out = clipgate("splits", "--config", config, "--output", tmp_path / "splits.csv").out
    assert ["sit", "4", "1", "1"] in [line.split() for line in out.splitlines()]


def many(folder: Path, num_groups: int) -> Path:
    """A configuration for as many people, each of whom does both actions once."""
    (folder / "videos").mkdir()
    rows = ["path,label,group"]
    for index in range(2 * num_groups):
        (folder / "videos" / f"{index}.mp4").write_bytes(b"\0\0\0\x18ftypisom" + index.to_bytes(2, "big"))
        rows.append(f"{index}.mp4,{'sit' if index % 2 else 'wave'},g{index // 2}")
    (folder / "labels.csv").write_text("\n".join(rows))
    path = folder / "config.yaml"
    path.write_text("output_dir: out\ndata: {annotations: labels.csv, videos: videos}\n")
    return path


def test_the_test_split_can_be_made_as_large_as_the_gates_need_it(clipgate: Clipgate, tmp_path: Path) -> None:
    done = clipgate("splits", "--config", many(tmp_path, 80), "--output", tmp_path / "splits.csv", "--for-gates")
    assert done.code == 0, done.err
    (line,) = [line for line in done.out.splitlines() if line.startswith("write under splits: ")]
    share = float(line.rpartition("test: ")[2])
    assert share > 0.15
    written = read_assignment(tmp_path / "splits.csv").rows
    assert sum(row.split == "test" for row in written) == pytest.approx(share * 160, abs=8)


def test_too_few_people_for_the_gates_are_named(clipgate: Clipgate, tmp_path: Path) -> None:
    done = clipgate("splits", "--config", many(tmp_path, 12), "--output", tmp_path / "splits.csv", "--for-gates")
    assert done.code == 2
    assert "has 7 groups (people, places) and needs" in done.err
    assert not (tmp_path / "splits.csv").exists()


@pytest.mark.parametrize("pattern", ["subject", r"(P\d+)/"])
def test_a_pattern_for_paths_keeps_the_videos_of_one_group_together(
    clipgate: Clipgate, tmp_path: Path, pattern: str
) -> None:
    rows = ["path,label"]
    for index in range(24):
        path = tmp_path / "videos" / f"P{index // 4}" / f"{index}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\0\0\0\x18ftypisom" + bytes([index]))
        rows.append(f"P{index // 4}/{index}.mp4,{'sit' if index % 2 else 'wave'}")
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    config = tmp_path / "config.yaml"
    config.write_text(
        f"output_dir: out\ndata: {{annotations: labels.csv, videos: videos, group_pattern: '{pattern}'}}\n"
    )
    done = clipgate("splits", "--config", config, "--output", tmp_path / "splits.csv")
    assert (done.code, done.err) == (0, "")
    written = read_assignment(tmp_path / "splits.csv").rows
    assert {(row.video[:2], row.group) for row in written} == {(f"P{group}", f"P{group}") for group in range(6)}
    assert len({(row.group, row.split) for row in written}) == 6


def test_what_cannot_be_split_is_the_users_mistake_and_writes_nothing(
    clipgate: Clipgate, config: Path, tmp_path: Path
) -> None:
    (tmp_path / "labels.csv").write_text("path,label\n0.mp4,sit\n1.mp4,wave\n")
    done = clipgate("splits", "--config", config, "--output", tmp_path / "splits.csv")
    assert done.code == 2
    assert "split would be empty" in done.err
    assert not (tmp_path / "splits.csv").exists()


def test_a_file_that_exists_is_overwritten_only_if_that_is_said(
    clipgate: Clipgate, config: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "splits.csv"
    kept.write_text("a week of work")
    refused = clipgate("splits", "--config", config, "--output", kept)
    assert refused.code == 2
    assert f"--output: {kept} exists already; name another file, or overwrite it with --force" in refused.err
    assert kept.read_text() == "a week of work"
    assert clipgate("splits", "--config", config, "--output", kept, "--force").code == 0
    assert len(read_assignment(kept).rows) == 12


def test_rows_without_videos_are_named(clipgate: Clipgate, config: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("path,label\nx.mp4,sit\ny.mp4,wave\n")
    done = clipgate("splits", "--config", config, "--output", tmp_path / "splits.csv")
    assert done.code == 2
    assert (
        "none of the 2 annotation rows can be used (video_missing 2); the first is labels.csv, row 2, x.mp4" in done.err
    )
    assert not (tmp_path / "splits.csv").exists()


def test_a_file_that_cannot_be_written_is_named(clipgate: Clipgate, config: Path, tmp_path: Path) -> None:
    done = clipgate("splits", "--config", config, "--output", tmp_path / "nowhere" / "splits.csv")
    assert done.code == 2
    assert "splits.csv cannot be written: No such file or directory" in done.err
