"""What happens to a run that is not left in peace."""

import functools
import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import psutil
import pytest

from tests.e2e.project import Project, environment, explain, make_project

pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class KilledRun:
    """A run whose processes were killed, what the command said, and what a second run was told meanwhile."""

    project: Project
    exit_code: int
    errors: str
    second: "subprocess.CompletedProcess[str]"


def start(project: Project) -> "subprocess.Popen[str]":
    """Start a run and wait until its first component is done."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "run", "--config", "config.yaml"],
        cwd=project.folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run in the background of a shell ignore Ctrl-C, and so would what they start.
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout
    for line in process.stdout:
        if "VideoExampleGen" in line:
            return process
    raise AssertionError(process.communicate())


def children(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    """The processes that a run has started."""
    return psutil.Process(process.pid).children(recursive=True)


@pytest.fixture(scope="module")
def killed_run(tmp_path_factory: pytest.TempPathFactory) -> KilledRun:
    """A run that was killed while a second one was tried."""
    project = make_project(tmp_path_factory.mktemp("interrupted"), num_people=6)
    project.configure()
    process = start(project)
    second = project.run()
    for child in children(process):
        child.kill()
    _, errors = process.communicate()
    return KilledRun(project, process.returncode, errors, second)


def test_a_second_run_is_refused(killed_run: KilledRun) -> None:
    assert killed_run.second.returncode == 2
    assert "in use by another run" in killed_run.second.stderr


def test_a_killed_run_ends_in_an_error_that_names_its_log(killed_run: KilledRun) -> None:
    assert killed_run.exit_code == 1
    assert "the run ended with status -9" in killed_run.errors
    assert str(killed_run.project.output_dir / "logs") in killed_run.errors


def test_after_a_killed_run_the_next_one_starts_and_ctrl_c_stops_everything_and_says_how_to_go_on(
    killed_run: KilledRun,
) -> None:
    process = start(killed_run.project)
    started = children(process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert psutil.wait_procs(started, timeout=20)[1] == []


def test_a_training_killed_after_some_epochs_goes_on_from_there_in_the_next_run(killed_run: KilledRun) -> None:
    project = killed_run.project
    project.configure(training={"epochs": 6})
    process = start(project)
    while not (states := list(project.output_dir.glob("pipeline/checkpoints/*/state.npz"))):
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    for child in children(process):
        child.kill()
    process.communicate()
    second = project.run()
    assert second.returncode == 0, explain(second)
    assert "resumed after epoch" in second.stdout
    history = json.loads((project.artifact("Trainer", "model_run") / "history.json").read_text())
    assert len(history["loss"]) == 6
    assert list((project.artifact("Trainer", "model_run") / "tensorboard").rglob("*tfevents*"))
    assert not any(state.exists() for state in states)
