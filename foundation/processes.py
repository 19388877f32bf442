"""Processes of our own: Python modules that run beside this one, and report what they do, one JSON object a line."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

_ROOT = Path(__file__).resolve().parents[1]


def child_environment(**variables: str) -> dict[str, str]:
    """Environment of this process with other `variables`; a child finds the same code in it."""
    paths = os.pathsep.join(dict.fromkeys([str(_ROOT), *filter(None, sys.path)]))
    return {**os.environ, "PYTHONPATH": paths, "KERAS_BACKEND": "tensorflow", **variables}


@contextmanager
def reporting_process(
    module: str, *arguments: str, env: dict[str, str], **options: Any
) -> Iterator[tuple["subprocess.Popen[bytes]", TextIO]]:
    """Start `python -m MODULE EVENTS_FD ARGUMENT ...`.

    Args:
      module: its dotted name.
      arguments: what follows the number of the file descriptor to which the module writes its events.
      env: `child_environment`.
      options: of `subprocess.Popen`.

    Yields:
      The process, which the caller waits for or stops, and its events, line by line, until it closes them.
    """
    read_end, write_end = os.pipe()
    with os.fdopen(read_end) as events:
        command = [sys.executable, "-m", module, str(write_end), *arguments]
        try:
            process = subprocess.Popen(command, pass_fds=[write_end], env=env, **options)
        finally:
            os.close(write_end)
        yield process, events
