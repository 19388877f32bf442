"""A stand-in for Kubeflow's driver, for machines that do not have it."""

import argparse
import json
import sys
import uuid
from pathlib import Path

from benchmarks.kubeflow.stand_in.command import lineage_of, parse, remember_settings, remembered_settings
from benchmarks.kubeflow.task_service import MESSAGES, call
from pipeline.kubeflow.driver import fingerprint, input_numbers, make_executor_input
from pipeline.kubeflow.execute import handed_on_by, produced_by
from pipeline.kubeflow.tasks import Json, Run

_FLAGS = (
    "type", "pipeline_name", "run_id", "component", "task", "task_name", "container", "runtime_config", "dag_execution_id",
    "execution_id_path", "cached_decision_path", "pod_spec_patch_path", "condition_path", "ml_pipeline_server_address",
    "ml_pipeline_server_port", "mlmd_server_address", "mlmd_server_port",
)  # fmt: skip


def main() -> None:
    options = parse(_FLAGS, sys.argv[1:])
    if options.type == "ROOT_DAG":
        remember_settings(options, json.loads(options.runtime_config))
        Path(options.execution_id_path).write_text("1")
        return
    is_cached, patch = _drive(options)
    Path(options.cached_decision_path).write_text("true" if is_cached else "false")
    Path(options.pod_spec_patch_path).write_text(json.dumps(patch) if patch else "")


def _drive(options: argparse.Namespace) -> tuple[bool, Json]:
    """Whether the task is answered from the cache, and the patch of its pod if not."""
    name, component, container = options.task_name, json.loads(options.component), json.loads(options.container)
    spec = {
        "pipelineInfo": {"name": options.pipeline_name},
        "root": {"dag": {"tasks": {name: json.loads(options.task)}}},
        "components": {json.loads(options.task)["componentRef"]["name"]: component},
        "deploymentSpec": {"executors": {component["executorLabel"]: {"container": container}}},
    }
    settings = remembered_settings(options)
    run = Run(spec, settings["gcsOutputDirectory"], options.run_id, settings["parameterValues"])
    lineage = lineage_of(options)
    before = lineage.executions()
    executor_input = make_executor_input(run, name, produced_by(before), handed_on_by(before), str(uuid.uuid4()))
    known_by = fingerprint(executor_input, container) if run.is_cached(name) else ""
    number = lineage.begin(name, input_numbers(executor_input), known_by)
    if known_by and (cached_number := _find(options, known_by)):
        lineage.end_cached(number, lineage.execution(cached_number))
        return True, {}
    flags = {
        "pipeline_name": options.pipeline_name,
        "run_id": options.run_id,
        "execution_id": str(number),
        "executor_input": json.dumps(executor_input),
        "component_spec": options.component,
        "pod_name": "$(KFP_POD_NAME)",
        "ml_pipeline_server_address": options.ml_pipeline_server_address,
        "ml_pipeline_server_port": options.ml_pipeline_server_port,
        "mlmd_server_address": options.mlmd_server_address,
        "mlmd_server_port": options.mlmd_server_port,
    }
    command = ["/kfp-launcher/launch", *(part for flag, value in flags.items() for part in (f"--{flag}", value)), "--"]
    main_container = {
        "name": "main",
        "image": container["image"],
        "command": command,
        "args": [*container.get("command", ()), *container.get("args", ())],
        "env": container.get("env", []),
    }
    return False, {"containers": [main_container]}


def _find(options: argparse.Namespace, known_by: str) -> int | None:
    """The number of the newest execution with this fingerprint."""
    wanted = {"fingerprint": known_by, "pipelineName": f"pipeline/{options.pipeline_name}"}
    predicates = [{"op": "EQUALS", "key": key, "stringValue": value} for key, value in wanted.items()]
    request = MESSAGES["ListTasksRequest"](filter=json.dumps({"predicates": predicates}), page_size=1)
    address = f"{options.ml_pipeline_server_address}:{options.ml_pipeline_server_port}"
    found = call(address, "ListTasksV1", request, "ListTasksResponse").tasks
    return int(found[0].mlmdExecutionID) if found else None


if __name__ == "__main__":
    main()
