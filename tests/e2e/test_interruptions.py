"""What happens to a run that is not left in peace."""

import signal
import subprocess
import sys

import psutil
import pytest

from tests.e2e.project import Project, environment, make_project

pytestmark = pytest.mark.e2e


def start(project: Project) -> "subprocess.Popen[str]":
    """Start a run and wait until its first component is done."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "run", "--config", "config.yaml"],
        cwd=project.folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
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
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A small project that has not been run."""
    project = make_project(tmp_path_factory.mktemp("interrupted"), num_people=6, videos_per_person=1)
    project.configure()
    return project


def test_ctrl_c_stops_everything_and_says_how_to_go_on(project: Project) -> None:
    process = start(project)
    started = children(process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert psutil.wait_procs(started, timeout=20)[1] == []


def test_a_second_run_is_refused_and_a_killed_one_leaves_an_error_and_no_lock(project: Project) -> None:
    process = start(project)
    second = project.run()
    assert second.returncode == 2
    assert "in use by another run" in second.stderr
    for child in children(process):
        child.kill()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "the run ended with status -9" in errors
    assert str(project.output_dir / "logs") in errors
    third = start(project)
    third.send_signal(signal.SIGINT)
    third.communicate(timeout=60)
    assert third.returncode == 130
