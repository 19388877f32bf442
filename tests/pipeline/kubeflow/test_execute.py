"""A compiled pipeline executed without a cluster: on commands of the shell, which take milliseconds."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from foundation.messages.errors import DataFaultsError, UserError
from pipeline.kubeflow.execute import StepFailedError, execute, load_spec, produced_by
from tests.pipeline.kubeflow.samples import TITLE, make_spec, make_task

WRITE_MODEL = 'mkdir -p "$0"; echo weights > "$0/file"'
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
OUTPUT = "{{$.outputs.artifacts['model'].uri}}"


def run(folder: Path, parameters: dict[str, str] | None = None, **tasks: dict[str, Any]) -> Any:
    """What came of a pipeline, and what it has reported."""
    events: list[dict[str, Any]] = []
    executions = execute(make_spec(**tasks), str(folder), "run-1", parameters or {}, events.append)
    return produced_by(executions), events


def test_artifacts_lie_below_the_root_and_reach_the_next_task(tmp_path: Path) -> None:
    produced, events = run(
        tmp_path,
        # Named so that the order of the alphabet is the wrong one.
        Consumer=make_task(
            "sh", "-c", 'cp "$0/file" "$1"', "{{$.inputs.artifacts['model'].path}}", OUTPUT,
            inputs={"model": ("Producer", "model")}, outputs=["model"],
        ),
        Producer=make_task("sh", "-c", WRITE_MODEL, OUTPUT, outputs=["model"]),
    )  # fmt: skip
    uri = produced["Producer", "model"]["uri"]
    assert re.fullmatch(f"{tmp_path}/sample/run-1/Producer/{UUID}/model", uri)
    assert Path(produced["Consumer", "model"]["uri"]).read_text() == "weights\n"
    assert events == [
        {"nodes": ["Producer", "Consumer"]},
        {"node": "Producer", "state": "running"},
        {"node": "Producer", "state": "finished"},
        {"node": "Consumer", "state": "running"},
        {"node": "Consumer", "state": "finished"},
    ]


def test_a_command_is_given_parameters_and_the_whole_input_and_python_is_this_one(tmp_path: Path) -> None:
    script = (
        "import json, os, sys; "
        "found = json.loads(sys.argv[1]); "
        "open(found['outputs']['artifacts']['model']['artifacts'][0]['uri'], 'w').write("
        "json.dumps([sys.executable, found['inputs']['parameterValues'], sys.argv[2], os.environ['STORE']]))"
    )
    task = make_task(
        "python", "-c", script, "{{$}}", "epochs={{$.inputs.parameters['epochs']}}",
        parameters={"epochs": 2, "network": "tiny"}, outputs=["model"],
    )  # fmt: skip
    task["executor"]["container"]["env"] = [{"name": "STORE", "value": "here"}]
    produced, _ = run(tmp_path, Trainer=task)
    written = json.loads(Path(produced["Trainer", "model"]["uri"]).read_text())
    assert written == [sys.executable, {"epochs": 2, "network": "tiny"}, "epochs=2", "here"]


def test_events_are_told_and_other_output_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    lines = 'ordinary\nclipgate {"message": "done"}\nhalf a line clipgate {"done": 1}\nclipgate is no event\n'
    _, events = run(tmp_path, Trainer=make_task("printf", "%s", lines))
    assert events[2:-1] == [{"message": "done"}, {"done": 1}]
    assert capfd.readouterr().out == "ordinary\nclipgate is no event\n"


def test_all_that_a_task_prints_is_in_its_logs_which_are_an_artifact(tmp_path: Path) -> None:
    lines = 'ordinary\nclipgate {"message": "done"}\n'
    produced, _ = run(tmp_path, Trainer=make_task("printf", "%s", lines))
    assert Path(produced["Trainer", "executor-logs"]["uri"]).read_text() == lines


def test_an_output_that_a_task_says_to_lie_elsewhere_fails_it_with_its_name_and_the_address(tmp_path: Path) -> None:
    script = (
        "import json, sys; outputs = json.loads(sys.argv[1])['outputs']; "
        "elsewhere = {'artifacts': {'model': {'artifacts': [{'uri': '/of/an/earlier/run'}]}}}; "
        "json.dump(elsewhere, open(outputs['outputFile'], 'w'))"
    )
    with pytest.raises(StepFailedError, match=r"Baseline: its output model is said to lie at /of/an/earlier/run"):
        run(tmp_path, Baseline=make_task("python", "-c", script, "{{$}}", outputs=["model"]))


def test_a_failed_step_is_named_with_its_last_lines(tmp_path: Path) -> None:
    with pytest.raises(StepFailedError) as caught:
        run(tmp_path, Trainer=make_task("sh", "-c", "seq 9; echo out of memory >&2; exit 9"))
    assert str(caught.value).splitlines() == [
        "Trainer: its command ended with status 9; its last lines:", "  6", "  7", "  8", "  9", "  out of memory",
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "error"), [("user", UserError), ("faults", DataFaultsError)])
def test_a_users_mistake_in_a_step_is_one_here(tmp_path: Path, kind: str, error: type[Exception]) -> None:
    event = json.dumps({"error": "no such folder", "kind": kind})
    with pytest.raises(error, match=r"^Trainer: no such folder$") as caught:
        run(tmp_path, Trainer=make_task("sh", "-c", f"echo 'clipgate {event}'; exit 2"))
    assert type(caught.value) is error


def test_a_program_that_there_is_not_is_named(tmp_path: Path) -> None:
    with pytest.raises(StepFailedError, match=r"Trainer: no-such-program cannot be started"):
        run(tmp_path, Trainer=make_task("no-such-program"))


def test_the_pipelines_own_parameters_are_those_given_or_their_defaults(tmp_path: Path) -> None:
    task = make_task("sh", "-c", 'echo "$1 $2" > "$0"', OUTPUT, *(f"{{{{$.inputs.parameters['{n}']}}}}" for n in "ab"))
    task["component"]["outputDefinitions"] = {"artifacts": {"model": {"artifactType": TITLE}}}
    task["task"]["inputs"]["parameters"] = {name: {"componentInputParameter": f"root_{name}"} for name in "ab"}
    spec = make_spec(Trainer=task)
    spec["root"]["inputDefinitions"] = {
        "parameters": {
            "root_a": {"parameterType": "STRING", "defaultValue": "x"},
            "root_b": {"parameterType": "NUMBER_INTEGER"},
        }
    }
    produced = produced_by(execute(spec, str(tmp_path), "run-1", {"root_b": "7"}, lambda _: None))
    assert Path(produced["Trainer", "model"]["uri"]).read_text() == "x 7\n"
    for parameters, words in (
        ({}, "root_b=VALUE is needed"),
        ({"root_b": "many"}, "'many' is no number_integer"),
        ({"root_c": "1"}, "the pipeline has root_a, root_b"),
    ):
        with pytest.raises(UserError, match=words):
            execute(spec, str(tmp_path), "run-2", parameters, lambda _: None)


def test_what_only_a_cluster_runs_and_tasks_in_a_circle_are_refused_before_anything_runs(tmp_path: Path) -> None:
    conditional = make_task("touch", str(tmp_path / "ran"))
    conditional["task"]["triggerPolicy"] = {"condition": "inputs.parameters['a'] == 1"}
    circle = make_task("touch", str(tmp_path / "ran"), inputs={"model": ("Trainer", "model")}, outputs=["model"])
    for task, words in (
        (conditional, "Trainer: triggerPolicy.condition: only a cluster"),
        (circle, "wait for each other"),
    ):
        with pytest.raises(UserError, match=words):
            run(tmp_path, Trainer=task)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read: No such file"), ("a: [", "not valid YAML"), ("a: 1", "write one with clipgate compile")],
)
def test_a_file_that_is_no_compiled_pipeline_is_refused(tmp_path: Path, content: str | None, words: str) -> None:
    path = tmp_path / "pipeline.yaml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UserError, match=words):
        load_spec(path)


def test_the_pipeline_is_found_among_the_documents_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "pipeline.yaml"
    path.write_text("platforms: {}\n---\npipelineInfo: {name: sample}\n")
    assert load_spec(path) == {"pipelineInfo": {"name": "sample"}}
