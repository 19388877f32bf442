"""The process of a step on this machine: its command, or the entry point in a fork of a process that has loaded TFX.

Every step of ours loads TensorFlow and TFX, which takes longer than most steps of a small pipeline. A fork begins with both,
and goes through the same entry point with the same arguments. TensorFlow reads variables while it is loaded, so a step that
has some of its own is started by its command.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import IO, NamedTuple

_ENTRY_POINT = "pipeline.kubeflow.entrypoint"
_MODULES = "pipeline.kubeflow.step_modules"
_CONTEXT = multiprocessing.get_context("forkserver")


class StepProcess(NamedTuple):
    """A step that was started: what it prints, until it has ended, and then its status; of one that was killed -signal."""

    output: IO[str]
    wait: Callable[[], int]


@contextmanager
def step_process(command: Sequence[str], variables: Mapping[str, str]) -> Iterator[StepProcess]:
    """Start a command, with further variables of the environment; it has ended when this is left.

    Raises:
      OSError: it cannot be started.
    """
    python, *arguments = command
    if python == sys.executable and arguments[:2] == ["-m", _ENTRY_POINT] and not variables:
        with _forked(arguments[2:]) as step:
            yield step
        return
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **variables},
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout
        yield StepProcess(process.stdout, process.wait)


@contextmanager
def _forked(arguments: Sequence[str]) -> Iterator[StepProcess]:
    # The modules are loaded once, when the first step begins, by a process that computes nothing.
    _CONTEXT.set_forkserver_preload([_MODULES])
    receiver, sender = _CONTEXT.Pipe(duplex=False)
    with sender:
        process = _CONTEXT.Process(target=_enter, args=(arguments, dict(os.environ), sender))
        process.start()

    def wait() -> int:
        process.join()
        return process.exitcode or 0

    with receiver, open(receiver.fileno(), errors="replace", closefd=False) as output:
        try:
            yield StepProcess(output, wait)
        finally:
            process.join()


def _enter(arguments: Sequence[str], environment: Mapping[str, str], output: Connection) -> None:
    """Be `python -m pipeline.kubeflow.entrypoint ARGUMENT ...` whose standard output and errors are `output`."""
    from pipeline.kubeflow import entrypoint

    with output:
        for descriptor in (1, 2):
            os.dup2(output.fileno(), descriptor)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [entrypoint.__file__, *arguments]
    entrypoint.main(arguments)
