"""Executes a compiled pipeline on this machine: the commands of its containers, one after the other, each in its own process.

The commands do and pass on what they do in a cluster. But there is no image and no cache, Python is the one that runs this, and
resources, secrets, volumes and retries are ignored.
"""

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from foundation.bounded_yaml import BoundedLoader, read_bounded
from foundation.messages.errors import DataFaultsError, UserError
from pipeline.kubeflow.entrypoint import EVENT_MARK
from pipeline.kubeflow.tasks import (
    Json,
    Run,
    command_line,
    make_executor_input,
    output_artifacts,
    require_simple,
    runtime_parameters,
    task_order,
)

_PYTHON = ("python", "python3")
_NUM_LAST_LINES = 5

Report = Callable[[Json], None]


class StepFailedError(Exception):
    """Failure of a step that is not the user's; the message names the step and holds the end of its output."""


def load_spec(path: Path) -> Json:
    """The pipeline of a compiled file.

    Raises:
      UserError: it cannot be read, or holds none.
    """
    try:
        documents = list(yaml.load_all(read_bounded(path), BoundedLoader))
    except OSError as error:
        raise UserError(f"{path}: the compiled pipeline cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise UserError(f"{path}: not valid YAML: {error}") from error
    for document in documents:
        if isinstance(document, dict) and "pipelineInfo" in document:
            return document
    raise UserError(f"{path}: no compiled pipeline; write one with clipgate compile")


def execute(
    spec: Json, pipeline_root: str, run_id: str, parameters: Mapping[str, str], report: Report
) -> dict[tuple[str, str], Json]:
    """Run all tasks.

    Args:
      spec: a compiled pipeline.
      pipeline_root: a folder; artifacts lie in `<pipeline_root>/<pipeline>/<run_id>/<task>/<output>`.
      run_id: the folder's name; no other run may have it.
      parameters: the pipeline's own, as text.
      report: takes the events that `pipeline.local` sends.

    Returns:
      The artifacts by task and output.

    Raises:
      UserError: a component raised it, or the pipeline needs a cluster.
      StepFailedError: a component has failed for another reason.
    """
    require_simple(spec)
    run = Run(spec, f"{pipeline_root}/{spec['pipelineInfo']['name']}/{run_id}", runtime_parameters(spec, parameters))
    order = task_order(spec)
    report({"nodes": order})
    produced: dict[tuple[str, str], Json] = {}
    for name in order:
        report({"node": name, "state": "running"})
        executor_input = make_executor_input(run, name, produced)
        run_task(name, run.container(name), executor_input, report)
        artifacts = output_artifacts(executor_input, _read_output(executor_input), f"{run_id}/{name}")
        produced |= {(name, key): artifact for key, artifact in artifacts.items()}
        report({"node": name, "state": "finished"})
    return produced


def run_task(name: str, container: Json, executor_input: Json, report: Report) -> None:
    """Run a container's command; what it prints goes to the standard output, except for events.

    Raises:
      UserError: the component raised it.
      StepFailedError: the command has failed for another reason.
    """
    command = command_line(container, executor_input)
    if command[0] in _PYTHON:
        command[0] = sys.executable
    variables = {variable["name"]: variable.get("value", "") for variable in container.get("env", ())}
    Path(executor_input["outputs"]["outputFile"]).parent.mkdir(parents=True, exist_ok=True)
    error: Json = {}
    last_lines: deque[str] = deque(maxlen=_NUM_LAST_LINES)
    try:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **variables},
            text=True,
            errors="replace",
        )
    except OSError as found:
        raise StepFailedError(f"{name}: {command[0]} cannot be started: {found.strerror}") from found
    with process:
        assert process.stdout
        for line in process.stdout:
            event = _event(line)
            if event is None:
                print(line, end="", flush=True)
                last_lines.append(line.rstrip())
            elif "error" in event:
                error = event
            else:
                report(event)
    if process.returncode:
        _fail(name, process.returncode, error, last_lines)


def _fail(name: str, status: int, error: Json, last_lines: deque[str]) -> None:
    if error.get("kind") in ("user", "faults"):
        raise (DataFaultsError if error["kind"] == "faults" else UserError)(f"{name}: {error['error']}")
    cause = error.get("error") or f"its command ended with status {status}"
    raise StepFailedError("\n".join([f"{name}: {cause}; its last lines:", *(f"  {line}" for line in last_lines)]))


def _event(line: str) -> Json | None:
    # Another thread may have printed something before the event on the same line.
    _, _, text = line.partition(EVENT_MARK)
    try:
        event: Any = json.loads(text)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def _read_output(executor_input: Json) -> Json:
    path = Path(executor_input["outputs"]["outputFile"])
    # A container that has nothing to add writes no file.
    return dict(json.loads(path.read_text())) if path.exists() else {}
