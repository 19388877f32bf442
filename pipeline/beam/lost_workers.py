"""Beam's worker processes on this machine: one that is lost ends the run, which would otherwise wait for its answer."""

import os
import signal
import sys
import threading

from foundation.events import Send

# Beam's, of the threads that start a worker and wait for its end (apache_beam/runners/portability/fn_api_runner).
_THREAD = "run_worker"


def end_with_lost_worker(send: Send) -> None:
    """From now on, end this process and those that it started if a worker ends with an error, after an event that says so.

    Beam raises in a thread of its own, and nobody hears it there.
    """
    before = threading.excepthook

    def hook(arguments: threading.ExceptHookArgs) -> None:
        before(arguments)
        if arguments.thread is None or arguments.thread.name != _THREAD:
            return
        error = (
            f"a worker process of Beam was lost ({arguments.exc_value}), as happens when memory runs out. Run the same command "
            "again; if that repeats, set beam.workers to fewer, or give the machine more memory"
        )
        send({"error": error, "kind": "machine"})
        sys.stdout.flush()
        if os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    threading.excepthook = hook
