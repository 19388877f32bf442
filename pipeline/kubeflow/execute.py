"""Executes a compiled pipeline on this machine: the commands of its containers, one after the other, each in its own process.

Tasks are given what they get in a cluster, what they give is judged as there, the cache answers as there, and a step that
failed is tried again as often. But there is no image, Python is the one that runs this, TFX is loaded once for all steps
(`step_process.py`), nobody waits before another attempt, and resources, secrets and volumes are ignored.
"""

import json
import shutil
import sys
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml

from components.storage.paths import METADATA_FILE
from foundation.bounded_yaml import BoundedLoader, read_bounded
from foundation.messages.errors import DataFaultsError, UserError
from pipeline.kubeflow.driver import LOGS, fingerprint, input_numbers, make_executor_input
from pipeline.kubeflow.entrypoint import EVENT_MARK
from pipeline.kubeflow.launcher import OutputError, command_line, for_attempt, output_artifacts, output_parameters
from pipeline.kubeflow.metadata import Execution, Lineage, open_store
from pipeline.kubeflow.step_process import step_process
from pipeline.kubeflow.tasks import Json, Run, require_simple, runtime_parameters, task_order

_PYTHON = ("python", "python3")
_NUM_LAST_LINES = 5
_LAST_LINES = "; its last lines:"

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
) -> list[Execution]:
    """Run all tasks; those that the cache answers are not run.

    Args:
      spec: a compiled pipeline.
      pipeline_root: a folder; artifacts lie in `<pipeline_root>/<pipeline>/<run_id>/<task>/<execution>/<output>`, and ML
        Metadata, in which the cache looks, in `<pipeline_root>/metadata.sqlite`.
      run_id: no other run of the pipeline may have it.
      parameters: the pipeline's own, as text.
      report: takes the events that `pipeline.local` sends.

    Raises:
      UserError: a component raised it, or the pipeline needs a cluster.
      StepFailedError: a component has failed for another reason.
    """
    require_simple(spec)
    run = Run(spec, pipeline_root, run_id, runtime_parameters(spec, parameters))
    order = task_order(spec)
    report({"nodes": order})
    lineage = Lineage(open_store(Path(pipeline_root, METADATA_FILE)), run.pipeline, run_id)
    executions: list[Execution] = []
    for name in order:
        report({"node": name, "state": "running"})
        executions.append(execute_task(run, name, executions, lineage, report))
        if executions[-1].state == "CACHED":
            report({"state": "cached"})
        report({"node": name, "state": "finished"})
    return executions


def produced_by(executions: Iterable[Execution]) -> dict[tuple[str, str], Json]:
    """The artifacts that executions gave, by task and output."""
    return {(each.task, key): artifact for each in executions for key, artifact in each.outputs.items()}


def handed_on_by(executions: Iterable[Execution]) -> dict[tuple[str, str], Any]:
    """The values that executions hand on, by task and output parameter."""
    return {(each.task, key): value for each in executions for key, value in each.parameters.items()}


def execute_task(run: Run, name: str, before: Sequence[Execution], lineage: Lineage, report: Report) -> Execution:
    """Run one task of a pipeline whose artifacts are in a folder, or answer it from the cache.

    `before`: the executions of the tasks that it waits for; of one task the last.

    Raises:
      UserError: the component raised it.
      StepFailedError: the component has failed for another reason.
    """
    executor_input = make_executor_input(run, name, produced_by(before), handed_on_by(before), str(uuid.uuid4()))
    known_by = fingerprint(executor_input, run.container(name)) if run.is_cached(name) else ""
    number = lineage.begin(name, input_numbers(executor_input), known_by)
    cached = lineage.find(known_by) if known_by else None
    # Kubeflow does not look whether the artifacts are still there. On this machine people delete folders.
    if cached and all(Path(output["uri"]).exists() for output in cached.outputs.values()):
        lineage.end_cached(number, cached)
        return lineage.execution(number)
    try:
        outputs, parameters = _attempt(run, name, executor_input, report)
    except (UserError, StepFailedError):
        lineage.end_failed(number)
        raise
    # A folder needs no credentials.
    lineage.end(number, outputs, session_info={}, parameters=parameters)
    return lineage.execution(number)


