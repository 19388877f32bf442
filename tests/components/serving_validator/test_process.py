"""What is told of a process that does not come to its end."""

import json
import subprocess
import sys

import pytest

from components.serving_validator.process import ProbeStoppedError, follow
from components.serving_validator.rules import LOAD, PROCESS, Measurement

STEP = {"step": {"name": "predict_jpeg: no image", "total": None}}
LOADED = Measurement(LOAD, "a session", 1.5)
MEASURED = {"measurement": {"check": LOAD, "subject": "a session", "value": 1.5, "detail": ""}}


def outcome(end: str, *, time_limit_seconds: float = 60) -> tuple[Measurement, ...]:
    """Of a process that measures one thing, begins a step, and then does what `end` says."""
    says = "\n".join(json.dumps(event) for event in (MEASURED, STEP))
    script = f"import os, signal, time; print({says!r}, flush=True); {end}"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        return follow(process.stdout, process, time_limit_seconds)


def test_a_crash_is_told_with_the_step_that_it_happened_in() -> None:
    assert outcome("os.kill(os.getpid(), signal.SIGSEGV)") == (
        LOADED,
        Measurement(PROCESS, "", "ended with status -11", "predict_jpeg: no image"),
    )


def test_a_step_that_takes_too_long_is_stopped_and_is_no_measurement_of_the_model() -> None:
    with pytest.raises(ProbeStoppedError, match=r"gave no answer in 0\.5 s \(predict_jpeg: no image\).*run again"):
        outcome("time.sleep(600)", time_limit_seconds=0.5)


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
def test_what_somebody_else_stops_is_no_measurement_of_the_model_either(name: str) -> None:
    with pytest.raises(ProbeStoppedError, match=rf"was stopped by {name} \(predict_jpeg: no image\).*run again"):
        outcome(f"os.kill(os.getpid(), signal.{name})")


def test_a_process_that_ends_without_saying_that_it_is_done_is_not_trusted() -> None:
    assert outcome("pass")[-1].value == "ended with status 0"


def test_a_process_that_comes_to_its_end_has_only_measurements() -> None:
    assert outcome("""print('{"end": true}')""") == (LOADED,)
