"""The tasks of a compiled pipeline: what each consists of, and their order. Pure functions over JSON."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

import yaml

from foundation.messages.errors import UserError
from pipeline.kubeflow.parameters import parse, require_known

Json = dict[str, Any]
# The artifact by task and output, as `pipeline.kubeflow.metadata` keeps it.
Produced = Mapping[tuple[str, str], Json]
# The value by task and output parameter.
HandedOn = Mapping[tuple[str, str], Any]


class Run(NamedTuple):
    """One run of a compiled pipeline; `root` is a folder or an address. The methods take the name of a task."""

    spec: Json
    root: str
    run_id: str
    parameters: Mapping[str, Any]

    @property
    def pipeline(self) -> str:
        return str(self.spec["pipelineInfo"]["name"])

    @property
    def folder(self) -> str:
        """Where all outputs of the run lie."""
        return f"{self.root}/{self.pipeline}/{self.run_id}"

    def task(self, name: str) -> Json:
        return dict(self.spec["root"]["dag"]["tasks"][name])

    def component(self, name: str) -> Json:
        return dict(self.spec["components"][self.task(name)["componentRef"]["name"]])

    def container(self, name: str) -> Json:
        return dict(self.spec["deploymentSpec"]["executors"][self.component(name)["executorLabel"]]["container"])

    def is_cached(self, name: str) -> bool:
        return bool(self.task(name).get("cachingOptions", {}).get("enableCache"))

    def max_retries(self, name: str) -> int:
        return int(self.task(name).get("retryPolicy", {}).get("maxRetryCount", 0))


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
    require_known(given, definitions)
    values = {}
    for name, definition in definitions.items():
        if name in given:
            values[name] = parse(name, given[name], definition["parameterType"])
        elif "defaultValue" in definition:
            values[name] = definition["defaultValue"]
        elif not definition.get("isOptional"):
            raise UserError(f"--parameter {name}=VALUE is needed: the pipeline has no default for it")
    return values


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


def title_of(artifact_type: Json) -> str:
    """The name by which ML Metadata know a type of artifacts."""
    text = artifact_type.get("instanceSchema")
    return str(yaml.safe_load(text)["title"] if text else artifact_type["schemaTitle"])
