"""The compiled file does, step by step in processes of its own, what the local runner does in one; and its cache saves work."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.model_gate.measurements import GATE_FILE
from components.pusher.card_files import MODEL_CARD_JSON
from components.video_example_gen.ledger import REJECTED_FILE
from models.training.history import HISTORY_FILE
from pipeline.config import load_config
from pipeline.kubeflow.execute import METADATA_FILE, execute, execute_task, load_spec, produced_by
from pipeline.kubeflow.metadata import Execution, Lineage, open_store
from pipeline.kubeflow.tasks import Json, Run
from pipeline.kubeflow.trial import compile_for_trial, root_of
from tests.e2e.conftest import PushedRun
from tests.e2e.project import Project, explain

PIPELINE = "test"
# The gate looks at what was pushed last, so these run each time.
ALWAYS_RUN = {"Baseline", "Evaluator", "ModelGate", "Pusher", "Reporter"}
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@dataclass(frozen=True)
class CompiledRun:
    """A project that was run from its compiled file, what that printed, and the folder of its artifacts."""

    project: Project
    result: "subprocess.CompletedProcess[str]"
    folder: Path

    @property
    def root(self) -> Path:
        return self.folder.parents[1]

    @property
    def executions(self) -> list[Execution]:
        return lineage(self.root, self.folder.name).executions()

    def artifact(self, task: str, output: str) -> Path:
        return Path(produced_by(self.executions)[task, output]["uri"])

    def spec(self) -> Json:
        return load_spec(self.root / "pipeline.yaml")


def lineage(root: Path, run_id: str) -> Lineage:
    """What ML Metadata know of a run."""
    return Lineage(open_store(root / METADATA_FILE), PIPELINE, run_id)


@pytest.fixture(scope="module")
def compiled_run(pushed_run: PushedRun, tmp_path_factory: pytest.TempPathFactory) -> CompiledRun:
    """The data and the configuration of the pushed run, and nothing that was pushed before."""
    project = Project(tmp_path_factory.mktemp("compiled"))
    shutil.copytree(pushed_run.project.folder / "data", project.folder / "data")
    project.configure()
    result = project.clipgate("run", "--config", "config.yaml", "--runner", "compiled")
    assert result.returncode == 0, explain(result)
    (folder,) = (project.output_dir / "compiled" / PIPELINE).iterdir()
    return CompiledRun(project, result, folder)


def files(folder: Path) -> dict[str, bytes]:
    """The content of all files below, by name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def read_json(path: Path) -> Any:
    """A file's content."""
    return json.loads(path.read_text())


def test_examples_and_rejects_are_the_same_byte_for_byte(pushed_run: PushedRun, compiled_run: CompiledRun) -> None:
    local, compiled = (run.artifact("VideoExampleGen", "examples") for run in (pushed_run.project, compiled_run))
    assert files(compiled) == files(local)
    local, compiled = (run.artifact("VideoExampleGen", "ledger") for run in (pushed_run.project, compiled_run))
    assert (compiled / REJECTED_FILE).read_text() == (local / REJECTED_FILE).read_text()


def test_the_model_learns_and_answers_the_same(pushed_run: PushedRun, compiled_run: CompiledRun) -> None:
    local = read_json(pushed_run.project.artifact("Trainer", "model_run") / HISTORY_FILE)
    compiled = read_json(compiled_run.artifact("Trainer", "model_run") / HISTORY_FILE)
    for name in ("loss", "val_loss"):
        assert compiled[name] == pytest.approx(local[name], rel=1e-3)
    gate = read_json(compiled_run.artifact("ModelGate", "gate_report") / GATE_FILE)
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
        str(compiled_run.artifact("Trainer", "model"))
    }
    for node in ("AnnotationValidator", "Trainer", "Reporter"):
        assert sum(f" {node} " in line for line in compiled_run.result.stdout.splitlines()) == 1
    assert "no model was pushed before" in compiled_run.result.stdout
    assert f"pushed: {version}" in compiled_run.result.stdout
    assert (compiled_run.project.output_dir / "report.html").is_file()


def test_every_component_writes_below_the_addresses_that_it_is_given(compiled_run: CompiledRun) -> None:
    for (task, output), artifact in produced_by(compiled_run.executions).items():
        name = "executor-logs-0" if output == "executor-logs" else output
        assert re.fullmatch(f"{compiled_run.folder}/{task}/{UUID}/{name}", artifact["uri"]), (task, artifact)


