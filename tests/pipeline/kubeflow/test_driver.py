"""What a task is given, as the drivers of Kubeflow Pipelines 2.16.1 and 2.17.0 give it."""

import re
from typing import Any

import pytest

from pipeline.kubeflow.driver import fingerprint, make_executor_input
from pipeline.kubeflow.tasks import Run
from tests.pipeline.kubeflow.samples import TITLE, make_spec, make_task

ROOT = "minio://mlpipeline/clipgate"
STORED = {"name": "18", "uri": f"{ROOT}/sample/run-1/Producer/a/model", "metadata": {"display_name": "model"}}
PRODUCED = {("Producer", "model"): STORED}


def given(*, root: str = ROOT, salt: str = "salt", num_inputs: int = 1, **container: Any) -> tuple[dict[str, Any], Any]:
    """What a consumer of a model is given, and its container."""
    inputs = {f"model_{number}": ("Producer", "model") for number in range(num_inputs)}
    consumer = make_task("python", parameters={"epochs": 2}, inputs=inputs, outputs=["report"])
    consumer["executor"]["container"] |= container
    spec = make_spec(Producer=make_task("sh", outputs=["model"]), Consumer=consumer)
    run = Run(spec, root, "run-2", {})
    return make_executor_input(run, "Consumer", PRODUCED, {}, salt), run.container("Consumer")


def test_inputs_arrive_without_a_type_with_a_number_for_a_name_and_with_what_ml_metadata_know() -> None:
    (artifact,) = given()[0]["inputs"]["artifacts"]["model_0"]["artifacts"]
    assert artifact == {**STORED, "type": {"instanceSchema": ""}}


def test_further_inputs_have_the_types_that_other_drivers_give() -> None:
    artifacts = given(num_inputs=4)[0]["inputs"]["artifacts"]
    assert [artifacts[f"model_{number}"]["artifacts"][0]["type"] for number in range(4)] == [
        {"instanceSchema": ""},
        {"schemaTitle": TITLE["instanceSchema"]},
        {"schemaTitle": "tfx.Model"},
        TITLE,
    ]


def test_outputs_lie_below_the_pipeline_the_run_the_task_and_the_execution() -> None:
    artifacts = given()[0]["outputs"]["artifacts"]
    assert artifacts == {
        "report": {
            "artifacts": [{"name": "report", "uri": f"{ROOT}/sample/run-2/Consumer/salt/report", "type": TITLE}]
        },
        "executor-logs": {
            "artifacts": [
                {
                    "name": "executor-logs",
                    "uri": f"{ROOT}/sample/run-2/Consumer/salt/executor-logs",
                    "type": {"schemaTitle": "system.Artifact"},
                }
            ]
        },
    }
    assert given()[0]["outputs"]["parameters"] == {}


@pytest.mark.parametrize(
    ("root", "path"),
    [("minio://bucket/a", "/minio/bucket/a"), ("s3://bucket/a", "/s3/bucket/a"), ("/folder", "/folder")],
)
def test_the_output_file_is_a_path_of_the_pod_beside_the_outputs(root: str, path: str) -> None:
    outputs = given(root=root)[0]["outputs"]
    assert outputs["outputFile"] == f"{path}/sample/run-2/Consumer/salt/output_metadata.json"


def test_two_executions_of_the_same_have_one_fingerprint_and_another_place() -> None:
    first, second = given(salt="a"), given(salt="b")
    assert first[0]["outputs"] != second[0]["outputs"]
    assert fingerprint(*first) == fingerprint(*second)
    assert re.fullmatch("[0-9a-f]{64}", fingerprint(*first))


def test_a_fingerprint_is_of_inputs_parameters_outputs_command_and_image() -> None:
    executor_input, container = given()
    other_artifact, _ = given()
    other_artifact["inputs"]["artifacts"]["model_0"]["artifacts"][0]["name"] = "19"
    other_parameter, _ = given()
    other_parameter["inputs"]["parameterValues"]["epochs"] = 3
    other_output, _ = given()
    other_output["outputs"]["artifacts"]["report"]["artifacts"][0]["type"] = {"schemaTitle": "tfx.Report"}
    prints = [
        fingerprint(executor_input, container),
        fingerprint(other_artifact, container),
        fingerprint(other_parameter, container),
        fingerprint(other_output, container),
        fingerprint(executor_input, given(args=["--verbose"])[1]),
        fingerprint(executor_input, given(image="image:2")[1]),
    ]
    assert len(set(prints)) == len(prints)
    # Memory and processors change nothing.
    assert fingerprint(executor_input, given(resources={"cpuLimit": 2})[1]) == prints[0]


def looked(digest: str, root: str = ROOT) -> tuple[Run, dict[str, Any]]:
    """A run, and what a task is given to which another one hands on a value."""
    look = make_task("sh", values={"digest": "STRING"})
    run = Run(
        make_spec(Look=look, Ingest=make_task("sh", given={"fingerprint": ("Look", "digest")})), root, "run-2", {}
    )
    return run, make_executor_input(run, "Ingest", {}, {("Look", "digest"): digest}, "salt")


def test_a_value_that_another_task_hands_on_is_a_parameter_like_others_and_the_cache_knows_it() -> None:
    (run, first), (_, again), (_, other) = looked("a"), looked("a"), looked("b")
    assert first["inputs"]["parameterValues"] == {"fingerprint": "a"}
    container = run.container("Ingest")
    assert fingerprint(first, container) == fingerprint(again, container) != fingerprint(other, container)


def test_a_task_that_hands_on_a_value_has_a_file_for_it_and_the_cache_knows_that_too() -> None:
    run, _ = looked("a")
    given = make_executor_input(run, "Look", {}, {}, "salt")
    assert given["outputs"]["parameters"] == {
        "digest": {"outputFile": "/minio/mlpipeline/clipgate/sample/run-2/Look/salt/parameters/digest"}
    }
    silent = {**given, "outputs": {**given["outputs"], "parameters": {}}}
    assert fingerprint(silent, run.container("Look")) != fingerprint(given, run.container("Look"))
