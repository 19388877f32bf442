"""A pipeline whose first task plans, and hands each other task its parameters."""

import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

from foundation.messages.errors import UserError
from pipeline.kubeflow.check import require_runnable
from pipeline.kubeflow.entrypoint import with_planned
from pipeline.kubeflow.planning import (
    PLAN,
    parameters_by_task,
    planned_when_run,
    require_possible,
    require_same_tasks,
    settings_of_run,
)
from pipeline.kubeflow.spec import make_documents
from pipeline.kubeflow.tasks import runtime_parameters, task_order
from tests.pipeline.kubeflow.samples import make_spec, make_task
from tests.pipeline.planning import config_of


def tasks_of(spec: dict[str, Any]) -> dict[str, Any]:
    return dict(spec["root"]["dag"]["tasks"])


def two_tasks() -> dict[str, Any]:
    ingest = make_task("python", parameters={"classes": '["sit"]', "num_frames": 8}, outputs=["examples"])
    return make_spec(Ingest=ingest, Trainer=make_task("python", inputs={"examples": ("Ingest", "examples")}))


def test_every_other_task_waits_for_the_plan_and_has_no_parameter_but_what_it_hands_on(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    pipeline, *_ = make_documents(planned_when_run(two_tasks(), config), config.kubeflow)
    require_runnable(pipeline)
    json_format.ParseDict(pipeline, pipeline_spec_pb2.PipelineSpec())
    assert task_order(pipeline) == [PLAN, "Ingest", "Trainer"]
    tasks = tasks_of(pipeline)
    assert tasks["Trainer"]["inputs"]["parameters"] == {
        "planned": {"taskOutputParameter": {"producerTask": PLAN, "outputParameterKey": "Trainer"}}
    }
    assert tasks[PLAN]["cachingOptions"] == {}
    # All that the compiler was told of data is in the first task, as defaults of the run.
    assert "sit" not in json.dumps(tasks)


def test_the_first_task_gets_the_configuration_with_the_values_of_its_run(tmp_path: Path) -> None:
    config = config_of(tmp_path, kubeflow={"checkpoints": "/models/checkpoints"})
    spec = planned_when_run(two_tasks(), config)
    values = runtime_parameters(spec, {"training.epochs": "5"})
    given = {
        name: values[source["componentInputParameter"]]
        if "componentInputParameter" in source
        else source["runtimeValue"]["constant"]
        for name, source in tasks_of(spec)[PLAN]["inputs"]["parameters"].items()
    }
    found, checkpoint_root = settings_of_run(given)
    assert (found.training.epochs, found.data, checkpoint_root) == (5, config.data, "/models/checkpoints")
    with pytest.raises(UserError, match=r"training.epochs: Input should be greater"):
        settings_of_run({**given, "training.epochs": 0})


def test_values_are_looked_at_before_a_run_where_the_file_can_tell(tmp_path: Path) -> None:
    spec = planned_when_run(two_tasks(), config_of(tmp_path))
    require_possible(spec, runtime_parameters(spec, {}))
    with pytest.raises(UserError, match=r"training.epochs: Input should be greater"):
        require_possible(spec, {"training.epochs": 0})
    require_possible(two_tasks(), {"training.epochs": 0})


def test_what_is_handed_on_is_what_a_step_would_have_been_given() -> None:
    planned = parameters_by_task(two_tasks())
    executor_input = {"inputs": {"parameterValues": {"planned": planned["Ingest"]}, "artifacts": {}}, "outputs": {}}
    assert with_planned(executor_input)["inputs"]["parameterValues"] == {"classes": '["sit"]', "num_frames": 8}
    others = {"inputs": {"parameterValues": {"classes": "[]"}}}
    assert with_planned(others) is others


def test_parameters_that_one_argument_cannot_hold_are_refused() -> None:
    # Half as long, but each character takes two where JSON is within JSON.
    spec = make_spec(Trainer=make_task("python", parameters={"classes": '"' * 30_000}))
    with pytest.raises(UserError, match=r"Trainer: its parameters take 120\d\d\d bytes; Linux refuses"):
        parameters_by_task(spec)


def test_a_plan_of_other_components_is_refused() -> None:
    with pytest.raises(UserError, match="Tuner: these components"):
        require_same_tasks({"Trainer": "", "Tuner": ""}, {"Trainer": ""})
