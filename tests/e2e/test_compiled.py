"""The compiled file does, step by step in processes of its own, what the local runner does in one; and its cache saves work."""

import csv
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
from models.export_info import WEIGHTS_FILE
from models.training.history import HISTORY_FILE
from pipeline.config import load_config
from pipeline.kubeflow.execute import METADATA_FILE, execute, execute_task, load_spec, produced_by
from pipeline.kubeflow.metadata import Execution, Lineage, open_store
from pipeline.kubeflow.step_process import step_process
from pipeline.kubeflow.tasks import Json, Run
from pipeline.plan import make_plan
from tests.e2e.conftest import PushedRun
from tests.e2e.project import Project, explain

PIPELINE = "test"
# The data are looked at, and the gate looks at what was pushed last, so these run each time.
ALWAYS_RUN = {"DataDigest", "Baseline", "Evaluator", "ModelGate", "Pusher", "Reporter"}
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
    def compiled(self) -> Path:
        return self.root / "pipeline.yaml"

    def again(self) -> "CompiledRun":
        """The same compiled file run once more, as a schedule does."""
        before = set(self.folder.parent.iterdir())
        compiled = ("--runner", "compiled", "--compiled", str(self.compiled))
        result = self.project.clipgate("run", "--config", "config.yaml", *compiled)
        (folder,) = set(self.folder.parent.iterdir()) - before or {self.folder}
        return CompiledRun(self.project, result, folder)

    @property
    def executions(self) -> list[Execution]:
        return lineage(self.root, self.folder.name).executions()

    def artifact(self, task: str, output: str) -> Path:
        return Path(produced_by(self.executions)[task, output]["uri"])

    def spec(self) -> Json:
        return load_spec(self.compiled)


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
        assert compiled[name] == local[name]
    (local_version,), (compiled_version,) = (run.versions() for run in (pushed_run.project, compiled_run.project))
    assert (compiled_version / WEIGHTS_FILE).read_bytes() == (local_version / WEIGHTS_FILE).read_bytes()
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


def test_a_step_says_and_ends_as_its_command_does() -> None:
    command = [sys.executable, "-m", "pipeline.kubeflow.entrypoint", "--executor_class_path", "nobody.Executor"]
    ends = []
    # With variables of its own it is the command; without, a fork of what has loaded TFX.
    for variables in ({"VARIABLE": "value"}, {}):
        with step_process(command, variables) as step:
            ends.append((step.output.read(), step.wait()))
    by_command, by_fork = ends
    assert by_fork == by_command
    assert by_fork[1] == 2 and "--json_serialized_invocation_args" in by_fork[0]


def test_the_gate_of_the_compiled_file_stops_a_bad_model_and_the_pusher_pushes_none(compiled_run: CompiledRun) -> None:
    spec = compiled_run.spec()
    gates = spec["root"]["dag"]["tasks"]["ModelGate"]["inputs"]["parameters"]["gates"]["runtimeValue"]
    # One epoch does not learn four colours.
    gates["constant"] = json.dumps(json.loads(gates["constant"]) | {"min_recall": 1.0})
    again = Run(spec, str(compiled_run.root), "again", {})
    executions = compiled_run.executions
    for name in ("ModelGate", "Pusher"):
        executions.append(execute_task(again, name, executions, lineage(compiled_run.root, "again"), lambda _: None))
    produced = produced_by(executions)
    assert produced["ModelGate", "blessing"]["metadata"]["blessed"] == 0
    assert not read_json(Path(produced["ModelGate", "gate_report"]["uri"]) / GATE_FILE)["passed"]
    assert produced["Pusher", "pushed_model"]["metadata"]["pushed"] == 0
    assert len(compiled_run.project.versions()) == 1


def test_the_same_file_once_more_trains_nothing_and_judges_the_old_model_against_the_pushed_one(
    compiled_run: CompiledRun,
) -> None:
    again = compiled_run.again()
    result, executions = again.result, again.executions
    assert result.returncode == 0, explain(result)
    assert {each.task for each in executions if each.state == "COMPLETE"} == ALWAYS_RUN, explain(result)
    assert {each.state for each in executions if each.task not in ALWAYS_RUN} == {"CACHED"}
    assert produced_by(executions)["Trainer", "model"] == produced_by(compiled_run.executions)["Trainer", "model"]
    assert len(re.findall(r"^ *\d+/14 \w+ +cached", result.stdout, re.MULTILINE)) == 14 - len(ALWAYS_RUN), explain(
        result
    )
    assert len(compiled_run.project.versions()) == 1


def test_a_label_that_the_file_does_not_know_ends_its_run_before_anything_is_decoded(compiled_run: CompiledRun) -> None:
    annotations = compiled_run.project.folder / "data" / "annotations.csv"
    before = annotations.read_text()
    try:
        annotations.write_text(before.replace(",grey,", ",silver,", 1))
        result = compiled_run.again().result
    finally:
        annotations.write_text(before)
    assert result.returncode == 2, explain(result)
    assert (
        "DataDigest: " in result.stderr and "rows of silver, which the compiled pipeline does not know" in result.stderr
    )
    assert "VideoExampleGen" not in result.stdout


def test_the_same_file_trains_on_data_that_have_grown_beside_the_pushed_model_and_a_step_that_is_killed_is_tried_again(
    compiled_run: CompiledRun,
) -> None:
    project = compiled_run.project
    (first,) = project.versions()
    add_clips(project.folder / "data", num_clips=10)
    spec = killed_once(compiled_run.spec(), "Trainer")
    events: list[Json] = []
    executions = execute(spec, str(compiled_run.root), "grown", {}, events.append)
    assert {each.task for each in executions if each.state == "CACHED"} == {"VideoSchemaGen"}
    assert [event for event in events if "tried again (1 of 1)" in event.get("announcement", "")]

    _, second = project.versions()
    before, after = (read_json(version / MODEL_CARD_JSON) for version in (first, second))
    assert after["data"]["rows_accepted"] == before["data"]["rows_accepted"] + 10
    assert after["data"]["fingerprint"] != before["data"]["fingerprint"]
    assert after["training"]["key"] != before["training"]["key"]
    assert produced_by(executions)["Baseline", "baseline"]["metadata"]["version"] == first.name
    # The plan of a run on this machine knows the model by the same key.
    assert make_plan(load_config(project.config_path)).training_key == after["training"]["key"]


def add_clips(data: Path, num_clips: int) -> None:
    """Copy videos under new names, as those of other people, with their rows."""
    with (data / "annotations.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["group"].startswith("person_") and row["boxes"]][:num_clips]
    for name in {row["path"] for row in rows}:
        shutil.copyfile(data / name, data / name.replace("person", "newcomer"))
    with (data / "annotations.csv").open("a", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writerows(
            row | {key: row[key].replace("person", "newcomer") for key in ("path", "group")} for row in rows
        )


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