def _attempt(run: Run, name: str, executor_input: Json, report: Report) -> tuple[dict[str, Json], dict[str, Any]]:
    """The output artifacts of a task, and the parameters that it hands on, by its first attempt that succeeds."""
    max_retries = run.max_retries(name)
    for attempt in range(max_retries + 1):
        given = for_attempt(executor_input, run.component(name), attempt)
        try:
            run_task(name, run.container(name), given, report)
            said = read_output(given)
            parameters = output_parameters(given, said, run.component(name), read_parameters(given))
            return output_artifacts(given, said, run.folder), parameters
        except OutputError as error:
            raise StepFailedError(f"{name}: {error}") from error
        except (UserError, StepFailedError) as error:
            if attempt == max_retries:
                raise
            cause = str(error).partition("\n")[0].removesuffix(_LAST_LINES)
            report({"announcement": f"{cause}; tried again ({attempt + 1} of {max_retries})"})
            _discard_outputs(given)
    raise AssertionError("the last attempt returns or raises")


def _discard_outputs(executor_input: Json) -> None:
    """Remove what a failed attempt has left, except for its logs: the next one runs in a new pod."""
    for path in Path(executor_input["outputs"]["outputFile"]).parent.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif not path.name.startswith(LOGS):
            path.unlink()


def run_task(name: str, container: Json, executor_input: Json, report: Report) -> None:
    """Run a container's command; what it prints goes to its logs and, except for events, to the standard output.

    Raises:
      UserError: the component raised it.
      StepFailedError: the command has failed for another reason.
    """
    command = command_line(container, executor_input)
    if command[0] in _PYTHON:
        command[0] = sys.executable
    variables = {variable["name"]: variable.get("value", "") for variable in container.get("env", ())}
    logs_path = Path(executor_input["outputs"]["artifacts"][LOGS]["artifacts"][0]["uri"])
    logs_path.parent.mkdir(parents=True, exist_ok=True)
    make_parameter_folders(executor_input)
    error: Json = {}
    last_lines: deque[str] = deque(maxlen=_NUM_LAST_LINES)
    with ExitStack() as stack:
        try:
            step = stack.enter_context(step_process(command, variables))
        except OSError as found:
            raise StepFailedError(f"{name}: {command[0]} cannot be started: {found.strerror}") from found
        logs = stack.enter_context(logs_path.open("w"))
        for line in step.output:
            logs.write(line)
            event = _event(line)
            if event is None:
                print(line, end="", flush=True)
                last_lines.append(line.rstrip())
            elif "error" in event:
                error = event
            else:
                report(event)
        status = step.wait()
    if status:
        _fail(name, status, error, last_lines)


def _fail(name: str, status: int, error: Json, last_lines: deque[str]) -> None:
    if error.get("kind") in ("user", "faults"):
        raise (DataFaultsError if error["kind"] == "faults" else UserError)(f"{name}: {error['error']}")
    cause = error.get("error") or f"its command ended with status {status}"
    raise StepFailedError("\n".join([f"{name}: {cause}{_LAST_LINES}", *(f"  {line}" for line in last_lines)]))


def _event(line: str) -> Json | None:
    # Another thread may have printed something before the event on the same line.
    _, _, text = line.partition(EVENT_MARK)
    try:
        event: Any = json.loads(text)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def make_parameter_folders(executor_input: Json) -> None:
    """Make the folders of the files in which a task may write what it hands on."""
    for parameter in executor_input["outputs"].get("parameters", {}).values():
        Path(parameter["outputFile"]).parent.mkdir(parents=True, exist_ok=True)


def read_parameters(executor_input: Json) -> dict[str, str]:
    """The text of those files, by output parameter."""
    parameters = executor_input["outputs"].get("parameters", {}).items()
    paths = {key: Path(parameter["outputFile"]) for key, parameter in parameters}
    return {key: path.read_text() for key, path in paths.items() if path.is_file()}


def read_output(executor_input: Json) -> Json:
    """What a task says of its outputs."""
    path = Path(executor_input["outputs"]["outputFile"])
    # A container that has nothing to add writes no file.
    return dict(json.loads(path.read_text())) if path.exists() else {}
