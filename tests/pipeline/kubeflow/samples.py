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
    executor: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A task with its component and executor; `inputs`: producer and its output by input."""
    parameters, inputs = parameters or {}, inputs or {}
    return {
        "task": {
            "cachingOptions": {"enableCache": True},
            "dependentTasks": sorted({producer for producer, _ in inputs.values()}),
            "inputs": {
                "parameters": {name: {"runtimeValue": {"constant": value}} for name, value in parameters.items()},
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
                    for name, value in parameters.items()
                },
                "artifacts": {name: {"artifactType": TITLE} for name in inputs},
            },
            "outputDefinitions": {"artifacts": {name: {"artifactType": TITLE} for name in outputs}},
        },
        "executor": executor or {"container": {"image": "image", "command": list(command), "args": []}},
    }
