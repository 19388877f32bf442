"""What happens to a run that is not left in peace."""

import json
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from pipeline.runs.record import read_records
from tests.e2e.conftest import PushedRun, RepeatedRun
from tests.e2e.project import Project
from tests.e2e.pushed import executions_by_state

NUM_EPOCHS = 6


@dataclass(frozen=True)
class KilledRun:
    """A run whose processes were killed in its training, what the command said, and what a second run was told meanwhile."""

    project: Project
    exit_code: int
    errors: str
    second: "subprocess.CompletedProcess[str]"
    states: list[Path]


@dataclass(frozen=True)
class InterruptedRun:
    """The next run, which got Ctrl-C after its training: what it said of the training and at its end, and what was left."""

    project: Project
    exit_code: int
    training: str
    errors: str
    survivors: list[psutil.Process]


def line_of(process: "subprocess.Popen[str]", node: str) -> str:
    """Wait for the line on a component, which it prints when the component is done."""
    assert process.stdout
    for line in process.stdout:
        if re.match(rf" *\d+/\d+ {node} ", line):
            return line
    raise AssertionError(process.communicate())


def children(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    """The processes that a run has started."""
    return psutil.Process(process.pid).children(recursive=True)


@pytest.fixture(scope="module")
def killed_run(pushed_run: PushedRun, repeated_run: RepeatedRun, tmp_path_factory: pytest.TempPathFactory) -> KilledRun:
    """A run that was killed after an epoch of its training. A second one was tried before."""
    project = pushed_run.project.beside(tmp_path_factory.mktemp("interrupted"))
    project.configure(training={"epochs": NUM_EPOCHS})
    process = project.start("run")
    assert "cached" in line_of(process, "VideoExampleGen")
    second = project.run()
    while not (states := list(project.output_dir.glob("pipeline/checkpoints/*/state.npz"))):
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    for child in children(process):
        child.kill()
    _, errors = process.communicate()
    return KilledRun(project, process.returncode, errors, second, states)


@pytest.fixture(scope="module")
def interrupted_run(killed_run: KilledRun) -> InterruptedRun:
    """The run after the killed one: it trains to the end, and is interrupted while the model is judged."""
    process = killed_run.project.start("run")
    training = line_of(process, "Trainer")
    started = children(process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    survivors = psutil.wait_procs(started, timeout=20)[1]
    return InterruptedRun(killed_run.project, process.returncode, training, errors, survivors)


def test_a_second_run_is_refused(killed_run: KilledRun) -> None:
    assert killed_run.second.returncode == 2
    assert "in use by another run" in killed_run.second.stderr


def test_a_killed_run_ends_in_an_error_that_names_its_log(killed_run: KilledRun) -> None:
    assert killed_run.exit_code == 1
    assert "the run ended with status -9" in killed_run.errors
    assert str(killed_run.project.output_dir / "logs") in killed_run.errors


def test_a_training_killed_after_some_epochs_goes_on_from_there_in_the_next_run(
    killed_run: KilledRun, interrupted_run: InterruptedRun
) -> None:
    project = interrupted_run.project
    assert "resumed after epoch" in interrupted_run.training
    history = json.loads((project.artifact("Trainer", "model_run") / "history.json").read_text())
    assert len(history["loss"]) == NUM_EPOCHS
    assert list((project.artifact("Trainer", "model_run") / "tensorboard").rglob("*tfevents*"))
    assert not any(state.exists() for state in killed_run.states)


def test_the_records_say_how_each_run_ended_and_where_the_training_went_on(interrupted_run: InterruptedRun) -> None:
    killed, interrupted = list(read_records(interrupted_run.project.output_dir).values())[-2:]
    assert (killed.verdict, interrupted.verdict) == ("failed", "interrupted")
    assert killed.error and "status -9" in killed.error
    assert f"resumed after epoch {interrupted.resumed_after_epoch};" in interrupted_run.training


def test_the_next_run_marks_as_failed_what_a_killed_one_left_running(interrupted_run: InterruptedRun) -> None:
    states = executions_by_state(interrupted_run.project)
    assert states["FAILED"]["Trainer"] == 1
    assert states.get("RUNNING", {}).get("Trainer", 0) == 0


def test_ctrl_c_stops_everything_and_says_how_to_go_on(interrupted_run: InterruptedRun) -> None:
    assert interrupted_run.exit_code == 130
    assert "interrupted; the same command goes on after the last finished component" in interrupted_run.errors
    assert "Traceback" not in interrupted_run.errors
    assert interrupted_run.survivors == []
