"""What becomes of a task, as by the launchers of Kubeflow Pipelines 2.16.1 and 2.17.0."""

import json
from typing import Any

import pytest

from pipeline.kubeflow.launcher import OutputError, command_line, for_attempt, output_artifacts, output_parameters
from tests.pipeline.kubeflow.samples import TITLE, make_task

FOLDER = "minio://mlpipeline/clipgate/sample/run-2"
LOGS = f"{FOLDER}/Baseline/a/executor-logs"


def executor_input() -> dict[str, Any]:
    """What a task with one input, one parameter and one output is given."""
    model = {"name": "18", "uri": f"{FOLDER}/Trainer/b/model", "type": TITLE, "metadata": {}}
    baseline = {"name": "baseline", "uri": f"{FOLDER}/Baseline/a/baseline", "type": TITLE}
    logs = {"name": "executor-logs", "uri": LOGS, "type": {"schemaTitle": "system.Artifact"}}
    return {
        "inputs": {"parameterValues": {"epochs": 2}, "artifacts": {"model": {"artifacts": [model]}}},
        "outputs": {
            "artifacts": {"baseline": {"artifacts": [baseline]}, "executor-logs": {"artifacts": [logs]}},
            "outputFile": "/minio/mlpipeline/clipgate/sample/run-2/Baseline/a/output_metadata.json",
        },
    }


def executor_output(**baseline: Any) -> dict[str, Any]:
    """What the task says of its output."""
    return {"artifacts": {"baseline": {"artifacts": [baseline]}}}


def test_each_attempt_has_logs_of_its_own() -> None:
    for attempt in (0, 1):
        logs = for_attempt(executor_input(), {}, attempt)["outputs"]["artifacts"]["executor-logs"]
        assert logs["artifacts"][0]["uri"] == f"{LOGS}-{attempt}"


def test_parameters_that_are_not_given_have_their_defaults() -> None:
    definitions = {"epochs": {"defaultValue": 1}, "seed": {"defaultValue": 7}, "name": {"isOptional": True}}
    given = for_attempt(executor_input(), {"inputDefinitions": {"parameters": definitions}}, 0)
    assert given["inputs"]["parameterValues"] == {"epochs": 2, "seed": 7}


def test_a_command_has_addresses_paths_parameters_and_the_whole_input_filled_in() -> None:
    container = {
        "command": ["run", "{{$}}"],
        "args": [
            "{{$.inputs.artifacts['model'].uri}}",
            "{{$.inputs.artifacts['model'].path}}",
            "--output={{$.outputs.artifacts['baseline'].path}}",
            "{{$.inputs.parameters['epochs']}}",
        ],
    }
    _, whole, *others = command_line(container, executor_input())
    assert json.loads(whole) == executor_input()
    assert others == [
        f"{FOLDER}/Trainer/b/model",
        "/minio/mlpipeline/clipgate/sample/run-2/Trainer/b/model",
        "--output=/minio/mlpipeline/clipgate/sample/run-2/Baseline/a/baseline",
        "2",
    ]


def test_outputs_are_described_by_the_compiled_file_and_by_the_component() -> None:
    given = executor_input()
    given["outputs"]["artifacts"]["baseline"]["artifacts"][0]["metadata"] = {"origin": "compiled", "name": "y"}
    found = output_artifacts(given, executor_output(metadata={"is_first_push": 1, "name": "x"}), FOLDER)
    assert found["baseline"] == {
        "uri": f"{FOLDER}/Baseline/a/baseline",
        "type": TITLE,
        "metadata": {"origin": "compiled", "name": "x", "is_first_push": 1},
    }
    assert found["executor-logs"]["uri"] == LOGS


@pytest.mark.parametrize("written", [{}, {"artifacts": {}}, {"artifacts": {"baseline": {"artifacts": []}}}], ids=str)
def test_a_component_need_not_say_anything_of_its_outputs(written: dict[str, Any]) -> None:
    assert output_artifacts(executor_input(), written, FOLDER)["baseline"]["metadata"] == {}


def test_an_output_may_be_anywhere_below_the_folder_of_the_run() -> None:
    uri = f"{FOLDER}/Baseline/elsewhere"
    assert output_artifacts(executor_input(), executor_output(uri=uri), FOLDER)["baseline"]["uri"] == uri


@pytest.mark.parametrize(
    "uri",
    # The model of an earlier run, which came from the cache; a sibling whose name begins the same; another store.
    [f"{FOLDER[:-1]}1/Trainer/b/model", f"{FOLDER}0/Baseline/a/baseline", "s3://mlpipeline/clipgate/sample/run-2/a"],
)
def test_an_output_outside_of_the_folder_of_the_run_is_refused(uri: str) -> None:
    with pytest.raises(OutputError) as caught:
        output_artifacts(executor_input(), executor_output(uri=uri), FOLDER)
    for word in ("baseline", uri, FOLDER):
        assert word in str(caught.value)


def test_what_a_component_says_of_the_logs_does_not_count() -> None:
    written = {"artifacts": {"executor-logs": {"artifacts": [{"uri": "/elsewhere"}]}}}
    assert output_artifacts(executor_input(), written, FOLDER)["executor-logs"]["uri"] == LOGS


LOOK = make_task("sh", values={"digest": "STRING", "num_rows": "NUMBER_INTEGER"})["component"]
HANDING_ON = {"outputs": {"parameters": {"digest": {"outputFile": "/a/digest"}, "num_rows": {"outputFile": "/a/rows"}}}}


def test_what_a_task_hands_on_stands_in_what_it_says_or_else_in_files() -> None:
    files = {"digest": "7", "num_rows": "12"}
    assert output_parameters(HANDING_ON, {}, LOOK, files) == {"digest": "7", "num_rows": 12}
    said = {"parameterValues": {"digest": "f00"}}
    assert output_parameters(HANDING_ON, said, LOOK, files) == {"digest": "f00", "num_rows": 12}


@pytest.mark.parametrize(
    ("files", "words"),
    [({"digest": "f00"}, "no value for its output parameter num_rows"), ({"digest": "", "num_rows": "few"}, "'few'")],
    ids=str,
)
def test_a_value_that_is_missing_or_of_another_type_is_named(files: dict[str, str], words: str) -> None:
    with pytest.raises(OutputError, match=words):
        output_parameters(HANDING_ON, {}, LOOK, files)
