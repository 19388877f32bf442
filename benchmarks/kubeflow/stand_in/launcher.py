"""A stand-in for Kubeflow's launcher, for machines that do not have it: fetches inputs, runs the step, stores outputs."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.kubeflow.cluster import STORE_ADDRESS, store_client
from benchmarks.kubeflow.stand_in.command import STORE_PARAMETERS, lineage_of, parse
from benchmarks.kubeflow.task_service import MESSAGES, call
from pipeline.kubeflow.config import MOUNTS
from pipeline.kubeflow.driver import LOGS
from pipeline.kubeflow.entrypoint import with_prefix
from pipeline.kubeflow.execute import make_parameter_folders, read_output, read_parameters
from pipeline.kubeflow.launcher import command_line, for_attempt, output_artifacts, output_parameters
from pipeline.kubeflow.tasks import Json

_FLAGS = (
    "pipeline_name", "run_id", "execution_id", "executor_input", "component_spec", "pod_name", "ml_pipeline_server_address",
    "ml_pipeline_server_port", "mlmd_server_address", "mlmd_server_port",
)  # fmt: skip


def main() -> None:
    separator = sys.argv.index("--")
    options, container = parse(_FLAGS, sys.argv[1:separator]), {"command": sys.argv[separator + 1 :]}
    lineage, number = lineage_of(options), int(options.execution_id)
    component = json.loads(options.component_spec)
    given = for_attempt(json.loads(options.executor_input), component, int(os.environ["KFP_RETRY_INDEX"]))
    make_parameter_folders(given)
    store = store_client(f"http://{STORE_ADDRESS}")
    for uri in _uris(given["inputs"]):
        _fetch(store, uri)
    status = _run(command_line(container, given), given)
    if status:
        lineage.end_failed(number)
        sys.exit(status)
    said = read_output(given)
    parameters = output_parameters(given, said, component, read_parameters(given))
    outputs = output_artifacts(given, said, _folder(given, options))
    for output in outputs.values():
        _store(store, output["uri"])
    session_info = {"Provider": urlsplit(given_uri(given)).scheme, "Params": STORE_PARAMETERS}
    lineage.end(number, outputs, session_info, parameters)
    if known_by := lineage.fingerprint(number):
        _remember(options, known_by)


def given_uri(given: Json) -> str:
    """The address of the logs, which every step has."""
    return str(given["outputs"]["artifacts"][LOGS]["artifacts"][0]["uri"])


def _folder(given: Json, options: argparse.Namespace) -> str:
    """The folder of the run: what is before it, and its name."""
    before, _, _ = given_uri(given).partition(f"/{options.run_id}/")
    return f"{before}/{options.run_id}"


def _uris(side: Json) -> Iterator[str]:
    return (artifact["uri"] for members in side["artifacts"].values() for artifact in members["artifacts"])


def _run(command: list[str], given: Json) -> int:
    logs_path = Path(with_prefix(given_uri(given), MOUNTS))
    logs_path.parent.mkdir(parents=True, exist_ok=True)
    with (
        logs_path.open("wb") as logs,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        ) as process,
    ):
        assert process.stdout
        for line in process.stdout:
            logs.write(line)
            sys.stdout.buffer.write(line)
            sys.stdout.flush()
    return process.returncode


def _fetch(store: Any, uri: str) -> None:
    """Copy what lies below an address to its path."""
    bucket, key = _split(uri)
    for page in store.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
        for entry in page.get("Contents", ()):
            below = entry["Key"].removeprefix(key)
            if not below or below.startswith("/"):
                path = Path(with_prefix(uri, MOUNTS) + below)
                path.parent.mkdir(parents=True, exist_ok=True)
                store.download_file(bucket, entry["Key"], str(path))


def _store(store: Any, uri: str) -> None:
    """Copy the file or the folder at an address's path to it."""
    bucket, key = _split(uri)
    path = Path(with_prefix(uri, MOUNTS))
    for file in [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file()):
        below = file.relative_to(path).as_posix()
        store.upload_file(str(file), bucket, key if file == path else f"{key}/{below}")


def _split(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    return parts.netloc, parts.path.strip("/")


def _remember(options: argparse.Namespace, known_by: str) -> None:
    task = MESSAGES["Task"](
        pipelineName=f"pipeline/{options.pipeline_name}",
        runId=options.run_id,
        mlmdExecutionID=options.execution_id,
        fingerprint=known_by,
    )
    address = f"{options.ml_pipeline_server_address}:{options.ml_pipeline_server_port}"
    call(address, "CreateTaskV1", MESSAGES["CreateTaskRequest"](task=task), "Task")


if __name__ == "__main__":
    main()
