"""What open-source Kubeflow Pipelines does not run is named, with the node and what to do instead."""

from typing import Any

import pytest

from foundation.messages.errors import UserError
from pipeline.kubeflow.check import find_problems, require_runnable
from tests.pipeline.kubeflow.samples import make_spec, make_task


def problems_of(**tasks: dict[str, Any]) -> list[tuple[str, str]]:
    """Node and problem."""
    return list(find_problems(make_spec(**tasks)))


def test_containers_that_hand_artifacts_on_are_fine() -> None:
    tasks = {
        "Trainer": make_task("python", "{{$}}", parameters={"epochs": 2}, outputs=["model"]),
        "Pusher": make_task("python", "{{$.inputs.artifacts['model'].uri}}", inputs={"model": ("Trainer", "model")}),
    }
    assert problems_of(**tasks) == []
    require_runnable(make_spec(**tasks))


@pytest.mark.parametrize(
    ("executor", "words"),
    [
        ({"resolver": {}}, "Resolver nodes are not implemented; let a component"),
        ({"customJob": {}}, "custom jobs run on Google Cloud only"),
        ({}, "unknown kind"),
        (
            {"container": {"image": "i", "command": ["c"], "lifecycle": {"preCacheCheck": {}}}},
            "lifecycle hooks are never run",
        ),
        ({"container": {"image": "i", "args": ["--flag"]}}, "has no command"),
        ({"container": {"command": ["c"]}}, "set kubeflow.image"),
        (
            {"container": {"image": "i", "command": ["c", "{{$.inputs.artifacts['m'].value}}"]}},
            "the placeholder {{$.inputs.artifacts['m'].value}} is not filled in",
        ),
        ({"importer": {"artifactUri": {"constantValue": {"stringValue": "gs://b/m"}}}}, "no artifactUri that is read"),
        ({"importer": {"artifactUri": {"constant": "/home/me/model"}}}, "cannot reach /home/me/model"),
        (
            {"importer": {"artifactUri": {"constant": "gs://b/m"}, "typeSchema": {"schemaUri": "gs://b/t"}}},
            "schemaUri, which is not read",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_executor_that_is_not_implemented_is_refused_by_name_with_a_remedy(
    executor: dict[str, Any], words: str
) -> None:
    spec = make_spec(Odd=make_task(outputs=["model"]))
    spec["deploymentSpec"]["executors"]["Odd_executor"] = executor
    with pytest.raises(UserError) as caught:
        require_runnable(spec)
    first, line = str(caught.value).splitlines()
    assert first == "open-source Kubeflow Pipelines cannot run this pipeline"
    assert line.startswith("Odd: ")
    assert words in line


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ({"artifactIterator": {"itemInput": "model"}}, "loops over artifacts"),
        ({"dependentTasks": ["Absent"]}, "waits for Absent"),
        (
            {"inputs": {"parameters": {"p": {"runtimeValue": {"constantValue": {"intValue": 1}}}}}},
            "p is a constantValue",
        ),
        ({"inputs": {"parameters": {"p": {"taskOutputParameter": {"producerTask": "A_task"}}}}}, "comes from A_task"),
        ({"inputs": {"artifacts": {"m": {"taskOutputArtifact": {"producerTask": "Absent"}}}}}, "comes from Absent"),
        ({"inputs": {"parameters": {"p": {"runtimeValue": {"constant": 100_000 * "x"}}}}}, "an argument of 131072"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_task_is_given_has_to_arrive(task: dict[str, Any], words: str) -> None:
    odd = make_task("python")
    odd["task"] |= task
    ((node, problem),) = problems_of(Odd=odd)
    assert node == "Odd"
    assert words in problem


def test_types_of_parameters_and_artifacts_are_those_of_this_version() -> None:
    odd = make_task("python")
    odd["component"] = {
        "inputDefinitions": {"parameters": {"p": {"type": "INT"}}},
        "outputDefinitions": {"artifacts": {"model": {"artifactType": {"instanceSchema": "type: object"}}}},
    }
    assert [problem.split(";")[0] for _, problem in problems_of(Odd=odd)] == [
        "its parameter p has no parameterType",
        "the type of its artifact model has no title",
    ]


def test_a_name_that_argo_does_not_take_is_refused() -> None:
    ((node, problem),) = problems_of(**{"train.model": make_task("python")})
    assert node == "train.model"
    assert "Argo allows letters" in problem


def test_another_schema_version_and_an_empty_pipeline_are_refused() -> None:
    spec = make_spec() | {"schemaVersion": "2.0.0"}
    assert [node for node, _ in find_problems(spec)] == ["pipeline", "pipeline"]


def test_tasks_inside_other_tasks_are_looked_at_too() -> None:
    spec = make_spec(Outer=make_task("python"), Inner=make_task(executor={"resolver": {}}))
    tasks = spec["root"]["dag"]["tasks"]
    spec["components"]["Outer"] = {"dag": {"tasks": {"Inner": tasks.pop("Inner")}}}
    assert [node for node, _ in find_problems(spec)] == ["Inner"]


def test_a_value_has_to_be_handed_on_by_a_task_that_has_it_and_that_has_ended() -> None:
    ingest = make_task("python", given={"fingerprint": ("Look", "digest")})
    look = make_task("python", values={"digest": "STRING"})
    assert problems_of(Look=look, Ingest=ingest) == []
    ((node, problem),) = problems_of(Look=make_task("python"), Ingest=ingest)
    assert (node, problem) == (
        "Ingest",
        "its parameter fingerprint is the output parameter digest of Look, which has none of that name",
    )
    ingest["task"]["dependentTasks"] = []
    ((node, problem),) = problems_of(Look=look, Ingest=ingest)
    assert "comes from Look, for which it does not wait" in problem
