"""The gate stops a model with one bad class, names the class, and lets the same model through when the bars are lower."""

import json
import os
from pathlib import Path

from components.storage.paths import METADATA_FILE
from models.base_model import open_base
from models.export_info import read_export_info
from pipeline.config import load_config
from pipeline.local import still_standing
from pipeline.plan import make_plan
from tests.e2e.colours import COLOURS
from tests.e2e.conftest import PushedRun, RejectedRun
from tests.e2e.project import OPEN_GATES, ask, explain
from tests.e2e.rejected import BAD_CLASS, TRAINING


def test_a_model_with_one_class_of_scrambled_labels_is_not_pushed_and_the_class_is_named(
    pushed_run: PushedRun, rejected_run: RejectedRun
) -> None:
    result = rejected_run.result
    assert result.returncode == 3, explain(result)
    assert "not pushed" in result.stdout
    assert [path.name for path in rejected_run.project.versions()] == [
        path.name for path in pushed_run.project.versions()
    ]
    recall = rejected_run.findings("recall")[BAD_CLASS]
    assert not recall["passed"] and recall["value"] < recall["bar"]
    assert f"class '{BAD_CLASS}': recall {recall['value']:.4g}, bar at least {recall['bar']}" in result.stdout


def test_the_gate_finds_no_fault_with_the_other_classes(rejected_run: RejectedRun) -> None:
    assert not rejected_run.gate["passed"]
    assert {finding["label"] for finding in rejected_run.gate["findings"] if not finding["passed"]} == {BAD_CLASS}
    assert {label for label, finding in rejected_run.findings("recall").items() if finding["passed"]} == (
        set(rejected_run.gate["classes"]) - {BAD_CLASS}
    )


def test_a_rejected_run_keeps_its_reasons_and_what_its_training_began_with(rejected_run: RejectedRun) -> None:
    (run,) = ask(rejected_run.project, "runs")["runs"]
    (pushed,) = rejected_run.project.versions()
    assert (run["verdict"], run["version"]) == ("rejected", None)
    assert len(run["reasons"]) == len([each for each in rejected_run.gate["findings"] if not each["passed"]])
    assert run["base_model"] == f"serving/action/{pushed.name}"
    (model,) = ask(rejected_run.project, "lineage", "--video", "videos/person_00.mp4")["models"]
    assert model["unknown_base"] == run["base_model"]  # which was pushed from another output_dir
    config = load_config(rejected_run.project.config_path)
    assert still_standing(make_plan(config), Path(config.output_dir, METADATA_FILE)), "the same run would do nothing"


def test_another_training_is_judged_against_the_pushed_model_class_by_class(
    pushed_run: PushedRun, rejected_run: RejectedRun
) -> None:
    (pushed,) = pushed_run.project.versions()
    assert f"comparing with version {pushed.name}" in rejected_run.result.stdout
    drops = rejected_run.findings("recall_drop")
    assert list(drops) == list(read_export_info(pushed).classes)
    assert all(finding["value"] is not None for finding in drops.values())


def test_a_warm_start_is_from_the_pushed_model_which_is_evaluated_on_the_same_clips(rejected_run: RejectedRun) -> None:
    (pushed,) = rejected_run.project.versions()
    assert f"training begins with {pushed}" in rejected_run.result.stdout
    assert f"{len(COLOURS)} of {len(COLOURS)} classes are the base model's" in rejected_run.result.stdout
    exported = rejected_run.project.artifact("Trainer", "model") / "Format-Serving"
    assert read_export_info(exported).base == open_base(pushed).fingerprint
    # It is the last pushed model at the same time: both comparisons measure the same.
    forgetting, drops = (rejected_run.findings(rule) for rule in ("forgetting", "recall_drop"))
    assert {label: found["value"] for label, found in forgetting.items()} == {
        label: found["value"] for label, found in drops.items()
    }


