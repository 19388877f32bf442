"""clipgate gate: what was measured, judged by the bars of today."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import ConfusionMatrix, Entry
from components.model_gate.config import GatesConfig
from components.model_gate.measurements import Measurements
from components.model_gate.rules import judge
from tests.pipeline.commands.conftest import Done

Clipgate = Callable[..., Done]

MEASURED = Measurements(ConfusionMatrix(("sit", "[wave]"), ((7, 3), (4, 6))), calibration_error=0.2)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """The report of a run with the usual bars, all of which hold."""
    verdict = judge(GatesConfig(), MEASURED)
    assert verdict.passed
    path = tmp_path / "gate.json"
    path.write_text(json.dumps(verdict.as_json() | MEASURED.as_json()))
    return path


def configure(folder: Path, **gates: Any) -> Path:
    path = folder / "config.yaml"
    path.write_text(
        yaml.safe_dump({"output_dir": "out", "data": {"annotations": "a.csv", "videos": "v"}, "gates": gates})
    )
    return path


def lines_of(done: Done) -> list[str]:
    return [" ".join(line.split()) for line in done.out.splitlines()]


def test_when_every_rule_holds_the_exit_code_is_that_of_a_push(
    clipgate: Clipgate, report: Path, tmp_path: Path
) -> None:
    done = clipgate("gate", "--config", configure(tmp_path), "--report", report)
    assert (done.code, lines_of(done), done.err) == (0, ["8 of 8 rules hold"], "")


def test_what_few_clips_leave_open_has_an_exit_code_of_its_own(clipgate: Clipgate, tmp_path: Path) -> None:
    entries = {f"person {group}": [Entry((0,), (0,), 1), Entry((1,), (1,), 1)] for group in range(4)}
    few = Measurements(
        ConfusionMatrix(("sit", "stand"), ((4, 0), (0, 4))),
        groups=GroupAnswers.of(entries, ("sit", "stand"), has_several_labels=False),
    )
    path = tmp_path / "gate.json"
    path.write_text(json.dumps(judge(GatesConfig(), few).as_json() | few.as_json()))
    done = clipgate("gate", "--config", configure(tmp_path), "--report", path)
    assert done.code == 5
    assert "recall sit 1 at least 0.5 open ?" in lines_of(done)
    assert any("4 of 4 clips of 4 groups: open, chance that it is below" in line for line in lines_of(done))
    assert (
        json.loads(clipgate("gate", "--config", configure(tmp_path), "--report", path, "--json").out)["state"] == "open"
    )
    assert clipgate("gate", "--config", configure(tmp_path, certainty=None, min_examples=1), "--report", path).code == 0


def test_a_higher_bar_fails_what_passed_without_another_run(clipgate: Clipgate, report: Path, tmp_path: Path) -> None:
    config = configure(tmp_path, classes={"[wave]": {"min_recall": 0.7}})
    done = clipgate("gate", "--config", config, "--report", report)
    assert done.code == 3
    assert lines_of(done) == [
        "rule class value bar verdict",
        "recall [wave] 0.6 at least 0.7 failed ✗",
        "7 of 8 rules hold",
        "by the bars of that run: 8 of 8 rules hold",
    ]


def test_every_rule_is_explained_once(clipgate: Clipgate, report: Path, tmp_path: Path) -> None:
    done = clipgate("gate", "--config", configure(tmp_path), "--report", report, "--explain")
    lines = lines_of(done)
    assert done.code == 0
    assert "accuracy all 0.65 at least 0.6 passed" in lines
    assert "gain over majority all 0.15 more than 0 passed" in lines
    assert "all classes: gain over majority 0.15, bar more than 0 (most frequent class 0.5, this one 0.65)" in lines
    assert "recall sit 0.7 at least 0.5 passed" in lines
    assert lines.count("recall: share of the class's clips that were found") == 1


def test_a_bar_on_what_was_not_measured_fails(clipgate: Clipgate, report: Path, tmp_path: Path) -> None:
    done = clipgate("gate", "--config", configure(tmp_path, min_gain_over_single_frame=0.1), "--report", report)
    assert done.code == 3
    assert "could not be measured" in done.out


def test_a_program_gets_json(clipgate: Clipgate, report: Path, tmp_path: Path) -> None:
    config = configure(tmp_path, max_calibration_error=0.1)
    done = clipgate("gate", "--config", config, "--report", report, "--json")
    content = json.loads(done.out)
    assert (done.code, content["passed"], content["report"]) == (3, False, str(report))
    assert [found["rule"] for found in content["findings"] if not found["passed"]] == ["calibration_error"]


def test_before_the_first_run_there_is_nothing_to_judge(clipgate: Clipgate, tmp_path: Path) -> None:
    done = clipgate("gate", "--config", configure(tmp_path))
    assert done.code == 2
    assert "the last run did not come to the gates; run: clipgate run --config" in done.err


@pytest.mark.parametrize("content", [None, "not JSON", '{"classes": ["sit"]}', "[]"])
def test_a_file_that_is_no_report_is_wrong_input(clipgate: Clipgate, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "gate.json"
    if content is not None:
        path.write_text(content)
    done = clipgate("gate", "--config", configure(tmp_path), "--report", path)
    assert done.code == 2
    assert str(path) in done.err and "Traceback" not in done.err
