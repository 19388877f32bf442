"""The compiled file does, step by step in processes of its own, what the local runner does in one."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.model_gate.measurements import GATE_FILE
from components.pusher.model_card import MODEL_CARD_JSON
from components.video_example_gen.ledger import REJECTED_FILE
from models.training.history import HISTORY_FILE
from pipeline.kubeflow.execute import load_spec, run_task
from pipeline.kubeflow.tasks import Json, Run, make_executor_input, output_artifacts, task_order
from tests.e2e.conftest import PushedRun
from tests.e2e.project import Project, explain


@dataclass(frozen=True)
class CompiledRun:
    """A project that was run from its compiled file, what that printed, and the folder of its artifacts."""

    project: Project
    result: "subprocess.CompletedProcess[str]"
    folder: Path


@pytest.fixture(scope="module")
def compiled_run(pushed_run: PushedRun, tmp_path_factory: pytest.TempPathFactory) -> CompiledRun:
    """The data and the configuration of the pushed run, and nothing that was pushed before."""
    project = Project(tmp_path_factory.mktemp("compiled"))
    shutil.copytree(pushed_run.project.folder / "data", project.folder / "data")
    project.configure()
    result = project.clipgate("run", "--config", "config.yaml", "--runner", "compiled")
    assert result.returncode == 0, explain(result)
    (folder,) = (project.output_dir / "compiled" / "test").iterdir()
    return CompiledRun(project, result, folder)


def files(folder: Path) -> dict[str, bytes]:
    """The content of all files below, by name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def read_json(path: Path) -> Any:
    """A file's content."""
    return json.loads(path.read_text())


def test_examples_and_rejects_are_the_same_byte_for_byte(pushed_run: PushedRun, compiled_run: CompiledRun) -> None:
    local, compiled = (
        pushed_run.project.artifact("VideoExampleGen", "examples"),
        compiled_run.folder / "VideoExampleGen",
    )
    assert files(compiled / "examples") == files(local)
    ledger = pushed_run.project.artifact("VideoExampleGen", "ledger")
    assert (compiled / "ledger" / REJECTED_FILE).read_text() == (ledger / REJECTED_FILE).read_text()


def test_the_model_learns_and_answers_the_same(pushed_run: PushedRun, compiled_run: CompiledRun) -> None:
    local = read_json(pushed_run.project.artifact("Trainer", "model_run") / HISTORY_FILE)
    compiled = read_json(compiled_run.folder / "Trainer" / "model_run" / HISTORY_FILE)
    for name in ("loss", "val_loss"):
        assert compiled[name] == pytest.approx(local[name], rel=1e-3)
    gate = read_json(compiled_run.folder / "ModelGate" / "gate_report" / GATE_FILE)
    assert gate["confusion_matrix"] == pushed_run.project.gate()["confusion_matrix"]
    assert [finding["rule"] for finding in gate["findings"]] == [
        finding["rule"] for finding in pushed_run.project.gate()["findings"]
    ]


def test_the_model_is_pushed_with_its_card_and_people_are_told_what_the_local_runner_tells(
    pushed_run: PushedRun, compiled_run: CompiledRun
) -> None:
    (version,) = compiled_run.project.versions()
    (local,) = pushed_run.project.versions()
    assert set(files(version)) == set(files(local))
    info = read_json(version / MODEL_CARD_JSON)
    assert {artifact["uri"] for artifact in info["lineage"]["artifacts"] if artifact["input"] == "model"} == {
        str(compiled_run.folder / "Trainer" / "model")
    }
    for node in ("AnnotationValidator", "Trainer", "Reporter"):
        assert sum(f" {node} " in line for line in compiled_run.result.stdout.splitlines()) == 1
    assert "no model was pushed before" in compiled_run.result.stdout
    assert f"pushed: {version}" in compiled_run.result.stdout
    assert (compiled_run.project.output_dir / "report.html").is_file()


def test_the_gate_of_the_compiled_file_stops_a_bad_model_and_the_pusher_pushes_none(compiled_run: CompiledRun) -> None:
    spec = load_spec(compiled_run.project.output_dir / "compiled" / "pipeline.yaml")
    produced = artifacts_of(spec, compiled_run.folder)
    gates = spec["root"]["dag"]["tasks"]["ModelGate"]["inputs"]["parameters"]["gates"]["runtimeValue"]
    # One epoch does not learn four colours.
    gates["constant"] = json.dumps(json.loads(gates["constant"]) | {"min_recall": 1.0})
    again = Run(spec, f"{compiled_run.folder}-again", {})
    for name in ("ModelGate", "Pusher"):
        executor_input = make_executor_input(again, name, produced)
        run_task(name, again.container(name), executor_input, lambda _: None)
        produced |= written(name, executor_input)
    assert produced["ModelGate", "blessing"]["metadata"]["blessed"] == 0
    assert not read_json(Path(produced["ModelGate", "gate_report"]["uri"]) / GATE_FILE)["passed"]
    assert produced["Pusher", "pushed_model"]["metadata"]["pushed"] == 0
    assert len(compiled_run.project.versions()) == 1


def artifacts_of(spec: Json, folder: Path) -> dict[tuple[str, str], Json]:
    """What the tasks of a finished run gave."""
    produced: dict[tuple[str, str], Json] = {}
    for name in task_order(spec):
        produced |= written(name, make_executor_input(Run(spec, str(folder), {}), name, produced))
    return produced


def written(name: str, executor_input: Json) -> dict[tuple[str, str], Json]:
    """What a finished task gave."""
    output = read_json(Path(executor_input["outputs"]["outputFile"]))
    return {(name, key): artifact for key, artifact in output_artifacts(executor_input, output, name).items()}
