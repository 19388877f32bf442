"""Which tasks of a repeated run are executed, and which are answered; and what is tried again. On commands of the shell."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.kubeflow.execute import METADATA_FILE, StepFailedError, execute, produced_by
from pipeline.kubeflow.metadata import Execution, Lineage, open_store
from tests.pipeline.kubeflow.samples import make_spec, make_task

OUTPUT = "{{$.outputs.artifacts['model'].uri}}"
INPUT = "{{$.inputs.artifacts['model'].path}}"


def make_pair(num_epochs: int = 1, **options: Any) -> dict[str, dict[str, Any]]:
    """A task that makes a model, and one that copies it; `options` are of the first one's task."""
    trainer = make_task("sh", "-c", 'echo "$1" > "$0"', OUTPUT, "{{$.inputs.parameters['epochs']}}",
                        parameters={"epochs": num_epochs}, outputs=["model"])  # fmt: skip
    trainer["task"] |= options
    inputs = {"model": ("Trainer", "model")}
    return {"Trainer": trainer, "Copy": make_task("cp", INPUT, OUTPUT, inputs=inputs, outputs=["model"])}


def run(folder: Path, run_id: str, tasks: dict[str, Any], report: Callable[[Any], None] = id) -> list[Execution]:
    """Execute a pipeline."""
    return execute(make_spec(**tasks), str(folder), run_id, {}, report)


def states(executions: list[Execution]) -> list[str]:
    """How each task has ended."""
    return [execution.state for execution in executions]


def test_a_second_run_is_answered_from_the_cache_with_the_old_addresses(tmp_path: Path) -> None:
    first = run(tmp_path, "run-1", make_pair())
    events: list[Any] = []
    second = run(tmp_path, "run-2", make_pair(), events.append)
    assert states(first) == ["COMPLETE", "COMPLETE"]
    assert states(second) == ["CACHED", "CACHED"]
    assert produced_by(second) == produced_by(first)
    assert not (tmp_path / "sample/run-2").exists()
    assert events.count({"state": "cached"}) == 2


def test_what_has_changed_runs_and_what_depends_on_it(tmp_path: Path) -> None:
    run(tmp_path, "run-1", make_pair())
    changed = run(tmp_path, "run-2", make_pair(num_epochs=2))
    assert states(changed) == ["COMPLETE", "COMPLETE"]
    assert Path(produced_by(changed)["Copy", "model"]["uri"]).read_text() == "2\n"
    # As before the change.
    assert states(run(tmp_path, "run-3", make_pair())) == ["CACHED", "CACHED"]


def test_a_task_that_must_not_be_cached_runs_and_what_depends_on_it(tmp_path: Path) -> None:
    for run_id in ("run-1", "run-2"):
        # Another execution has other artifacts, whatever is in them.
        assert states(run(tmp_path, run_id, make_pair(cachingOptions={}))) == ["COMPLETE", "COMPLETE"]


def test_other_pipelines_are_not_asked(tmp_path: Path) -> None:
    run(tmp_path, "run-1", make_pair())
    other = make_spec(**make_pair()) | {"pipelineInfo": {"name": "other"}}
    assert states(execute(other, str(tmp_path), "run-2", {}, id)) == ["COMPLETE", "COMPLETE"]


def test_what_somebody_has_deleted_is_made_again(tmp_path: Path) -> None:
    first = produced_by(run(tmp_path, "run-1", make_pair()))
    Path(first["Copy", "model"]["uri"]).unlink()
    assert states(run(tmp_path, "run-2", make_pair())) == ["CACHED", "COMPLETE"]
    shutil.rmtree(tmp_path / "sample")
    assert states(run(tmp_path, "run-3", make_pair())) == ["COMPLETE", "COMPLETE"]
    shutil.rmtree(tmp_path)
    assert states(run(tmp_path, "run-1", make_pair())) == ["COMPLETE", "COMPLETE"]


def killed_once(folder: Path, max_retries: int | None) -> dict[str, Any]:
    """A task that is killed at its first attempt, after it has written something."""
    script = 'mkdir "$0"; test -e "$1" || { touch "$1" "$0/half"; kill -9 $$; }; touch "$0/whole"'
    task = make_task("sh", "-c", script, OUTPUT, str(folder / "was-killed"), outputs=["model"])
    if max_retries is not None:
        task["task"]["retryPolicy"] = {"maxRetryCount": max_retries, "backoffDuration": "60s"}
    return task


def test_a_step_that_is_killed_is_tried_again_without_what_it_has_left(tmp_path: Path) -> None:
    events: list[Any] = []
    (execution,) = run(tmp_path, "run-1", {"Trainer": killed_once(tmp_path, 1)}, events.append)
    model, logs = (Path(execution.outputs[key]["uri"]) for key in ("model", "executor-logs"))
    assert [path.name for path in model.iterdir()] == ["whole"]
    assert logs.name == "executor-logs-1"
    assert (logs.parent / "executor-logs-0").is_file()
    assert events[2] == {"announcement": "Trainer: its command ended with status -9; tried again (1 of 1)"}


@pytest.mark.parametrize("max_retries", [None, 0])
def test_a_step_without_retries_is_not_tried_again(tmp_path: Path, max_retries: int | None) -> None:
    with pytest.raises(StepFailedError, match="status -9"):
        run(tmp_path, "run-1", {"Trainer": killed_once(tmp_path, max_retries)})


def test_attempts_come_to_an_end_and_a_failed_execution_is_no_answer(tmp_path: Path) -> None:
    count = tmp_path / "attempts"
    task = make_task("sh", "-c", f"echo x >> {count}; exit 1")
    task["task"]["retryPolicy"] = {"maxRetryCount": 2}
    for run_id in ("run-1", "run-2"):
        with pytest.raises(StepFailedError, match="status 1"):
            run(tmp_path, run_id, {"Trainer": task})
    assert len(count.read_text().splitlines()) == 6
    lineage = Lineage(open_store(tmp_path / METADATA_FILE), "sample", "run-2")
    assert [(each.task, each.state) for each in lineage.executions()] == [("Trainer", "FAILED")]


def test_a_look_that_always_runs_decides_by_what_it_hands_on_whether_the_rest_runs(tmp_path: Path) -> None:
    data = tmp_path / "data"
    look = make_task("cp", str(data), "{{$.outputs.parameters['digest'].output_file}}", values={"digest": "STRING"})
    look["task"]["cachingOptions"] = {}
    ingest = make_task("sh", "-c", 'echo "$1" > "$0"', OUTPUT, "{{$.inputs.parameters['fingerprint']}}",
                       given={"fingerprint": ("Look", "digest")}, outputs=["model"])  # fmt: skip
    found = []
    for number, content in enumerate(("small", "small", "grown", "small")):
        data.write_text(content)
        executions = run(tmp_path / "root", f"run-{number}", {"Look": look, "Ingest": ingest})
        assert Path(produced_by(executions)["Ingest", "model"]["uri"]).read_text() == f"{content}\n"
        found.append(states(executions))
    assert found == [["COMPLETE", state] for state in ("COMPLETE", "CACHED", "COMPLETE", "CACHED")]


def test_a_task_that_does_not_hand_on_what_it_should_is_named(tmp_path: Path) -> None:
    with pytest.raises(StepFailedError, match="Look: it gave no value for its output parameter digest"):
        run(tmp_path, "run-1", {"Look": make_task("true", values={"digest": "STRING"})})
