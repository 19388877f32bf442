"""Starts a compiled pipeline on a cluster, and follows its tasks until the run ends."""

import contextlib
import json
import re
import time
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn

from foundation.messages.errors import UserError
from pipeline.bars import Bars
from pipeline.kubeflow.backend import Backend, RunSettings
from pipeline.kubeflow.check import require_runnable
from pipeline.kubeflow.entrypoint import EVENT_MARK
from pipeline.kubeflow.execute import load_spec
from pipeline.kubeflow.planning import require_possible
from pipeline.kubeflow.tasks import runtime_parameters

_ENDED = {"SUCCEEDED", "SKIPPED", "FAILED", "CANCELED"}
# How often in succession the state may be out of reach, for example while a proxy is renewed.
_PATIENCE = 20
_RAISED = re.compile(r"^[\w.]*(?:Error|Exception|Interrupt|Exit): .+", re.MULTILINE)


class Package(NamedTuple):
    """A compiled pipeline: its file, its name, where its artifacts go, the names of its components, and parameters of a run."""

    path: Path
    name: str
    pipeline_root: str
    components: tuple[str, ...]
    parameters: Mapping[str, Any] = {}


class StepState(NamedTuple):
    """One component of a run: `state` as the API names it, how long it ran, and `nodes`, the ids of its pods."""

    name: str
    state: str = "PENDING"
    seconds: float = 0.0
    message: str = ""
    nodes: tuple[str, ...] = ()


class Outcome(NamedTuple):
    """The end of a run: `state` as the API names it; `failures`: by failed component what it said."""

    state: str
    failures: dict[str, str]


def read_package(path: Path, parameters: Mapping[str, str] | None = None) -> Package:
    """Read a file that `clipgate compile` has written.

    `parameters`: texts of values for its run, by name.

    Raises:
      UserError: the file cannot be read, is no compiled pipeline, or one that Kubeflow does not run, or does not have these
        parameters, or they cannot have these values.
    """
    spec = load_spec(path)
    require_runnable(spec)
    values = runtime_parameters(spec, parameters or {})
    require_possible(spec, values)
    given = {name: values[name] for name in parameters or ()}
    name, components = spec["pipelineInfo"]["name"], tuple(spec["root"]["dag"]["tasks"])
    return Package(path, name, spec.get("defaultPipelineRoot", ""), components, given)


def submit(backend: Backend, package: Package, experiment: str | None = None) -> str:
    """Upload the pipeline and start a run of it; returns the run's id."""
    name, pipeline = _upload(backend, package)
    return backend.start(name, backend.experiment(experiment or package.name), pipeline, _settings(package))


def schedule(backend: Backend, package: Package, cron: str, experiment: str | None = None) -> tuple[str, int]:
    """Upload the pipeline and let the cluster run it again and again, instead of what it has run so under this name.

    Args:
      cron: as `pipeline.kubeflow.schedule.kubeflow_cron` gives it.

    Returns:
      The recurring run's id, and how many it replaces.
    """
    _, pipeline = _upload(backend, package)
    experiment_id = backend.experiment(experiment or package.name)
    return backend.schedule(package.name, cron, experiment_id, pipeline, _settings(package))


def _settings(package: Package) -> RunSettings:
    return RunSettings(package.pipeline_root, package.parameters)


def _upload(backend: Backend, package: Package) -> tuple[str, tuple[str, str | None]]:
    """The name of the version, and the ids that `Backend.upload` gives."""
    name = f"{package.name} {datetime.now():%Y-%m-%d %H:%M:%S}"
    return name, backend.upload(package.path, package.name, version=name)


