"""Beam's worker processes: they reach each other whatever proxy there is, and a run does not wait for one that is gone."""

import time
from pathlib import Path

import psutil

from tests.e2e.project import make_project
from tests.e2e.test_interruptions import children, line_of
from tests.ports import free_addresses

_WORKER = "sdk_worker_main"


def test_a_run_ends_with_a_worker_that_was_killed_and_says_so(tmp_path: Path) -> None:
    project = make_project(tmp_path, num_people=4)
    project.configure(beam={"workers": 2})
    (nobody,) = free_addresses(1)
    run = project.start("run", http_proxy=f"http://{nobody}", https_proxy=f"http://{nobody}")
    # Ingest works with one; this one is the first with several.
    assert line_of(run, "VideoSchemaGen")
    while not (workers := [child for child in children(run) if _is_worker(child)]):
        assert run.poll() is None, run.communicate()
        time.sleep(0.05)
    workers[0].kill()
    _, errors = run.communicate()
    assert run.returncode == 1
    assert "a worker process of Beam was lost" in errors and "set beam.workers to fewer" in " ".join(errors.split())
    assert psutil.wait_procs(workers, timeout=20)[1] == []


def _is_worker(process: psutil.Process) -> bool:
    try:
        return any(_WORKER in argument for argument in process.cmdline())
    except psutil.Error:
        return False