def test_the_gate_of_the_compiled_file_stops_a_bad_model_and_the_pusher_pushes_none(compiled_run: CompiledRun) -> None:
    spec = compiled_run.spec()
    gates = spec["root"]["dag"]["tasks"]["ModelGate"]["inputs"]["parameters"]["gates"]["runtimeValue"]
    # One epoch does not learn four colours.
    gates["constant"] = json.dumps(json.loads(gates["constant"]) | {"min_recall": 1.0})
    again = Run(spec, str(compiled_run.root), "again", {})
    produced = produced_by(compiled_run.executions)
    for name in ("ModelGate", "Pusher"):
        execution = execute_task(again, name, produced, lineage(compiled_run.root, "again"), lambda _: None)
        produced |= produced_by([execution])
    assert produced["ModelGate", "blessing"]["metadata"]["blessed"] == 0
    assert not read_json(Path(produced["ModelGate", "gate_report"]["uri"]) / GATE_FILE)["passed"]
    assert produced["Pusher", "pushed_model"]["metadata"]["pushed"] == 0
    assert len(compiled_run.project.versions()) == 1


def test_a_second_run_trains_nothing_and_judges_the_old_model_against_the_pushed_one(compiled_run: CompiledRun) -> None:
    before = set(compiled_run.folder.parent.iterdir())
    result = compiled_run.project.clipgate("run", "--config", "config.yaml", "--runner", "compiled")
    assert result.returncode == 0, explain(result)
    (folder,) = set(compiled_run.folder.parent.iterdir()) - before
    executions = lineage(compiled_run.root, folder.name).executions()
    assert {each.task for each in executions if each.state == "COMPLETE"} == ALWAYS_RUN, explain(result)
    assert {each.state for each in executions if each.task not in ALWAYS_RUN} == {"CACHED"}
    assert produced_by(executions)["Trainer", "model"] == produced_by(compiled_run.executions)["Trainer", "model"]
    assert len(re.findall(r"^ *\d+/13 \w+ +cached", result.stdout, re.MULTILINE)) == 13 - len(ALWAYS_RUN), explain(
        result
    )


def test_other_data_are_trained_on_and_a_training_that_is_killed_is_tried_again(compiled_run: CompiledRun) -> None:
    annotations = compiled_run.project.folder / "data" / "annotations.csv"
    annotations.write_text("".join(annotations.read_text().splitlines(keepends=True)[:-1]))
    config = load_config(compiled_run.project.config_path)
    spec = killed_once(only(load_spec(compile_for_trial(config, root_of(config))), "Trainer"), "Trainer")
    events: list[Json] = []
    executions = execute(spec, root_of(config), "changed", {}, events.append)
    assert {each.task for each in executions if each.state == "COMPLETE"} >= {"VideoExampleGen", "Transform", "Trainer"}
    assert [event for event in events if "tried again (1 of 1)" in event.get("announcement", "")]
    assert (Path(produced_by(executions)["Trainer", "model_run"]["uri"]) / HISTORY_FILE).is_file()


def only(spec: Json, last: str) -> Json:
    """A pipeline without what a task does not need."""
    tasks = spec["root"]["dag"]["tasks"]
    needed = [last]
    for name in needed:
        needed += [each for each in tasks[name].get("dependentTasks", ()) if each not in needed]
    spec["root"]["dag"]["tasks"] = {name: tasks[name] for name in needed}
    return spec


def killed_once(spec: Json, name: str) -> Json:
    """A pipeline that tries a task again, whose process is killed when it begins for the first time."""
    task = spec["root"]["dag"]["tasks"][name]
    task["retryPolicy"] = {"maxRetryCount": 1}
    component = spec["components"][task["componentRef"]["name"]]
    container = spec["deploymentSpec"]["executors"][component["executorLabel"]]["container"]
    # The name of its logs tells the attempt.
    script = 'case "$0" in *-0) kill -9 $$;; *) exec "$@";; esac'
    container["args"] = [
        "-c", script, "{{$.outputs.artifacts['executor-logs'].path}}", sys.executable,
        *container["command"][1:], *container["args"],
    ]  # fmt: skip
    container["command"] = ["sh"]
    return spec
