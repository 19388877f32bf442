"""A pool starts workers, hears all that they print, and ends with them."""

import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from apache_beam.portability.api import beam_fn_api_pb2 as messages

from foundation.messages.errors import UserError
from pipeline.beam.pool import WorkerPool, serving

# Prints more than a pipe holds, says that it is connected, and for what, and waits until it is stopped.
_TALKATIVE = """
import os, sys, time
print("x" * 300_000)
*asked_for, _, descriptor = sys.argv[1:]
os.write(int(descriptor), b"connected")
os.close(int(descriptor))
print("waiting for", *asked_for, flush=True)
time.sleep(600)
"""


class Heard(list[str]):
    """What a pool says."""

    def wait_for(self, words: str, times: int = 1) -> None:
        while sum(words in line for line in self) < times:
            time.sleep(0.01)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def pool(heard: Heard) -> Iterator[WorkerPool]:
    pool = WorkerPool([sys.executable, "-c", _TALKATIVE], heard.append)
    yield pool
    pool.close()


def start(pool: WorkerPool, worker_id: str, address: str = "engine:1") -> None:
    request = messages.StartWorkerRequest(worker_id=worker_id)
    request.control_endpoint.url = address
    assert pool.StartWorker(request, None).error == ""


def workers() -> list[psutil.Process]:
    return [each for each in psutil.Process().children() if _TALKATIVE in each.cmdline()]


def test_a_worker_that_prints_much_goes_on_and_is_heard(pool: WorkerPool, heard: Heard) -> None:
    start(pool, "1-1")
    heard.wait_for("worker 1-1: waiting for engine:1 1-1")
    pool.StopWorker(messages.StopWorkerRequest(worker_id="1-1"), None)
    assert not workers()
    heard.wait_for("has ended with status -15")


def test_of_two_workers_of_one_name_none_is_ended_for_the_other(pool: WorkerPool, heard: Heard) -> None:
    """Two engines' processes, or two jobs, each count their workers from one."""
    for address in ("first:1", "second:1"):
        start(pool, "1-1", address)
    heard.wait_for("waiting for", times=2)
    stop = messages.StopWorkerRequest(worker_id="1-1")
    pool.StopWorker(stop, None)
    assert len(workers()) == 2
    pool.StopWorker(stop, None)
    assert not workers()


def test_a_worker_outlives_one_of_its_name_that_was_killed(pool: WorkerPool, heard: Heard) -> None:
    for address in ("first:1", "second:1"):
        start(pool, "1-1", address)
    heard.wait_for("waiting for", times=2)
    first, second = workers()
    first.kill()
    heard.wait_for("has ended with status -9")
    pool.StopWorker(messages.StopWorkerRequest(worker_id="1-1"), None)
    assert workers() == [second]


def test_workers_that_nobody_stopped_do_not_count_when_they_are_gone(pool: WorkerPool, heard: Heard) -> None:
    start(pool, "1-1")
    heard.wait_for("waiting for")
    workers()[0].kill()
    heard.wait_for("has ended with status -9")
    start(pool, "1-1")
    heard.wait_for("waiting for", times=2)
    pool.StopWorker(messages.StopWorkerRequest(worker_id="1-1"), None)
    assert not workers()


def test_workers_end_with_their_pool(heard: Heard) -> None:
    pool = WorkerPool([sys.executable, "-c", _TALKATIVE], heard.append)
    for worker_id in ("1-1", "1-2"):
        start(pool, worker_id)
    heard.wait_for("waiting for", times=2)
    pool.close()
    assert not workers()


def test_a_worker_that_nobody_knows_is_stopped_already(pool: WorkerPool) -> None:
    pool.StopWorker(messages.StopWorkerRequest(worker_id="7-1"), None)


def test_what_keeps_a_worker_from_starting_is_told_to_the_engine(heard: Heard) -> None:
    response = WorkerPool([str(Path("/nowhere/python"))], heard.append).StartWorker(messages.StartWorkerRequest(), None)
    assert "/nowhere/python" in response.error


def test_a_worker_that_dies_before_it_has_reached_the_engine_is_told_to_it(heard: Heard) -> None:
    """An engine would wait for ever for one that it takes for started."""
    killed = "import os; print('half way'); os.kill(os.getpid(), 9)"
    pool = WorkerPool([sys.executable, "-c", killed], heard.append)
    response = pool.StartWorker(messages.StartWorkerRequest(worker_id="1-1"), None)
    assert "worker 1-1 has ended with status -9 before it had reached the engine" in response.error
    pool.StopWorker(messages.StopWorkerRequest(worker_id="1-1"), None)


def test_a_port_that_is_taken_is_a_users_mistake() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        words = rf"127\.0\.0\.1:{port} cannot be had.*clipgate beam-worker"
        with pytest.raises(UserError, match=words), serving("127.0.0.1", port, print):
            pass


def test_two_pools_do_not_share_a_port() -> None:
    with (
        serving("127.0.0.1", 0, print) as port,
        pytest.raises(UserError, match="cannot be had"),
        serving("127.0.0.1", port, print),
    ):
        pass
