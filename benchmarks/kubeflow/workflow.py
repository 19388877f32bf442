"""One run of a compiled pipeline by driver and launcher: what Argo does with the workflow that Kubeflow makes of it."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from benchmarks.kubeflow.cluster import Cluster
from benchmarks.kubeflow.kubernetes_api import NAMESPACE
from benchmarks.kubeflow.pods import Mount, Pod, run_pod
from foundation.messages.errors import UserError
from pipeline.kubeflow.tasks import Json, Run, require_simple, runtime_parameters, task_order

_OUTPUTS = "/tmp/outputs"  # noqa: S108 - a pod's own
_LAUNCHER = "/kfp-launcher/launch"
# Places on a pod's own disk, empty when it starts.
_SCRATCH = ("/minio", "/s3", "/gcs", "/.local", "/.cache", "/.config")
_NUM_LAST_LINES = 8
_FLAG = re.compile(r"^\s+--?([a-z][a-z_0-9]*)\b", re.MULTILINE)


class StepFailedError(Exception):
    """A driver or a launcher has failed; the message names the task and the log."""


class Programs(NamedTuple):
    """The executables of a release."""

    driver: Path
    launcher: Path


class Step(NamedTuple):
    """How a task has ended."""

    task: str
    is_cached: bool
    num_attempts: int
    driver_seconds: float
    seconds: float


class Workflow(NamedTuple):
    """A run: `kubernetes` is the second document of the compiled file by executor; `volumes` are mounted in all steps."""

    run: Run
    kubernetes: Mapping[str, Json]
    programs: Programs
    cluster: Cluster
    folder: Path
    volumes: tuple[Mount, ...]


def make_workflow(
    documents: list[Json],
    run_id: str,
    programs: Programs,
    cluster: Cluster,
    folder: Path,
    volumes: tuple[Mount, ...],
    parameters: Mapping[str, str] | None = None,
) -> Workflow:
    """A run of the documents of a compiled file, whose pods have folders below `folder`.

    `parameters`: the pipeline's own, as text.

    Raises:
      UserError: the pipeline has more than containers that run once, or no such parameters.
    """
    spec, *others = documents
    require_simple(spec)
    run = Run(spec, spec["defaultPipelineRoot"], run_id, runtime_parameters(spec, parameters or {}))
    platforms = others[0]["platforms"] if others else {}
    executors = platforms.get("kubernetes", {}).get("deploymentSpec", {}).get("executors", {})
    return Workflow(run, executors, programs, cluster, folder / run_id, volumes)


def execute(workflow: Workflow, report: Callable[[Step], None], kill: Mapping[str, str] | None = None) -> list[Step]:
    """Run all tasks, each after those that it waits for.

    Args:
      report: takes each step when it has ended.
      kill: what the log of a task holds when its first attempt is killed, by task.

    Raises:
      StepFailedError: one has failed; those after it are not run.
    """
    known = flags_of(workflow.programs.driver)
    dag_id = _drive(workflow, "root", with_known(root_flags(workflow), known))["execution_id_path"]
    steps = []
    for name in task_order(workflow.run.spec):
        steps.append(_execute_task(workflow, name, dag_id, known, (kill or {}).get(name)))
        report(steps[-1])
    return steps


def _execute_task(workflow: Workflow, name: str, dag_id: str, known: frozenset[str], kill_at: str | None) -> Step:
    start = time.monotonic()
    said = _drive(workflow, name, with_known(container_flags(workflow, name, dag_id), known))
    driven = time.monotonic()
    if said["cached_decision_path"] == "true":
        return Step(name, True, 0, driven - start, 0.0)
    max_retries = workflow.run.max_retries(name)
    for attempt in range(max_retries + 1):
        pod = step_pod(workflow, name, attempt, json.loads(said["pod_spec_patch_path"]))
        if not run_pod(pod, kill_at if attempt == 0 else None):
            return Step(name, False, attempt + 1, driven - start, time.monotonic() - driven)
    raise StepFailedError(f"{name} has failed {max_retries + 1} times; {_ended_with(pod.log_path)}")


def _common_flags(workflow: Workflow) -> dict[str, str]:
    run, cluster = workflow.run, workflow.cluster
    return {
        "pipeline_name": run.pipeline,
        "run_id": run.run_id,
        "run_name": f"{run.pipeline}-{run.run_id}",
        "run_display_name": run.pipeline,
        "pipeline_job_create_time_utc": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "iteration_index": "-1",
        "condition_path": f"{_OUTPUTS}/condition",
        "http_proxy": "",
        "https_proxy": "",
        "no_proxy": "",
        "ml_pipeline_server_address": "ml-pipeline.kubeflow.svc.cluster.local",
        "ml_pipeline_server_port": str(cluster.task_port),
        "mlmd_server_address": "metadata-grpc-service.kubeflow.svc.cluster.local",
        "mlmd_server_port": str(cluster.metadata_port),
        "cache_disabled": "false",
        "log_level": "1",
        "publish_logs": "true",
        "ml_pipeline_tls_enabled": "false",
        "metadata_tls_enabled": "false",
        "ca_cert_path": "",
    }


def root_flags(workflow: Workflow) -> dict[str, str]:
    """The flags of the driver that begins a run."""
    run = workflow.run
    runtime = {"parameterValues": dict(run.parameters), "gcsOutputDirectory": run.root}
    return _common_flags(workflow) | {
        "type": "ROOT_DAG",
        "component": json.dumps(run.spec["root"]),
        "task": "",
        "task_name": "",
        "runtime_config": json.dumps(runtime),
        "dag_execution_id": "0",
        "execution_id_path": f"{_OUTPUTS}/execution-id",
        "iteration_count_path": f"{_OUTPUTS}/iteration-count",
    }


def container_flags(workflow: Workflow, name: str, dag_id: str) -> dict[str, str]:
    """The flags of the driver of a task."""
    run = workflow.run
    component = run.component(name)
    kubernetes = workflow.kubernetes.get(component["executorLabel"])
    return _common_flags(workflow) | {
        "type": "CONTAINER",
        "component": json.dumps(component),
        "task": json.dumps(run.task(name)),
        "task_name": name,
        "container": json.dumps(run.container(name)),
        "kubernetes_config": json.dumps(kubernetes) if kubernetes else "",
        "dag_execution_id": dag_id,
        "cached_decision_path": f"{_OUTPUTS}/cached-decision",
        "pod_spec_patch_path": f"{_OUTPUTS}/pod-spec-patch",
    }


def flags_of(program: Path) -> frozenset[str]:
    """The flags that a program knows, by its own help: releases differ, and refuse what they do not know.

    Raises:
      UserError: it cannot be run, or says nothing of flags.
    """
    try:
        said = subprocess.run([str(program), "-help"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise UserError(
            f"{program}: it cannot be run: {error.strerror}; is it the executable of an image's?"
        ) from error
    found = frozenset(_FLAG.findall(said.stdout + said.stderr))
    if "type" not in found:
        raise UserError(f"{program}: its help names no --type; the driver of Kubeflow Pipelines has it")
    return found


def with_known(flags: Mapping[str, str], known: frozenset[str]) -> list[str]:
    """Arguments for those flags that a program knows."""
    return [f"--{name}={value}" for name, value in flags.items() if name in known]


def _drive(workflow: Workflow, name: str, arguments: list[str]) -> dict[str, str]:
    """Run a driver; returns what it has written, by the flags that name its files."""
    folder = workflow.folder / f"{name}-driver"
    outputs = folder / "outputs"
    outputs.mkdir(parents=True)
    mounts = (*workflow.cluster.mounts, *workflow.volumes, Mount(outputs, _OUTPUTS))
    variables = {**workflow.cluster.variables, **_pod_variables(f"{name.lower()}-driver")}
    pod = Pod(folder, [str(workflow.programs.driver), *arguments], variables, mounts)
    if status := run_pod(pod):
        raise StepFailedError(f"{name}: its driver ended with status {status}; {_ended_with(pod.log_path)}")
    paths = dict(argument[2:].split("=", 1) for argument in arguments if "_path=/" in argument)
    files = {flag: outputs / Path(path).name for flag, path in paths.items()}
    return {flag: file.read_text() if file.exists() else "" for flag, file in files.items()}


def step_pod(workflow: Workflow, name: str, attempt: int, patch: Json) -> Pod:
    """The pod of one attempt, as the driver's patch asks for it; its own disk is empty, but for the launcher."""
    folder = workflow.folder / f"{name}-{attempt}"
    scratch = [Mount(folder / "disk" / path.strip("/."), path) for path in (*_SCRATCH, str(Path(_LAUNCHER).parent))]
    for mount in scratch:
        mount.source.mkdir(parents=True)
    shutil.copy(workflow.programs.launcher, scratch[-1].source / Path(_LAUNCHER).name)
    (container,) = (each for each in patch["containers"] if each["name"] == "main")
    variables = {
        **workflow.cluster.variables,
        **_pod_variables(f"{name.lower()}-{attempt}"),
        "KFP_RETRY_INDEX": str(attempt),
        **{each["name"]: each.get("value", "") for each in container.get("env", ())},
    }
    command = [*container.get("command", ()), *container.get("args", ())]
    return Pod(folder, command, variables, (*workflow.cluster.mounts, *workflow.volumes, *scratch))


def _pod_variables(pod_name: str) -> dict[str, str]:
    return {"KFP_POD_NAME": pod_name, "KFP_POD_UID": f"uid-of-{pod_name}", "NAMESPACE": NAMESPACE}


def _ended_with(path: Path) -> str:
    lines = path.read_text(errors="replace").splitlines()[-_NUM_LAST_LINES:]
    return "\n".join([f"the end of its log, {path}:", *(f"  {line}" for line in lines)])
