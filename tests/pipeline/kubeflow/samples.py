"""Small compiled pipelines, as JSON."""

from collections.abc import Sequence
from typing import Any

TITLE = {"instanceSchema": "title: tfx.Model\ntype: object\n"}


def make_spec(**tasks: dict[str, Any]) -> dict[str, Any]:
    """A pipeline of the tasks that `make_task` gives."""
    return {
        "pipelineInfo": {"name": "sample"},
        "schemaVersion": "2.1.0",
        "root": {
            "dag": {"tasks": {name: task["task"] | {"componentRef": {"name": name}} for name, task in tasks.items()}}
        },
        "components": {name: task["component"] | {"executorLabel": f"{name}_executor"} for name, task in tasks.items()},
        "deploymentSpec": {"executors": {f"{name}_executor": task["executor"] for name, task in tasks.items()}},
    }


def make_task(
    *command: str,
    parameters: dict[str, Any] | None = None,
    inputs: dict[str, tuple[str, str]] | None = None,
    outputs: Sequence[str] = (),
    given: dict[str, tuple[str, str]] | None = None,
    values: dict[str, str] | None = None,
    executor: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A task with its component and executor.

    `inputs`: producer and its output by input; `given`: producer and its output parameter by parameter; `values`: type by
    output parameter.
    """
    parameters, inputs, given = parameters or {}, inputs or {}, given or {}
    constants = {name: {"runtimeValue": {"constant": value}} for name, value in parameters.items()}
    handed_on = {
        name: {"taskOutputParameter": {"producerTask": producer, "outputParameterKey": output}}
        for name, (producer, output) in given.items()
    }
    return {
        "task": {
            "cachingOptions": {"enableCache": True},
            "dependentTasks": sorted({producer for producer, _ in (*inputs.values(), *given.values())}),
            "inputs": {
                "parameters": constants | handed_on,
                "artifacts": {
                    name: {"taskOutputArtifact": {"producerTask": producer, "outputArtifactKey": output}}
                    for name, (producer, output) in inputs.items()
                },
            },
        },
        "component": {
            "inputDefinitions": {
                "parameters": {
                    name: {"parameterType": "STRING" if isinstance(value, str) else "NUMBER_INTEGER"}
                    for name, value in (parameters | dict.fromkeys(given, "")).items()
                },
                "artifacts": {name: {"artifactType": TITLE} for name in inputs},
            },
            "outputDefinitions": {
                "artifacts": {name: {"artifactType": TITLE} for name in outputs},
                "parameters": {name: {"parameterType": kind} for name, kind in (values or {}).items()},
            },
        },
        "executor": executor or {"container": {"image": "image", "command": list(command), "args": []}},
    }
