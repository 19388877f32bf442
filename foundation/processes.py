"""Processes of our own: Python modules that run beside this one, and report what they do, one JSON object a line."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

_ROOT = Path(__file__).resolve().parents[1]
_SECONDS_BETWEEN_LOOKS = 0.2
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def child_environment(**variables: str) -> dict[str, str]:
    """Environment of this process with other `variables`; a child finds the same code in it."""
    paths = os.pathsep.join(dict.fromkeys([str(_ROOT), *filter(None, sys.path)]))
    return {**os.environ, **direct_loopback(), "PYTHONPATH": paths, "KERAS_BACKEND": "tensorflow", **variables}


def direct_loopback() -> dict[str, str]:
    """Variables by which no proxy of this environment is asked for this machine itself, which it cannot reach.

    gRPC, over which Beam's workers speak, takes `http_proxy` for loopback too, and leaves `no_proxy` unread where there is a
    `no_grpc_proxy`.
    """
    names = [
        name for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy") if name != "no_grpc_proxy" or name in os.environ
    ]
    return {
        name: ",".join(dict.fromkeys([*filter(None, os.environ.get(name, "").split(",")), *_LOOPBACK]))
        for name in names
    }


def end_with_parent() -> None:
    """From now on, end this process when the one that started it is gone, and with it the group of processes that it leads."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        if os.getpgid(0) == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def reporting_process(
    module: str, *arguments: str, env: dict[str, str], inherit: Sequence[int] = (), **options: Any
) -> Iterator[tuple["subprocess.Popen[bytes]", TextIO]]:
    """Start `python -m MODULE EVENTS_FD ARGUMENT ...`.

    Args:
      module: its dotted name.
      arguments: what follows the number of the file descriptor to which the module writes its events.
      env: `child_environment`.
      inherit: further file descriptors that it has too.
      options: of `subprocess.Popen`.

    Yields:
      The process, which the caller waits for or stops, and its events, line by line, until it closes them.
    """
    read_end, write_end = os.pipe()
    with os.fdopen(read_end) as events:
        command = [sys.executable, "-m", module, str(write_end), *arguments]
        try:
            process = subprocess.Popen(command, pass_fds=[write_end, *inherit], env=env, **options)
        finally:
            os.close(write_end)
        yield process, events