def follow(backend: Backend, run_id: str, package: Package, console: Console, seconds_between_looks: float) -> Outcome:
    """Show one line for each component that ended, until the run does.

    Raises:
      UserError: the run's state was out of reach for a while; the run itself goes on.
    """
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<22}"),
        BarColumn(bar_width=24),
        TextColumn("{task.completed:.0f}/{task.total} components"),
        TimeElapsedColumn(),
    )
    shown: set[str] = set()
    misses = 0
    with Bars(*columns, console=console) as bar:
        line = bar.add_task("waiting for the cluster", total=len(package.components))
        while True:
            try:
                run = backend.run(run_id)
                misses = 0
            except UserError as error:
                misses += 1
                if misses >= _PATIENCE:
                    raise UserError(f"{error}. The run itself goes on: {backend.address_of(run_id)}") from error
                time.sleep(seconds_between_looks)
                continue
            tasks = tasks_of(run, package.components)
            for task in tasks.values():
                if task.state in _ENDED and task.name not in shown:
                    shown.add(task.name)
                    console.print(_line(task, len(shown), len(package.components)), highlight=False)
            running = [task.name for task in tasks.values() if task.state == "RUNNING"]
            bar.update(line, completed=len(shown), description=", ".join(running) or "waiting for the cluster")
            if run.state in _ENDED:
                return Outcome(run.state, _failures(backend, run_id, run, tasks))
            time.sleep(seconds_between_looks)


def tasks_of(run: Any, names: Collection[str]) -> dict[str, StepState]:
    """The state of each component of a run (`V2beta1Run`), by name; a component that has not begun is pending.

    The API lists a component's driver (`<name>-driver`) and its pod (`executor`) as tasks of their own. Where a driver fails,
    its component never begins, so its failure is the component's.
    """
    tasks = {name: StepState(name) for name in names}
    for detail in _details(run):
        name = (detail.display_name or "").removesuffix("-driver")
        is_driver = name != detail.display_name
        if name in tasks and (not is_driver or detail.state == "FAILED"):
            nodes = tuple(child.pod_name for child in detail.child_tasks or [] if child.pod_name)
            tasks[name] = StepState(name, detail.state or "PENDING", _seconds(detail), _said(detail), nodes)
    return tasks


def telling_line(log: str) -> str:
    """The line of a pod's log with the error that ended it.

    This is what `pipeline.kubeflow.entrypoint` wrote, else the last line that looks like a Python exception, else the last one.
    """
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    for line in reversed(lines):
        with contextlib.suppress(ValueError, KeyError, TypeError):
            return str(json.loads(line.partition(EVENT_MARK)[2])["error"])
    raised = _RAISED.findall(log)
    return raised[-1] if raised else lines[-1] if lines else ""


def _failures(backend: Backend, run_id: str, run: Any, tasks: dict[str, StepState]) -> dict[str, str]:
    failed = [task for task in tasks.values() if task.state == "FAILED"]
    if run.state == "FAILED" and not failed:
        # No component began: the fault is the cluster's, or the pipeline's as a whole.
        return {"the run": (run.error.message if run.error else "") or "no component has begun"}
    # The API does not say whose attempts they are; where only one component has failed they are its own.
    attempts = _attempts(run) if len(failed) == 1 else ()
    return {task.name: task.message or _logged(backend, run_id, (*task.nodes, *attempts)) for task in failed}


def _attempts(run: Any) -> tuple[str, ...]:
    """Pods of failed steps that were tried again, last attempt first; the API lists them below a node `executor`."""
    failed = [detail for detail in _details(run) if (detail.display_name, detail.state) == ("executor", "FAILED")]
    return tuple(child.pod_name for detail in failed for child in reversed(detail.child_tasks or []) if child.pod_name)


def _details(run: Any) -> list[Any]:
    return (run.run_details.task_details if run.run_details else None) or []


def _logged(backend: Backend, run_id: str, nodes: Iterable[str]) -> str:
    """The error in the log of a pod; servers leave a task's `error` empty as a rule."""
    for node in nodes:
        try:
            said = telling_line(backend.log(run_id, node))
        except UserError:  # the log was removed, or the node had no pod
            continue
        if said:
            return said
    return "its log is not to be had here; look at the run's page"


def _said(detail: Any) -> str:
    errors = [detail.error, *(status.error for status in reversed(detail.state_history or []))]
    return next((error.message for error in errors if error and error.message), "")


def _seconds(detail: Any) -> float:
    # The end of what has not ended is the beginning of Unix time.
    if not detail.start_time or not detail.end_time or detail.end_time < detail.start_time:
        return 0.0
    return float((detail.end_time - detail.start_time).total_seconds())


def _line(task: StepState, position: int, total: int) -> str:
    ending = {"SUCCEEDED": "", "SKIPPED": "skipped", "FAILED": "failed", "CANCELED": "stopped"}[task.state]
    return f"{position:>2}/{total} {task.name:<18} {task.seconds:>5.0f} s  {ending}".rstrip()
