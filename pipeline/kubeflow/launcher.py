"""What Kubeflow's launcher makes of a task: the command that it runs, and the artifacts that come of it.

Pure functions over JSON, after kubeflow/pipelines' backend/src/v2 (component/launcher_v2.go, objectstore/config.go).
"""

import json
from collections.abc import Mapping
from typing import Any

from pipeline.kubeflow.config import MOUNTS
from pipeline.kubeflow.driver import LOGS
from pipeline.kubeflow.entrypoint import with_prefix
from pipeline.kubeflow.tasks import Json


def for_attempt(executor_input: Json, component: Json, attempt: int) -> Json:
    """The ExecutorInput that an attempt is given: with defaults of parameters, and a place for its logs alone.

    Args:
      attempt: 0 is the first.
    """
    inputs, outputs = executor_input["inputs"], executor_input["outputs"]
    definitions = component.get("inputDefinitions", {}).get("parameters", {})
    defaults = {key: each["defaultValue"] for key, each in definitions.items() if "defaultValue" in each}
    (logs,) = outputs["artifacts"][LOGS]["artifacts"]
    logs = {**logs, "uri": f"{logs['uri']}-{attempt}"}
    return {
        "inputs": {**inputs, "parameterValues": {**defaults, **inputs["parameterValues"]}},
        "outputs": {**outputs, "artifacts": {**outputs["artifacts"], LOGS: {"artifacts": [logs]}}},
    }


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
            uri = members["artifacts"][0]["uri"]
            replacements[f"{{{{$.{side}.artifacts['{key}'].uri}}}}"] = uri
            replacements[f"{{{{$.{side}.artifacts['{key}'].path}}}}"] = with_prefix(uri, MOUNTS)
    for key, value in executor_input["outputs"].get("parameters", {}).items():
        replacements[f"{{{{$.outputs.parameters['{key}'].output_file}}}}"] = value["outputFile"]
    return replacements


class OutputError(Exception):
    """What a component says of its outputs cannot be taken; the message names the output and what was found."""


def output_artifacts(executor_input: Json, executor_output: Json, folder: str) -> dict[str, Json]:
    """The artifacts of a task by output, as it and the compiled file describe them.

    Args:
      executor_output: what the task wrote to `outputs.outputFile`: other URIs of artifacts, and their metadata.
      folder: of the run.

    Raises:
      OutputError: an output lies outside of the folder.
    """
    artifacts = {}
    for key, members in executor_input["outputs"]["artifacts"].items():
        (artifact,) = members["artifacts"]
        found = executor_output.get("artifacts", {}).get(key, {}).get("artifacts", [{}]) if key != LOGS else [{}]
        written: dict[str, Any] = found[0] if found else {}
        uri = written.get("uri") or artifact["uri"]
        if not uri.startswith(f"{folder}/"):
            raise OutputError(
                f"its output {key} is said to lie at {uri}, which is not below the folder of this run, {folder}; Kubeflow "
                "takes no output from elsewhere: the component has to write below the address that it is given"
            )
        metadata = {**artifact.get("metadata", {}), **written.get("metadata", {})}
        artifacts[key] = {"uri": uri, "type": artifact["type"], "metadata": metadata}
    return artifacts


def output_parameters(
    executor_input: Json, executor_output: Json, component: Json, written: Mapping[str, str]
) -> dict[str, Any]:
    """The values that a task hands on, by output parameter.

    Args:
      executor_output: what the task wrote to `outputs.outputFile`; values there go before files.
      written: the text of the files in which the task wrote values.

    Raises:
      OutputError: a parameter has no value, or none of its type.
    """
    values = dict(executor_output.get("parameterValues", {}))
    definitions = component.get("outputDefinitions", {}).get("parameters", {})
    for key in executor_input["outputs"].get("parameters", {}):
        if key not in values:
            if key not in written:
                raise OutputError(f"it gave no value for its output parameter {key}")
            values[key] = _value(key, written[key], definitions[key]["parameterType"])
    return values


def _value(key: str, text: str, kind: str) -> Any:
    if kind == "STRING":
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise OutputError(f"its output parameter {key} is to be a {kind.lower()}, but holds {text[:200]!r}") from error
