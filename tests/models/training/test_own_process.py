"""A worker's process ends when its work does or when its first worker is gone, whatever hangs in it."""

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from foundation.messages.errors import UserError
from models.training import own_process, watch
from models.training.own_process import run_worker
from tests.ports import free_addresses

# Each test says what the process does instead of training. It plays the first worker, too: it has one's address, and the job.
MODULE = """
import ctypes, os, signal, socket, sys, time
from foundation.events import report, send_progress
from foundation.messages.progress import say

def work(send):
    send_progress(send)
    say(f"process {os.getpid()}")
    WORK

def hang():
    ctypes.PyDLL(None).pause()  # no Python code runs any more, as when TensorFlow's threads hang

def listen(num_looks):
    with socket.create_server(("localhost", PORT)) as server:
        for _ in range(num_looks):
            server.accept()

report(int(sys.argv[1]), work)
"""
ENDS = "send({'ended': True})"
EXPORTS = "os.remove(sys.argv[2])"
LONGER_THAN_A_SILENCE = "time.sleep(1.5)"

Run = Callable[..., list[str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Run:
    """Does some work as the worker with this index; returns what it said. All that it waits for is short."""
    addresses = free_addresses(2)
    job = tmp_path / "job.json"
    job.touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(own_process, "_MODULE", "working")
    monkeypatch.setattr(own_process, "_SECONDS_TO_LEAVE", 1)
    monkeypatch.setattr(watch, "_SECONDS_BETWEEN_LOOKS", 0.05)
    monkeypatch.setattr(watch, "_SECONDS_WITHOUT_ANSWER", 0.5)

    def run_work(*work: str, index: int = 1) -> list[str]:
        task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        monkeypatch.setenv("TF_CONFIG", json.dumps(task))
        module = MODULE.replace("WORK", "; ".join(work)).replace("PORT", addresses[0].rpartition(":")[2])
        (tmp_path / "working.py").write_text(module)
        with caplog.at_level(logging.INFO):
            try:
                run_worker(str(job))
            finally:
                said = [json.loads(record)["message"] for record in caplog.messages]
                assert not Path("/proc", said[0].removeprefix("process ")).exists()
        return said[1:]

    return run_work


def test_whoever_has_done_the_work_may_hang(run: Run) -> None:
    assert run("say('done')", ENDS, "hang()") == ["done"]


def test_the_training_has_ended_when_the_first_worker_has_exported(run: Run) -> None:
    assert run("say('begun')", EXPORTS, "hang()") == ["begun"]


def test_a_worker_whose_first_one_is_gone_ends(run: Run) -> None:
    with pytest.raises(UserError, match=r"the first worker of this training is gone \(localhost:\d+ does not answer\)"):
        run("listen(2)", "hang()")


def test_a_first_worker_that_has_not_begun_is_waited_for(run: Run) -> None:
    assert run(LONGER_THAN_A_SILENCE, "say('begun')", ENDS) == ["begun"]


def test_nobody_watches_the_first_worker(run: Run) -> None:
    assert run(EXPORTS, LONGER_THAN_A_SILENCE, "say('exported')", ENDS, index=0) == ["exported"]


def test_an_error_is_told_although_the_process_hangs(run: Run) -> None:
    with pytest.raises(UserError, match="mend it"):
        run("send({'error': 'mend it', 'kind': 'user'})", "hang()")


def test_a_process_that_is_killed_has_not_ended_its_work(run: Run) -> None:
    with pytest.raises(RuntimeError, match="the training process ended with status -9"):
        run("os.kill(os.getpid(), signal.SIGKILL)")