def test_clipgate_gate_says_the_same_without_a_run_and_tries_other_bars(rejected_run: RejectedRun) -> None:
    project = rejected_run.project
    before = project.clipgate("gate", "--config", "config.yaml", "--json")
    assert before.returncode == 3, explain(before)
    assert json.loads(before.stdout)["findings"] == rejected_run.gate["findings"]
    project.configure(**TRAINING, gates=OPEN_GATES)
    after = project.clipgate("gate", "--config", "config.yaml")
    assert after.returncode == 0, explain(after)
    assert "by the bars of that run" in after.stdout


def test_too_few_test_clips_leave_a_good_model_open_and_the_run_says_what_is_missing(rejected_run: RejectedRun) -> None:
    project = rejected_run.project
    # Four people show each class; the one that was scrambled has no bar.
    classes = {BAD_CLASS: {"min_recall": 0, "min_precision": 0}}
    bars = {"certainty": 0.99, "min_recall": 0.5, "classes": classes}
    project.configure(**TRAINING, gates={**OPEN_GATES, **bars})
    result = project.run()
    assert result.returncode == 5, explain(result)
    assert "not pushed, since the test clips cannot tell whether the model is good enough" in result.stdout
    assert "4 of 4 clips of 4 groups: open, chance that it is below" in result.stdout
    assert "more groups would show it, should they do as these" in result.stdout
    again = project.clipgate("gate", "--config", "config.yaml", "--explain")
    assert again.returncode == 5, explain(again)
    assert "open ?" in again.stdout
    # The same measurements, by other bars: what was never found is refuted, and a smaller certainty is soon reached.
    for other, code in (({BAD_CLASS: {"min_recall": 0.9, "min_precision": 0}}, 3), (classes, 0)):
        certainty = 0.99 if code else 0.6
        project.configure(**TRAINING, gates={**OPEN_GATES, **bars, "certainty": certainty, "classes": other})
        judged = project.clipgate("gate", "--config", "config.yaml")
        assert judged.returncode == code, explain(judged)


def test_with_lower_bars_the_same_model_is_pushed_beside_the_first_and_nothing_is_trained_again(
    pushed_run: PushedRun, rejected_run: RejectedRun
) -> None:
    project = rejected_run.project
    project.configure(**TRAINING, gates=OPEN_GATES)
    result = project.run()
    assert result.returncode == 0, explain(result)
    cached = {line.split()[1] for line in result.stdout.splitlines() if line.endswith(" cached")}
    assert cached == {
        "VideoExampleGen", "VideoSchemaGen", "StatisticsGen", "ExampleValidator", "Transform", "BaseModelCopy", "Trainer",
        "Baseline", "Evaluator", "ServingValidator",
    }  # fmt: skip
    first, second = project.versions()
    assert [first.name] == [path.name for path in pushed_run.project.versions()]
    assert str(second) in result.stdout


def test_what_earlier_runs_have_left_can_be_removed_and_is_counted_before(rejected_run: RejectedRun) -> None:
    project = rejected_run.project
    dry = project.clipgate("clean", "--config", "config.yaml", "--keep", "1", "--dry-run")
    assert dry.returncode == 0, explain(dry)
    assert "would be removed:" in dry.stdout and "which none of the newest 1 run needs" in dry.stdout
    done = project.clipgate("clean", "--config", "config.yaml", "--keep", "1")
    assert done.stdout.splitlines()[-1] == dry.stdout.splitlines()[-1].replace("would be removed", "removed")


def test_a_model_that_was_withdrawn_is_not_pushed_again_by_the_same_run(rejected_run: RejectedRun) -> None:
    project = rejected_run.project
    first, second = project.versions()
    back = project.clipgate("rollback", "--config", "config.yaml", "--yes")
    assert back.returncode == 0, explain(back)
    assert project.versions() == [first]
    (project.folder / "data" / "notes.txt").write_text("where these were filmed")
    for video in (project.folder / "data" / "videos").iterdir():
        os.utime(video, (1, 1))
    result = project.run()
    assert result.returncode == 3, explain(result)
    assert f"version {second.name}, which is this very model, was withdrawn" in result.stdout
    assert project.versions() == [first]
