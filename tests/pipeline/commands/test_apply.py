"""clipgate apply: a log of decisions and annotations in, corrected annotations out; both sources stay as they are."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from components.annotations.decisions.applying import Row
from components.annotations.decisions.decision import Action, Target, new_decision
from components.annotations.decisions.log import append
from tests.components.annotations.decisions.deciding import bounds, decide, regroup, relabel, row, undo
from tests.components.video.videos import write_video
from tests.pipeline.commands.conftest import Done

Clipgate = Callable[..., Done]
ROWS = "path,start_seconds,end_seconds,label,group\na.mp4,0,1,sit,ann\na.mp4,1.2,1.8,wave,ann\nb.mp4,0,1,sit,bob\n"
SIT, WAVE, OTHER = row("sit", 0.0, 1.0), row("wave", 1.2, 1.8), row("sit", 0.0, 1.0, "b.mp4")
GONE = row("sit", 0.0, 0.9)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, name in enumerate(("a.mp4", "b.mp4")):
        write_video(tmp_path / "videos" / name, 20 + number)
    (tmp_path / "labels.csv").write_text(ROWS)
    return tmp_path


def log_of(folder: Path) -> Path:
    first = relabel(SIT, "fall", why="on the\nfloor")
    taken_back = decide(Action.EXCLUDE, OTHER)
    log = folder / "labels.csv.decisions.jsonl"
    for decision in (
        relabel(SIT, "lie"),
        first,
        bounds(WAVE, 1.3, 1.7),
        taken_back,
        undo(taken_back),
        relabel(GONE, "fall"),
        regroup(OTHER, "carl", old="bob"),
        decide(Action.REJECT, WAVE),
    ):
        append(log, decision)
    return log


def arguments(folder: Path, log: Path, output: str, *more: object) -> list[object]:
    source = ["-a", folder / "labels.csv", "--videos", folder / "videos"]
    return ["apply", log, *source, "-o", folder / output, *more]


def test_corrected_annotations_are_written_with_an_account(clipgate: Clipgate, folder: Path) -> None:
    log = log_of(folder)
    before = (folder / "labels.csv").read_bytes(), log.read_bytes()
    done = clipgate(*arguments(folder, log, "corrected.csv", "--diff", folder / "changes.txt"))
    assert done.code == 0, done.err
    assert (folder / "corrected.csv").read_text().splitlines()[1:] == [
        "a.mp4,0.0,1.0,fall,ann,",
        "a.mp4,1.3,1.7,wave,ann,",
        "b.mp4,0.0,1.0,sit,carl,",
    ]
    assert (folder / "changes.txt").read_text().splitlines() == [
        "labels.csv, row 2: a.mp4: label: 'sit' → 'fall' (ann: on the floor)",
        "labels.csv, row 3: a.mp4: bounds: 1.2 to 1.8 s → 1.3 to 1.7 s (ann)",
        "labels.csv, row 4: b.mp4: group: 'bob' → 'carl' (ann)",
    ]
    assert done.out.splitlines() == [
        "8 decisions: 4 stand (reject 1, relabel 1, bounds 1, group 1), 1 stale, 1 overridden by later ones, 1 taken back",
        f"3 changes in 3 rows; 3 rows written to {folder / 'corrected.csv'}. A run reads no log: to train on this, name it "
        "as data.annotations",
    ]
    stale, rejected = done.err.splitlines()
    assert stale.startswith("stale: relabel by ann on 20")
    assert stale.endswith("a.mp4, 0 to 0.9 s, 'sit': the row is not there as it was then, and nothing was done")
    assert rejected.endswith("a.mp4, 1.2 to 1.8 s, 'wave': nobody said what is right, and the row stays as it is")
    assert ((folder / "labels.csv").read_bytes(), log.read_bytes()) == before


def test_a_configuration_names_the_annotations_and_a_tool_gets_the_result(clipgate: Clipgate, folder: Path) -> None:
    (folder / "config.yaml").write_text("output_dir: out\ndata: {annotations: labels.csv, videos: videos}\n")
    log = log_of(folder)
    command = ["apply", log, "--config", folder / "config.yaml", "--to", "elan", "-o", folder / "elan"]
    done = clipgate(*command)
    assert done.code == 0, done.err
    assert sorted(path.name for path in (folder / "elan").iterdir()) == ["a.mp4.eaf", "b.mp4.eaf"]
    assert "<ANNOTATION_VALUE>fall</ANNOTATION_VALUE>" in (folder / "elan" / "a.mp4.eaf").read_text()
    assert done.out.splitlines()[0].endswith("'sit' → 'fall' (ann: on the floor)")


def test_a_decision_names_a_row_of_a_tool_by_the_id_that_check_tells(clipgate: Clipgate, folder: Path) -> None:
    """Though it counts frames, knows a video by its name, and is converted before anything is done."""
    source = ["--videos", folder / "videos", "-a"]
    assert clipgate("convert", *source, folder / "labels.csv", "--to", "cvat_video", "-o", folder / "cvat").code == 0
    told = json.loads(clipgate("check", *source, folder / "cvat", "--format", "json").out)
    places = [place for each in told["findings"] if each["check"] == "boxes_of_whole_frame" for place in each["places"]]
    place = next(each for each in places if each["label"] == "wave")
    names = ("start_seconds", "end_seconds", "label")
    target = Target(path=place["video"], id=place["segment_id"], **{name: place[name] for name in names})
    append(folder / "log.jsonl", new_decision(Action.RELABEL, "ann", segment=target, old="wave", new="greet"))
    done = clipgate("apply", folder / "log.jsonl", *source, folder / "cvat", "-o", folder / "out.jsonl")
    assert done.code == 0, done.err
    assert [json.loads(line)["label"] for line in (folder / "out.jsonl").read_text().splitlines()] == [
        "sit",
        "greet",
        "sit",
    ]
    # What was decided about the table is stale here.
    assert "6 stale" in clipgate("apply", log_of(folder), *source, folder / "cvat", "-o", folder / "out.csv").out


@pytest.mark.parametrize("output", ["labels.csv", "labels.csv.decisions.jsonl"])
def test_neither_source_is_overwritten(clipgate: Clipgate, folder: Path, output: str) -> None:
    log = log_of(folder)
    before = (folder / output).read_bytes()
    done = clipgate(*arguments(folder, log, output, "--force"))
    assert done.code == 2
    assert "name another file" in done.err
    assert (folder / output).read_bytes() == before


def test_the_changes_are_not_written_over_the_annotations(clipgate: Clipgate, folder: Path) -> None:
    done = clipgate(*arguments(folder, log_of(folder), "out.csv", "--diff", folder / "out.csv"))
    assert done.code == 2
    assert f"--diff: {folder / 'out.csv'} is what --output names; name another file" in done.err


def test_a_log_that_is_none_is_the_users_mistake(clipgate: Clipgate, folder: Path) -> None:
    done = clipgate(*arguments(folder, folder / "labels.csv", "out.csv"))
    assert done.code == 2
    assert "labels.csv, line 1 is no decision: Invalid JSON" in done.err
    done = clipgate(*arguments(folder, folder / "none.jsonl", "out.csv"))
    assert "none.jsonl cannot be read: No such file or directory" in done.err


def test_nothing_left_is_no_success(clipgate: Clipgate, folder: Path) -> None:
    log = folder / "log.jsonl"
    rows: list[Row] = [SIT, WAVE, OTHER]
    for each in rows:
        append(log, decide(Action.EXCLUDE, each))
    done = clipgate(*arguments(folder, log, "out.csv"))
    assert done.code == 2
    assert "no row is left" in done.err
    assert not (folder / "out.csv").exists()


def test_a_folder_with_one_table_is_read_as_before_with_a_log_in_it(clipgate: Clipgate, folder: Path) -> None:
    (folder / "one").mkdir()
    (folder / "labels.csv").rename(folder / "one" / "labels.csv")
    log_of(folder).rename(folder / "one" / "labels.csv.decisions.jsonl")
    done = clipgate("convert", "-a", folder / "one", "--videos", folder / "videos", "-o", folder / "out.csv")
    assert done.code == 0, done.err


def test_rows_that_nobody_has_accepted_or_changed_can_be_left_out(clipgate: Clipgate, folder: Path) -> None:
    log = folder / "log.jsonl"
    for decision in (
        relabel(SIT, "fall"),
        relabel(WAVE, "clap"),
        decide(Action.REJECT, WAVE),
        decide(Action.NOTE, OTHER),
    ):
        append(log, decision)
    done = clipgate(*arguments(folder, log, "some.csv", "--only-accepted"))
    assert done.code == 0, done.err
    assert (folder / "some.csv").read_text().splitlines()[1:] == ["a.mp4,0.0,1.0,fall,ann,"]
    append(log, decide(Action.ACCEPT, OTHER))
    clipgate(*arguments(folder, log, "more.csv", "--only-accepted"))
    assert [line.split(",")[0] for line in (folder / "more.csv").read_text().splitlines()[1:]] == ["a.mp4", "b.mp4"]


def test_where_nobody_has_accepted_any_row_nothing_is_written(clipgate: Clipgate, folder: Path) -> None:
    log = folder / "log.jsonl"
    append(log, decide(Action.NOTE, OTHER))
    done = clipgate(*arguments(folder, log, "none.csv", "--only-accepted"))
    assert done.code == 2
    assert "none.csv was not written: nobody has accepted or changed any of 3 rows" in done.err
