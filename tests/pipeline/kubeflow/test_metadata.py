"""Executions in ML Metadata, as Kubeflow keeps and gives them."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.kubeflow.metadata import Execution, Lineage, open_store
from tests.pipeline.kubeflow.samples import TITLE


def lineage(folder: Path, run_id: str = "run-1", pipeline: str = "sample") -> Lineage:
    """A run's."""
    return Lineage(open_store(folder / "metadata.sqlite"), pipeline, run_id)


def model(uri: str = "/a/model", **metadata: Any) -> dict[str, Any]:
    """An output as the launcher describes it."""
    return {"model": {"uri": uri, "type": TITLE, "metadata": metadata}}


def complete(found: Lineage, fingerprint: str, uri: str = "/a/model") -> Execution:
    """A Trainer that has made a model."""
    number = found.begin("Trainer", {}, fingerprint)
    found.end(number, model(uri), {})
    return found.execution(number)


def test_an_artifact_comes_back_with_its_number_and_with_what_is_noted_of_its_name_and_its_store(
    tmp_path: Path,
) -> None:
    found = lineage(tmp_path)
    outputs = found.end(found.begin("Trainer", {}), model(blessed=1), {"Provider": "minio"})
    artifact = outputs["model"]
    assert int(artifact["name"]) > 0
    assert artifact["uri"] == "/a/model"
    assert artifact["metadata"] == {
        "display_name": "model",
        "store_session_info": '{"Provider": "minio"}',
        "blessed": 1,
    }
    assert json.loads(artifact["metadata"]["store_session_info"]) == {"Provider": "minio"}


@pytest.mark.parametrize(
    ("value", "kept"),
    [("x", "x"), (1, 1), (0.5, 0.5), (True, 1), (["train"], {"list": ["train"]}), ({"a": 1}, {"struct": {"a": 1}})],
)
def test_values_become_what_ml_metadata_can_keep(tmp_path: Path, value: Any, kept: Any) -> None:
    found = lineage(tmp_path)
    outputs = found.end(found.begin("Trainer", {}), model(value=value), {})
    assert outputs["model"]["metadata"]["value"] == kept


def test_an_execution_knows_its_inputs_its_outputs_and_its_end(tmp_path: Path) -> None:
    found = lineage(tmp_path)
    trainer = complete(found, "")
    number = int(trainer.outputs["model"]["name"])
    evaluator = found.begin("Evaluator", {"model": number})
    assert found.execution(evaluator) == Execution(evaluator, "Evaluator", "RUNNING", {})
    found.end_failed(evaluator)
    assert found.executions() == [trainer, Execution(evaluator, "Evaluator", "FAILED", {})]
    assert found.inputs(evaluator) == {"model": number}
    found.begin("Evaluator", {"model": number, "baseline": number})


def test_the_cache_finds_the_newest_complete_execution_of_the_pipeline_in_any_run(tmp_path: Path) -> None:
    complete(lineage(tmp_path), "print", "/old")
    newest = complete(lineage(tmp_path, "run-2"), "print", "/new")
    complete(lineage(tmp_path, "run-3"), "other")
    complete(lineage(tmp_path, "run-4", "another pipeline"), "print")
    found = lineage(tmp_path, "run-5")
    failed = found.begin("Trainer", {}, "print")
    found.end_failed(failed)
    found.begin("Trainer", {}, "print")  # interrupted
    assert found.find("print") == newest
    assert found.find("unknown") is None


def test_an_execution_from_the_cache_hands_on_the_same_artifacts(tmp_path: Path) -> None:
    trainer = complete(lineage(tmp_path), "print")
    found = lineage(tmp_path, "run-2")
    number = found.begin("Trainer", {}, "print")
    found.end_cached(number, trainer)
    assert found.executions() == [Execution(number, "Trainer", "CACHED", trainer.outputs, trainer.number)]
    # The next one finds the original.
    assert found.find("print") == trainer


def test_what_an_execution_hands_on_is_kept_and_comes_from_the_cache_too(tmp_path: Path) -> None:
    found = lineage(tmp_path)
    look = found.begin("Look", {}, "print")
    found.end(look, {}, {}, {"digest": "f00"})
    again = lineage(tmp_path, "run-2")
    number = again.begin("Look", {}, "print")
    again.end_cached(number, found.execution(look))
    assert found.execution(look).parameters == again.execution(number).parameters == {"digest": "f00"}
