"""Runs the probe in a child process, which a bad model may crash, or keep from ever answering."""

import json
import subprocess
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from components.serving_validator.rules import PROCESS, Measurement
from foundation.messages.progress import Progress
from foundation.processes import child_environment, reporting_process

_MODULE = "components.serving_validator.probe"


@dataclass(frozen=True)
class ProbeJob:
    """What to try: an export, into which warm-up requests are written, on the clips of a folder with Examples."""

    model_dir: str
    examples: str
    num_requests: int
    model_name: str


def run_probe(job: ProbeJob, time_limit_seconds: float) -> tuple[Measurement, ...]:
    """What was measured; with a measurement of the process as the last one if it did not come to its end.

    Args:
      time_limit_seconds: how long a step may take before the process is killed.
    """
    # The process of the pipeline may hold all of a GPU's memory.
    env = child_environment(CUDA_VISIBLE_DEVICES="-1")
    with reporting_process(_MODULE, json.dumps(asdict(job)), env=env) as (process, events):
        try:
            return follow(events, process, time_limit_seconds)
        finally:
            process.kill()
            process.wait()


def follow(
    events: Iterable[str], process: "subprocess.Popen[Any]", time_limit_seconds: float
) -> tuple[Measurement, ...]:
    """Collect what a process measures until it ends, crashes, or is killed because a step took too long."""
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
    value = f"no answer in {time_limit_seconds:g} s" if overdue.is_set() else f"ended with status {status}"
    return (*measurements, Measurement(PROCESS, "", value, step))
