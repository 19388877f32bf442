"""Runs the probe in a child process: a bad model may crash it, or never answer."""

import json
import signal
import subprocess
import threading
from collections.abc import Iterable
from typing import Any, NamedTuple

from components.serving_validator.rules import PROCESS, Measurement
from foundation.messages.errors import MachineError
from foundation.messages.progress import Progress
from foundation.processes import child_environment, reporting_process

_MODULE = "components.serving_validator.probe"


# What stops a process from outside: people, service managers, and a kernel that is short of memory.
_FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class ProbeStoppedError(MachineError):
    """The machine stopped the process, or was too slow for it: that says nothing of the model."""


class ProbeJob(NamedTuple):
    """An export to try, into which warm-up requests are written, and a folder of Examples with the clips."""

    model_dir: str
    examples: str
    num_requests: int
    model_name: str


def run_probe(job: ProbeJob, time_limit_seconds: float) -> tuple[Measurement, ...]:
    """Run the probe and return its measurements; if it does not reach its end, the last one is of the process itself.

    Args:
      time_limit_seconds: how long a step may take before the process is killed.

    Raises:
      ProbeStoppedError: it was killed, by this limit or by somebody else. A crash of its own is a measurement.
    """
    # No GPU: the process of the pipeline may hold all of its memory.
    env = child_environment(CUDA_VISIBLE_DEVICES="-1")
    with reporting_process(_MODULE, json.dumps(job._asdict()), env=env) as (process, events):
        try:
            return follow(events, process, time_limit_seconds)
        finally:
            process.kill()
            process.wait()


def follow(
    events: Iterable[str], process: "subprocess.Popen[Any]", time_limit_seconds: float
) -> tuple[Measurement, ...]:
    """Collect what a process measures until it ends or crashes; raises ProbeStoppedError if it is killed."""
    measurements: list[Measurement] = []
    progress: Progress | None = None
    step = "starting"
    overdue = threading.Event()

    def stop() -> None:
        overdue.set()
        process.kill()

    # The clock starts with the first step: TensorFlow's import is not the model's fault.
    watchdog = threading.Timer(0, stop)
    for line in events:
        watchdog.cancel()
        event = json.loads(line)
        if "end" in event:
            return tuple(measurements)
        if "measurement" in event:
            measurements.append(Measurement(**event["measurement"]))
        else:
            step, total = event["step"]["name"], event["step"]["total"]
            if progress is None and total is not None:
                progress = Progress(total, "checks")
            elif progress is not None:
                progress.advance(detail=step)
        watchdog = threading.Timer(time_limit_seconds, stop)
        watchdog.start()
    watchdog.cancel()
    status = process.wait()
    again = "nothing is said of the model; run again"
    if overdue.is_set():
        raise ProbeStoppedError(
            f"the process that asks the exported model gave no answer in {time_limit_seconds:g} s ({step}): {again}, and if "
            "that repeats, raise serving_validation.time_limit_seconds"
        )
    if -status in _FROM_OUTSIDE:
        raise ProbeStoppedError(
            f"the process that asks the exported model was stopped by {signal.Signals(-status).name} ({step}): {again}, with "
            "more memory if it is the kernel that stops it"
        )
    return (*measurements, Measurement(PROCESS, "", f"ended with status {status}", step))
