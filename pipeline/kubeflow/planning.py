"""A pipeline that is planned when it runs: its first task looks at the data and hands each other task its parameters.

Pure functions over the PipelineSpec as JSON. A task has one parameter then, the JSON of all that it would have had; so the
cache knows it by the same values as if they had been compiled in.
"""

import copy
import json
from collections.abc import Mapping
from typing import Any

from foundation.messages.errors import UserError
from pipeline.config import Config
from pipeline.kubeflow.check import LONG_PARAMETERS, MAX_PARAMETER_BYTES
from pipeline.kubeflow.entrypoint import PLANNED
from pipeline.kubeflow.parameters import run_parameters, type_of, with_parameters

Spec = dict[str, Any]

PLAN = "Plan"
_CONFIG, _CHECKPOINT_ROOT = "config", "checkpoint_root"
_COMMAND = ("python", "-m", "pipeline.kubeflow.plan_step")


def planned_when_run(spec: Spec, config: Config) -> Spec:
    """Copy of a compiled pipeline in which a first task takes the parameters of a run, and gives the other tasks theirs."""
    spec = copy.deepcopy(spec)
    tasks = spec["root"]["dag"]["tasks"]
    for name, task in tasks.items():
        source = {"producerTask": PLAN, "outputParameterKey": name}
        task.setdefault("inputs", {})["parameters"] = {PLANNED: {"taskOutputParameter": source}}
        task["dependentTasks"] = [PLAN, *task.get("dependentTasks", ())]
        component = spec["components"][task["componentRef"]["name"]]
        component.setdefault("inputDefinitions", {})["parameters"] = {PLANNED: {"parameterType": "STRING"}}
    defaults = run_parameters(config)
    definitions = {name: {"parameterType": type_of(value)} for name, value in defaults.items()}
    spec["root"].setdefault("inputDefinitions", {})["parameters"] = {
        name: definition | {"defaultValue": defaults[name]} for name, definition in definitions.items()
    }
    constants = {
        # Where steps run says nothing about what they do.
        _CONFIG: config.model_dump_json(exclude={"kubeflow"}),
        _CHECKPOINT_ROOT: config.kubeflow.checkpoint_root,
    }
    spec["components"][PLAN] = {
        "executorLabel": f"{PLAN}_executor",
        "inputDefinitions": {
            "parameters": {name: {"parameterType": "STRING"} for name in constants} | definitions,
        },
        "outputDefinitions": {"parameters": {name: {"parameterType": "STRING"} for name in tasks}},
    }
    spec["deploymentSpec"]["executors"][f"{PLAN}_executor"] = {
        "container": {"image": config.kubeflow.image, "command": list(_COMMAND), "args": ["{{$}}"]}
    }
    tasks[PLAN] = {
        "taskInfo": {"name": PLAN},
        "componentRef": {"name": PLAN},
        "inputs": {
            "parameters": {
                **{name: {"runtimeValue": {"constant": value}} for name, value in constants.items()},
                **{name: {"componentInputParameter": name} for name in defaults},
            }
        },
    }
    return spec


def settings_of_run(values: Mapping[str, Any]) -> tuple[Config, str]:
    """The configuration of a run, and the root of its checkpoints, from the parameters that its first task is given.

    Raises:
      UserError: a run parameter is none, or has an impossible value.
    """
    given = dict(values)
    config, checkpoint_root = Config.model_validate_json(given.pop(_CONFIG)), given.pop(_CHECKPOINT_ROOT)
    return with_parameters(config, given), checkpoint_root


def require_possible(spec: Spec, values: Mapping[str, Any]) -> None:
    """Check values of run parameters as the first task of a run will; other pipelines have nothing to check them against.

    Raises:
      UserError: one is impossible.
    """
    task = spec["root"]["dag"]["tasks"].get(PLAN)
    if task is None:
        return
    with_parameters(
        Config.model_validate_json(task["inputs"]["parameters"][_CONFIG]["runtimeValue"]["constant"]), values
    )


def parameters_by_task(spec: Spec) -> dict[str, str]:
    """The parameters of each task of a compiled pipeline, which are all known, as JSON.

    Raises:
      UserError: a task has more of them than Linux takes as one argument.
    """
    planned = {}
    for name, task in spec["root"]["dag"]["tasks"].items():
        parameters = task.get("inputs", {}).get("parameters", {})
        values = {key: value["runtimeValue"]["constant"] for key, value in parameters.items()}
        planned[name] = json.dumps(values, sort_keys=True)
        # In the argument it is text within JSON.
        if (size := len(json.dumps(planned[name]).encode())) > MAX_PARAMETER_BYTES:
            raise UserError(f"{name}: its parameters take {size} bytes; {LONG_PARAMETERS}")
    return planned


def require_same_tasks(planned: Mapping[str, Any], compiled: Mapping[str, Any]) -> None:
    """Check that a plan has the tasks that were compiled.

    Raises:
      UserError: it has others.
    """
    if different := sorted(set(planned) ^ set(compiled)):
        raise UserError(
            f"{', '.join(different)}: these components are in the plan or in the compiled file; compile again"
        )
