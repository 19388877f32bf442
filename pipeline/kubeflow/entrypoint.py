"""The program of each step of the compiled pipeline: TFX's entry point, on files of the container.

    python -m pipeline.kubeflow.entrypoint --executor_class_path=... --json_serialized_invocation_args=...
        [--shared_folder=...] [Beam's options]

Artifacts have addresses in an object store. Kubeflow's launcher copies a step's inputs to paths that follow from the addresses
before the step starts, and its outputs from such paths to the store when it has ended (component/launcher_v2.go,
LocalPathForURI); on Vertex AI the store is mounted there. So executors work on ordinary files. They need neither credentials
for artifacts nor a library that knows minio:// or s3://.
"""

import argparse
import json
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

from foundation.events import error_event
from foundation.loading import no_garbage
from foundation.messages.progress import PROGRESS_LOGGER, listen
from pipeline.kubeflow.config import MOUNTS
from pipeline.kubeflow.staging import staged

# Stands at the beginning of a line that holds an event, as JSON: progress, a message, or the error that ended the step.
EVENT_MARK = "clipgate "
# An output that the launcher adds and writes by itself. TFX would take its type for a class to import.
_LOGS = "executor-logs"
# The one parameter of a step whose run is planned by the first step: all parameters, as JSON.
PLANNED = "planned"
_FAILED, _USER_ERROR = 1, 2

Json = dict[str, Any]


def main(arguments: Sequence[str]) -> None:
    """Run one executor.

    Raises:
      SystemExit: the executor has failed; the last line of the output says why.
    """
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--executor_class_path", required=True)
    parser.add_argument("--json_serialized_invocation_args", required=True)
    parser.add_argument("--json_serialized_inputs_spec_args")
    # Where Beam's workers are elsewhere: a folder that they see too.
    parser.add_argument("--shared_folder", type=Path)
    options, beam_args = parser.parse_known_args(arguments)
    executor_input: Json = with_planned(json.loads(options.json_serialized_invocation_args))
    executor_input["outputs"].get("artifacts", {}).pop(_LOGS, None)
    executor_input = with_types(executor_input, json.loads(options.json_serialized_inputs_spec_args or "{}"))
    mounts = mounts_of(executor_input)
    local = with_uris(executor_input, mounts)
    with reporting(), ExitStack() as stack:
        if options.shared_folder and mounts:
            copies = stack.enter_context(_staged(local, options.shared_folder))
            local = with_uris(local, {path: f"{copies}{path}" for path in mounts.values()})
            mounts = {scheme: f"{copies}{path}" for scheme, path in mounts.items()}
        options.json_serialized_invocation_args = json.dumps(local)
        for folder in folders_of(local["outputs"]):
            folder.mkdir(parents=True, exist_ok=True)
        # TensorFlow takes seconds to load.
        with no_garbage():
            from tfx.orchestration.kubeflow.v2.container import kubeflow_v2_run_executor

        kubeflow_v2_run_executor.main((options, beam_args))
        if mounts:
            output_file = Path(local["outputs"]["outputFile"])
            output = with_uris(json.loads(output_file.read_text()), {path: scheme for scheme, path in mounts.items()})
            output_file.write_text(json.dumps(output))


def _staged(executor_input: Json, shared: Path) -> AbstractContextManager[str]:
    read, written = (
        [artifact["uri"] for artifact in _artifacts(executor_input[side])] for side in ("inputs", "outputs")
    )
    return staged(read, [*written, executor_input["outputs"]["outputFile"]], shared)


@contextmanager
def reporting() -> Iterator[None]:
    """Print events of what goes on inside, each a line.

    Raises:
      SystemExit: something was raised; the last line says what, and the status whether the user can put it right.
    """
    logging.getLogger(PROGRESS_LOGGER).propagate = False
    listen(_print)
    try:
        yield
    except Exception as error:
        event = error_event(error)
        _print(json.dumps(event))
        sys.exit(_FAILED if event["kind"] in ("internal", "machine") else _USER_ERROR)


def with_planned(executor_input: Json) -> Json:
    """Copy of an ExecutorInput with the parameters that the first step of its run has handed on; others stay as they are."""
    inputs = executor_input["inputs"]
    planned = inputs.get("parameterValues", {}).get(PLANNED)
    return (
        executor_input
        if planned is None
        else {**executor_input, "inputs": {**inputs, "parameterValues": json.loads(planned)}}
    )


def with_types(executor_input: Json, inputs_spec: Json) -> Json:
    """Copy of an ExecutorInput whose input artifacts have the types that the component declares.

    ML Metadata knows types by name, and what drivers make of that differs: up to 2.17 `{"instanceSchema": ""}`, which is no
    type, later the text of the whole schema as `schemaTitle` (pipelines#13986). TFX looks for a title.

    Args:
      inputs_spec: the component's inputs, as `--json_serialized_inputs_spec_args` has them.
    """
    declared = {name: definition["artifactType"] for name, definition in inputs_spec.get("artifacts", {}).items()}
    inputs = {
        name: {**members, "artifacts": [_with_type(each, declared.get(name)) for each in members.get("artifacts", ())]}
        for name, members in executor_input["inputs"].get("artifacts", {}).items()
    }
    return {**executor_input, "inputs": {**executor_input["inputs"], "artifacts": inputs}}


def _with_type(artifact: Json, declared: Json | None) -> Json:
    return {**artifact, "type": declared} if declared else artifact


def mounts_of(executor_input: Json) -> dict[str, str]:
    """Path by scheme, for the schemes that occur among the addresses of an ExecutorInput."""
    uris = [artifact["uri"] for side in ("inputs", "outputs") for artifact in _artifacts(executor_input.get(side, {}))]
    return {scheme: path for scheme, path in MOUNTS.items() if any(uri.startswith(scheme) for uri in uris)}


def with_uris(message: Any, prefixes: Mapping[str, str]) -> Any:
    """Copy of an ExecutorInput or ExecutorOutput in which places have other prefixes."""
    if isinstance(message, list):
        return [with_uris(member, prefixes) for member in message]
    if not isinstance(message, dict):
        return message
    return {
        name: with_prefix(value, prefixes)
        if name in ("uri", "outputFile") and isinstance(value, str)
        # Addresses among parameters stay as they are, since the component itself opens them.
        else (value if name in ("parameterValues", "metadata") else with_uris(value, prefixes))
        for name, value in message.items()
    }


def with_prefix(place: str, prefixes: Mapping[str, str]) -> str:
    """A place with the replacement of the first of these prefixes that it begins with."""
    for prefix, replacement in prefixes.items():
        if place.startswith(prefix):
            return replacement + place.removeprefix(prefix)
    return place


def folders_of(outputs: Json) -> list[Path]:
    """The folders in which an executor will write, as TFX's local runner makes them; Kubeflow makes only those above them.

    What is handed on as a parameter is an artifact too, of the same name, and that is a file.
    """
    values = outputs.get("parameters", {})
    paths = {key: Path(members["artifacts"][0]["uri"]) for key, members in outputs.get("artifacts", {}).items()}
    return [path.parent if key in values else path for key, path in paths.items()]


def _artifacts(side: Json) -> list[Json]:
    return [artifact for members in side.get("artifacts", {}).values() for artifact in members.get("artifacts", ())]


def _print(text: str) -> None:
    print(f"{EVENT_MARK}{text}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
