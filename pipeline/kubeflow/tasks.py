"""Tasks of a compiled pipeline as Kubeflow's driver and launcher treat them: their inputs, and what becomes of their outputs.

Pure functions over JSON, after kubeflow/pipelines' backend/src/v2 (driver/resolve.go, driver/driver.go, metadata/converter.go,
component/launcher_v2.go).
"""

import json
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from foundation.messages.errors import UserError

Json = dict[str, Any]
# The artifact by task and output.
Produced = Mapping[tuple[str, str], Json]


class Run(NamedTuple):
    """One run of a compiled pipeline; `folder` holds its artifacts: `<pipeline root>/<pipeline>/<run id>`.

    The methods take the name of a task.
    """

    spec: Json
    folder: str
    parameters: Mapping[str, Any]

    def task(self, name: str) -> Json:
        return dict(self.spec["root"]["dag"]["tasks"][name])

    def component(self, name: str) -> Json:
        return dict(self.spec["components"][self.task(name)["componentRef"]["name"]])

    def container(self, name: str) -> Json:
        return dict(self.spec["deploymentSpec"]["executors"][self.component(name)["executorLabel"]]["container"])


def require_simple(spec: Json) -> None:
    """Check that all tasks are containers that run once and unconditionally, as TFX's compiler writes them.

    Raises:
      UserError: there is something else.
    """
    executors = spec["deploymentSpec"]["executors"]
    for name, task in spec["root"]["dag"]["tasks"].items():
        component = spec["components"][task["componentRef"]["name"]]
        unusual = [key for key in ("parameterIterator", "artifactIterator") if key in task]
        unusual += ["triggerPolicy.condition"] if task.get("triggerPolicy", {}).get("condition") else []
        unusual += [] if "container" in executors.get(component.get("executorLabel"), {}) else ["no container"]
        if unusual:
            raise UserError(f"{name}: {', '.join(unusual)}: only a cluster runs that; without one, leave it out")


def runtime_parameters(spec: Json, given: Mapping[str, str]) -> dict[str, Any]:
    """The pipeline's own parameters: those given (text, JSON for all but strings), and the defaults of the others.

    Raises:
      UserError: there is no such parameter, a value is missing or cannot be read.
    """
    definitions = spec["root"].get("inputDefinitions", {}).get("parameters", {})
    if unknown := sorted(set(given) - set(definitions)):
        known = ", ".join(sorted(definitions)) or "no parameters"
        raise UserError(f"--parameter {', '.join(unknown)}: the pipeline has {known}")
    values = {}
    for name, definition in definitions.items():
        if name in given:
            values[name] = _parse(name, given[name], definition["parameterType"])
        elif "defaultValue" in definition:
            values[name] = definition["defaultValue"]
        elif not definition.get("isOptional"):
            raise UserError(f"--parameter {name}=VALUE is needed: the pipeline has no default for it")
    return values


def _parse(name: str, text: str, kind: str) -> Any:
    if kind == "STRING":
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"--parameter {name}: {text[:200]!r} is no {kind.lower()}: {error}") from error


def task_order(spec: Json) -> list[str]:
    """Names of the tasks, each after those that it waits for.

    Raises:
      UserError: tasks wait for each other.
    """
    waits_for = {name: task.get("dependentTasks", ()) for name, task in spec["root"]["dag"]["tasks"].items()}
    try:
        return list(TopologicalSorter(waits_for).static_order())
    except CycleError as error:
        raise UserError(f"tasks wait for each other: {' → '.join(error.args[1])}") from error


def make_executor_input(run: Run, name: str, produced: Produced) -> Json:
    """The ExecutorInput of a task: its parameters and input artifacts, and where its outputs go."""
    inputs = run.task(name).get("inputs", {})
    folder = f"{run.folder}/{name}"
    component = run.component(name)
    artifacts = component.get("outputDefinitions", {}).get("artifacts", {})
    # The driver adds the last one, unless its server is told not to publish logs.
    outputs = {**artifacts, "executor-logs": {"artifactType": {"schemaTitle": "system.Artifact"}}}
    parameters = {
        key: parameter["defaultValue"]
        for key, parameter in component.get("inputDefinitions", {}).get("parameters", {}).items()
        if "defaultValue" in parameter
    }
    parameters |= {key: _parameter(value, run.parameters) for key, value in inputs.get("parameters", {}).items()}
    given = {key: produced[_producer(value)] for key, value in inputs.get("artifacts", {}).items()}
    wanted = {
        key: {
            "name": key,
            "uri": f"{folder}/{key}",
            "type": artifact["artifactType"],
            "metadata": artifact.get("metadata", {}),
        }
        for key, artifact in outputs.items()
    }
    return {
        "inputs": {"parameterValues": parameters, "artifacts": _in_lists(given)},
        "outputs": {"artifacts": _in_lists(wanted), "outputFile": f"{folder}/output_metadata.json"},
    }


def _in_lists(artifacts: Mapping[str, Json]) -> Json:
    return {key: {"artifacts": [artifact]} for key, artifact in artifacts.items()}


def _parameter(value: Json, parameters: Mapping[str, Any]) -> Any:
    if "componentInputParameter" in value:
        return parameters[value["componentInputParameter"]]
    return value["runtimeValue"]["constant"]


def _producer(value: Json) -> tuple[str, str]:
    source = value["taskOutputArtifact"]
    return source["producerTask"], source["outputArtifactKey"]


def command_line(container: Json, executor_input: Json) -> list[str]:
    """Command and arguments of a container with all placeholders filled in."""
    replacements = _replacements(executor_input)

    def fill_in(text: str) -> str:
        for placeholder, value in replacements.items():
            text = text.replace(placeholder, value)
        return text

    return [fill_in(text) for text in [*container.get("command", ()), *container.get("args", ())]]


def _replacements(executor_input: Json) -> dict[str, str]:
    replacements = {"{{$}}": json.dumps(executor_input)}
    for key, value in executor_input["inputs"]["parameterValues"].items():
        replacements[f"{{{{$.inputs.parameters['{key}']}}}}"] = value if isinstance(value, str) else json.dumps(value)
    for side in ("inputs", "outputs"):
        for key, members in executor_input[side]["artifacts"].items():
            # An artifact of such a run is a folder of this machine, so its URI is its path.
            for attribute in ("uri", "path"):
                replacements[f"{{{{$.{side}.artifacts['{key}'].{attribute}}}}}"] = members["artifacts"][0]["uri"]
    return replacements


def output_artifacts(executor_input: Json, executor_output: Json, run_name: str) -> dict[str, Json]:
    """The artifacts of a task as later tasks get them, by output.

    Args:
      executor_output: what the task wrote to `outputs.outputFile`: other URIs of artifacts, and their metadata.
      run_name: what distinguishes this execution from all others.
    """
    artifacts = {}
    for key, members in executor_input["outputs"]["artifacts"].items():
        (artifact,) = members["artifacts"]
        written = executor_output.get("artifacts", {}).get(key, {}).get("artifacts", [{}])[0]
        metadata = {"display_name": key, **artifact["metadata"], **written.get("metadata", {})}
        artifacts[key] = {
            # In a cluster, ML Metadata's number; components only look whether two are the same.
            "name": f"{run_name}/{key}",
            "uri": written.get("uri") or artifact["uri"],
            "type": artifact["type"],
            "metadata": {name: _as_stored(value) for name, value in metadata.items()},
        }
    return artifacts


def _as_stored(value: Any) -> Any:
    """A value of an artifact's metadata after it went through ML Metadata."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, list):
        return {"list": value}
    if isinstance(value, dict):
        return {"struct": value}
    return value
