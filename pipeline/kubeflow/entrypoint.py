"""What a step of the compiled pipeline runs: TFX's entry point, on files of the container.

    python -m pipeline.kubeflow.entrypoint --executor_class_path=... --json_serialized_invocation_args=... [Beam's options]

Artifacts have addresses in an object store. Kubeflow's launcher copies a step's inputs to a path that follows from the address
before it starts, and what lies at the outputs' paths to the store when it has ended (component/launcher_v2.go,
LocalPathForURI); on Vertex AI the store is mounted there. So executors work on ordinary files, and need no
credentials for artifacts nor a library that knows minio:// or s3://.
"""

import argparse
import json
import logging
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from foundation.messages.errors import DataFaultsError, UserError
from foundation.messages.progress import PROGRESS_LOGGER
from pipeline.kubeflow.config import MOUNTS

# A line of a step's output that begins so holds an event, as JSON: progress, a message, or the error it ended with.
EVENT_MARK = "clipgate "
# An output that the launcher adds and writes by itself. TFX would take its type for a class to import.
_LOGS = "executor-logs"
_FAILED, _USER_ERROR = 1, 2

Json = dict[str, Any]


def main(arguments: Sequence[str]) -> None:
    """Run one executor.

    Raises:
      SystemExit: the executor has failed; the last line says why if it is the user's to mend.
    """
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--executor_class_path", required=True)
    parser.add_argument("--json_serialized_invocation_args", required=True)
    parser.add_argument("--json_serialized_inputs_spec_args")
    options, beam_args = parser.parse_known_args(arguments)
    executor_input: Json = json.loads(options.json_serialized_invocation_args)
    executor_input["outputs"].get("artifacts", {}).pop(_LOGS, None)
    mounts = mounts_of(executor_input)
    local = with_uris(executor_input, mounts)
    options.json_serialized_invocation_args = json.dumps(local)
    _print_progress()
    try:
        _make_folders(local)
        # TensorFlow takes seconds to load.
        from tfx.orchestration.kubeflow.v2.container import kubeflow_v2_run_executor

        kubeflow_v2_run_executor.main((options, beam_args))
    except UserError as error:
        _send({"error": str(error), "kind": "faults" if isinstance(error, DataFaultsError) else "user"})
        sys.exit(_USER_ERROR)
    except Exception as error:
        traceback.print_exc()
        _send({"error": f"{type(error).__name__}: {error}", "kind": "internal"})
        sys.exit(_FAILED)
    if mounts:
        output_file = Path(local["outputs"]["outputFile"])
        output = with_uris(json.loads(output_file.read_text()), {path: scheme for scheme, path in mounts.items()})
        output_file.write_text(json.dumps(output))


def mounts_of(executor_input: Json) -> dict[str, str]:
    """The path that stands for each scheme among the addresses of an ExecutorInput."""
    uris = [artifact["uri"] for artifact in _artifacts(executor_input)]
    return {scheme: path for scheme, path in MOUNTS.items() if any(uri.startswith(scheme) for uri in uris)}


def with_uris(message: Any, prefixes: Mapping[str, str]) -> Any:
    """A copy of an ExecutorInput or ExecutorOutput in which places have other prefixes."""
    if isinstance(message, list):
        return [with_uris(member, prefixes) for member in message]
    if not isinstance(message, dict):
        return message
    return {
        name: _with_prefix(value, prefixes)
        if name in ("uri", "outputFile") and isinstance(value, str)
        # Parameters are the component's own business: an address there stays one.
        else (value if name in ("parameterValues", "metadata") else with_uris(value, prefixes))
        for name, value in message.items()
    }


def _with_prefix(place: str, prefixes: Mapping[str, str]) -> str:
    for prefix, replacement in prefixes.items():
        if place.startswith(prefix):
            return replacement + place.removeprefix(prefix)
    return place


def _artifacts(executor_input: Json) -> list[Json]:
    return [
        artifact
        for side in ("inputs", "outputs")
        for members in executor_input.get(side, {}).get("artifacts", {}).values()
        for artifact in members.get("artifacts", ())
    ]


def _make_folders(executor_input: Json) -> None:
    """TFX's local runner makes the outputs' folders, and executors rely on it; Kubeflow makes those above them."""
    for members in executor_input["outputs"].get("artifacts", {}).values():
        for artifact in members["artifacts"]:
            Path(artifact["uri"]).mkdir(parents=True, exist_ok=True)


class _ProgressHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        _print(record.getMessage())


def _print_progress() -> None:
    logger = logging.getLogger(PROGRESS_LOGGER)
    logger.setLevel(logging.INFO)
    logger.addHandler(_ProgressHandler())
    logger.propagate = False


def _send(event: Json) -> None:
    _print(json.dumps(event))


def _print(text: str) -> None:
    print(f"{EVENT_MARK}{text}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
