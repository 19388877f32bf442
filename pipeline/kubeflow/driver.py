"""What Kubeflow's driver decides about a task before it runs: its inputs, places for its outputs, and what they are known by.

Pure functions over JSON, after kubeflow/pipelines' backend/src/v2 (driver/driver.go, driver/resolve.go, cacheutils/cache.go).
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pipeline.kubeflow.config import MOUNTS
from pipeline.kubeflow.entrypoint import with_prefix
from pipeline.kubeflow.tasks import HandedOn, Json, Produced, Run, title_of

LOGS = "executor-logs"


def make_executor_input(run: Run, name: str, produced: Produced, handed_on: HandedOn, salt: str) -> Json:
    """The ExecutorInput of a task: its parameters and input artifacts, and where its outputs go.

    Args:
      produced, handed_on: by the tasks before it.
      salt: distinguishes this execution from all others; the folder of its outputs is called so.
    """
    inputs = run.task(name).get("inputs", {})
    declared = run.component(name).get("inputDefinitions", {}).get("artifacts", {})
    # The driver adds the last one, unless its server is told not to publish logs.
    outputs = {
        **run.component(name).get("outputDefinitions", {}).get("artifacts", {}),
        LOGS: {"artifactType": {"schemaTitle": "system.Artifact"}},
    }
    folder = f"{run.folder}/{name}/{salt}"
    given = {
        key: _as_received(produced[_producer(value)], declared[key]["artifactType"], number)
        for number, (key, value) in enumerate(sorted(inputs.get("artifacts", {}).items()))
    }
    wanted = {key: _wanted(key, f"{folder}/{key}", definition) for key, definition in outputs.items()}
    return {
        "inputs": {
            "parameterValues": {
                key: _parameter(value, run.parameters, handed_on) for key, value in inputs.get("parameters", {}).items()
            },
            "artifacts": _in_lists(given),
        },
        "outputs": {
            "artifacts": _in_lists(wanted),
            # In a pod's /tmp, there; here several runs would share that.
            "parameters": {
                key: {"outputFile": with_prefix(f"{folder}/parameters/{key}", MOUNTS)}
                for key in run.component(name).get("outputDefinitions", {}).get("parameters", {})
            },
            # In a pod, where an address is no path.
            "outputFile": with_prefix(f"{folder}/output_metadata.json", MOUNTS),
        },
    }


def _in_lists(artifacts: Mapping[str, Json]) -> Json:
    return {key: {"artifacts": [artifact]} for key, artifact in artifacts.items()}


def _wanted(key: str, uri: str, definition: Json) -> Json:
    wanted = {"name": key, "uri": uri, "type": definition["artifactType"]}
    return wanted | ({"metadata": definition["metadata"]} if definition.get("metadata") else {})


def _as_received(artifact: Json, declared: Json, number: int) -> Json:
    """An artifact as the step is given it.

    Drivers differ in what they make of its type (see `pipeline.kubeflow.entrypoint.with_types`). So that a step depends on
    none of them, its first input has none, which is the form of 2.16 and 2.17, and the next ones have the other forms.
    """
    title = title_of(declared)
    forms: tuple[Json, ...] = (
        {"instanceSchema": ""},
        {"schemaTitle": declared.get("instanceSchema", title)},
        {"schemaTitle": title},
        declared,
    )
    return {**artifact, "type": forms[number % len(forms)]}


def _parameter(value: Json, parameters: Mapping[str, Any], handed_on: HandedOn) -> Any:
    if "componentInputParameter" in value:
        return parameters[value["componentInputParameter"]]
    if source := value.get("taskOutputParameter"):
        return handed_on[source["producerTask"], source["outputParameterKey"]]
    return value["runtimeValue"]["constant"]


def _producer(value: Json) -> tuple[str, str]:
    source = value["taskOutputArtifact"]
    return source["producerTask"], source["outputArtifactKey"]


def input_numbers(executor_input: Json) -> dict[str, int]:
    """The numbers of a task's input artifacts in ML Metadata, by input."""
    artifacts = executor_input["inputs"]["artifacts"]
    return {key: int(members["artifacts"][0]["name"]) for key, members in artifacts.items()}


def fingerprint(executor_input: Json, container: Json) -> str:
    """What the cache knows an execution by: numbers of inputs, parameters, kinds of outputs, command, arguments and image.

    Of an input parameter that another task hands on its value counts, not where it comes from.

    So a task is answered from the cache only if those that it depends on were, or if their outputs are old ones.
    """
    outputs = {
        key: {name: value for name, value in members["artifacts"][0].items() if name != "uri"}
        for key, members in executor_input["outputs"]["artifacts"].items()
    }
    known_by = [
        input_numbers(executor_input),
        executor_input["inputs"]["parameterValues"],
        outputs,
        sorted(executor_input["outputs"]["parameters"]),
        [*container.get("command", ()), *container.get("args", ())],
        container.get("image", ""),
    ]
    return hashlib.sha256(json.dumps(known_by, sort_keys=True).encode()).hexdigest()
