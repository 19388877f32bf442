"""clipgate suggest on a pushed model: what is not annotated is ranked, reviewed, and becomes annotations."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from components.annotations.config import DataConfig
from components.annotations.decisions.decision import Action, Target, new_decision
from components.annotations.decisions.log import append, log_beside
from components.annotations.files.fetch import load_annotations
from components.annotations.files.manifest import segment_id
from components.annotations.records.record import Segment
from pipeline.suggestion.writing import COLUMNS
from tests.e2e.pushed import PushedRun
from tests.pipeline.commands.conftest import Done, run_clipgate

Clipgate = Callable[..., Done]


@pytest.fixture
def clipgate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Clipgate:
    return run_clipgate(monkeypatch, capsys)


@pytest.fixture
def folder(pushed_run: PushedRun, tmp_path: Path) -> Path:
    """Three videos of a project, of which one is annotated in part, and a broken one."""
    videos = tmp_path / "videos"
    videos.mkdir()
    for name in ("person_00.mp4", "person_01.mp4", "person_02.mp4"):
        shutil.copy(pushed_run.project.folder / "data" / "videos" / name, videos)
    (videos / "broken.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + b"\0" * 200)
    (tmp_path / "known.csv").write_text("path,start_seconds,end_seconds,label\nperson_00.mp4,0,,red\n")
    return tmp_path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_suggestions_are_decided_about_and_become_annotations(
    pushed_run: PushedRun, clipgate: Clipgate, folder: Path
) -> None:
    model = pushed_run.project.output_dir / "serving" / "action"
    table = folder / "suggestions.csv"
    done = clipgate(
        "suggest", "--videos", folder / "videos", "--model", model, "-n", 4, "-a", folder / "known.csv", "-o", table
    )  # fmt: skip
    assert done.code == 2
    assert "broken.mp4: video_unreadable: " in done.err
    assert "1 of 4 videos could not be read to the end" in done.err
    rows = rows_of(table)
    assert tuple(rows[0]) == COLUMNS
    assert {row["path"] for row in rows} == {"person_01.mp4", "person_02.mp4"}
    assert [float(row["score"]) for row in rows] == sorted((float(row["score"]) for row in rows), reverse=True)
    assert all(row["why"] and row["label"] in {"blue", "green", "grey", "red"} for row in rows)

    first, second = (
        record
        for record in load_annotations(DataConfig(annotations=str(table), videos=str(folder / "videos"))).records[:2]
        if isinstance(record, Segment)
    )
    targets = [
        Target(
            path=each.video,
            start_seconds=each.start,
            end_seconds=each.end,
            label=each.label,
            id=segment_id(each.video, each),
        )
        for each in (first, second)
    ]
    log = log_beside(str(table))
    append(log, new_decision(Action.ACCEPT, "ann", segment=targets[0]))
    append(log, new_decision(Action.RELABEL, "ann", segment=targets[1], old=second.label, new="purple"))
    corrected = folder / "new.csv"
    done = clipgate(
        "apply", log, "-a", table, "--videos", folder / "videos", "--only-accepted", "-o", corrected
    )  # fmt: skip
    assert done.code == 0, done.err
    assert [row["label"] for row in rows_of(corrected)] == [first.label, "purple"]


def test_a_configuration_says_what_is_annotated_and_tools_get_predictions(
    pushed_run: PushedRun, clipgate: Clipgate, folder: Path
) -> None:
    project, tasks = pushed_run.project, folder / "tasks.json"
    source = ("-c", project.config_path, "--set", f"data.annotations={folder / 'known.csv'}")
    arguments = ("--videos", folder / "videos", "--model", project.output_dir / "serving" / "action", "-n", 2)
    done = clipgate("suggest", *source, *arguments, "--format", "label_studio", "-o", tasks, "--json")
    assert done.code == 2, done.err  # of the broken video
    found = json.loads(done.out)["suggestions"]
    assert len(found) == 2
    assert all(each["why"] and abs(sum(each["probabilities"].values()) - 1) < 1e-3 for each in found)
    videos = {task["data"]["video"] for task in json.loads(tasks.read_text())}
    assert videos == {each["path"] for each in found}


def test_mistakes_are_told_before_a_model_is_loaded(pushed_run: PushedRun, clipgate: Clipgate, folder: Path) -> None:
    model = pushed_run.project.output_dir / "serving" / "action"
    known = folder / "known.csv"
    for arguments, message in (
        (("--model", folder, "--videos", folder / "videos"), "holds no model that clipgate pushed"),
        (("--model", model), "--videos is needed, or --config"),
        (("--model", model, "--videos", folder / "absent"), "is not a folder"),
        (("--model", model, "--videos", folder / "videos", "-o", known), "exists already"),
        (("--model", model, "--videos", folder / "videos", "-o", folder / "a.txt"), "has to end in .csv"),
        (("--model", model, "--videos", folder / "videos", "-a", folder / "absent.csv"), "does not exist"),
    ):
        done = clipgate("suggest", *arguments)
        assert done.code == 2
        assert message in done.err
