"""A pool of worker processes, which an engine asks to start and to stop them: Beam's service for external workers.

Beam has a pool of its own. That one never reads what its workers print, so that one that prints much stands still; it starts
whatever `python` is first on the path; it takes workers of the same name for the same, though each of an engine's
processes counts its workers from one; and it says that a worker is started when it has hardly begun: an engine waits for
ever for one that dies then.
"""

import os
import signal
import subprocess
import sys
import threading
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import grpc
from apache_beam.portability.api import beam_fn_api_pb2 as messages
from apache_beam.portability.api import beam_fn_api_pb2_grpc as services

from foundation.messages.errors import UserError
from foundation.processes import child_environment

_SECONDS_TO_STOP = 10
# What is printed without an end shall not fill the memory of who passes it on.
LONGEST_LINE = 8192
# A request lasts until its worker has reached the engine, and each slot asks for one.
_REQUESTS_AT_ONCE = 256
# Otherwise two pools could listen at one port, and each would get some of the requests.
_OPTIONS = [("grpc.so_reuseport", 0)]

# Arguments of Python for a worker; those of the worker itself follow.
WORKER = ("-m", "pipeline.beam.worker_process")

Say = Callable[[str], None]


@dataclass
class _Namesakes:
    """Workers of one name, and how many of them were to be stopped."""

    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    num_stops: int = 0


class WorkerPool(services.BeamFnExternalWorkerPoolServicer):
    """Starts workers, passes on what they print, and stops them."""

    def __init__(self, command: Sequence[str], say: Say) -> None:
        """A worker is `command`, its engine's address, its name, and `--connected` with a descriptor (see `worker_process`).

        `say` is called from several threads.
        """
        self._command = command
        self._say = say
        self._workers: dict[str, _Namesakes] = defaultdict(_Namesakes)
        self._lock = threading.Lock()

    def StartWorker(self, request: Any, context: Any) -> Any:  # noqa: N802 - the service's name
        """Answers when the worker is connected, or will never be."""
        try:
            worker, is_connected = self._start(request.worker_id, request.control_endpoint.url)
        except Exception:
            return messages.StartWorkerResponse(error=traceback.format_exc())
        with is_connected:
            if is_connected.read():
                return messages.StartWorkerResponse()
        return messages.StartWorkerResponse(
            error=f"worker {request.worker_id} has ended with status {worker.wait()} before it had reached the engine; what "
            "it said is in the output of clipgate beam-worker"
        )

    def StopWorker(self, request: Any, context: Any) -> Any:  # noqa: N802 - the service's name
        with self._lock:
            namesakes = self._workers[request.worker_id]
            namesakes.num_stops += 1
            if namesakes.num_stops < len(namesakes.processes):
                # Nobody knows which of them is meant. That one ends by itself, since its connection is closed next.
                return messages.StopWorkerResponse()
            del self._workers[request.worker_id]
        for worker in namesakes.processes:
            _stop(worker)
        return messages.StopWorkerResponse()

    def close(self) -> None:
        """Stop all workers."""
        with self._lock:
            workers = [worker for each in self._workers.values() for worker in each.processes]
            self._workers.clear()
        for worker in workers:
            _stop(worker)

    def _start(self, worker_id: str, control_address: str) -> tuple["subprocess.Popen[bytes]", IO[bytes]]:
        """The process, and what says something and ends when it is connected, and ends without a word if it never is."""
        reading, writing = os.pipe()
        is_connected = os.fdopen(reading, "rb")
        try:
            worker = subprocess.Popen(
                [*self._command, control_address, worker_id, "--connected", str(writing)],
                env=worker_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[writing],
            )
        except Exception:
            is_connected.close()
            raise
        finally:
            os.close(writing)
        with self._lock:
            if all(each.poll() is not None for each in self._workers[worker_id].processes):
                # Whoever asked for those may be gone without having stopped them.
                self._workers[worker_id] = _Namesakes()
            self._workers[worker_id].processes.append(worker)
        assert worker.stdout
        threading.Thread(target=self._pass_on, args=(worker_id, worker, worker.stdout), daemon=True).start()
        self._say(f"worker {worker_id} for {control_address}: process {worker.pid}")
        return worker, is_connected

    def _pass_on(self, worker_id: str, worker: "subprocess.Popen[bytes]", output: IO[bytes]) -> None:
        with output:
            while line := output.readline(LONGEST_LINE):
                # Whoever does not hear it any more shall not stop the worker.
                with suppress(OSError, ValueError):
                    self._say(f"worker {worker_id}: {line.decode(errors='backslashreplace').rstrip()}")
        status = worker.wait()
        with suppress(OSError, ValueError):
            self._say(f"worker {worker_id}, process {worker.pid}, has ended with status {status}")


def worker_environment() -> dict[str, str]:
    """The environment of a worker: it finds the code and the Python of this process, and what is beside that."""
    folder = Path(sys.executable).parent
    return child_environment(
        PATH=os.pathsep.join([str(folder), os.environ.get("PATH", os.defpath)]),
        PYTHONUNBUFFERED="1",
        TF_CPP_MIN_LOG_LEVEL="1",
    )


@contextmanager
def serving(host: str, port: int, say: Say) -> Iterator[int]:
    """A pool that answers at an address until the context ends; with it end its workers.

    Args:
      port: 0 for any that is free.

    Yields:
      The port.

    Raises:
      UserError: the address cannot be had.
    """
    pool = WorkerPool([sys.executable, *WORKER], say)
    server = grpc.server(ThreadPoolExecutor(_REQUESTS_AT_ONCE), options=_OPTIONS)
    services.add_BeamFnExternalWorkerPoolServicer_to_server(pool, server)
    try:
        port = server.add_insecure_port(f"{host}:{port}")
    except RuntimeError:
        raise UserError(
            f"--host and --port: {host}:{port} cannot be had on this machine; another program may listen there, perhaps "
            "another clipgate beam-worker. End it, or choose another port and name that in beam.workers_at"
        ) from None
    server.start()
    try:
        yield port
    finally:
        server.stop(None)
        pool.close()


def _stop(worker: "subprocess.Popen[bytes]") -> None:
    if worker.poll() is not None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, number)
        with suppress(subprocess.TimeoutExpired):
            worker.wait(timeout=_SECONDS_TO_STOP)
            return
