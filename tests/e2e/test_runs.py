"""What real runs keep of themselves, and what is read from it."""

import json

from components.model_gate.measurements import MISSES_FILE
from components.video_example_gen.ledger import ACCEPTED_FILE, Entries
from pipeline.config import load_config
from pipeline.runs.code import code_now
from pipeline.runs.record import read_records
from tests.e2e.conftest import PushedRun, RepeatedRun
from tests.e2e.project import ask, explain


def test_a_run_that_trained_nothing_shows_the_figures_of_the_model_that_it_judged(
    pushed_run: PushedRun, repeated_run: RepeatedRun
) -> None:
    first, second = ask(pushed_run.project, "runs")["runs"][:2]
    assert (first["verdict"], first["steps"]["Trainer"], second["steps"]["Trainer"]) == ("pushed", "complete", "cached")
    assert first["figures"]["clips"] == 16 and second["figures"] == first["figures"]
    assert [(each["trained_by"], each["pushed_by"]) for each in (first, second)] == [(1, 1), (1, 1)]
    assert second["differs"] == []


def test_the_codes_digests_are_those_that_are_computed_later(pushed_run: PushedRun) -> None:
    first, *_ = read_records(pushed_run.project.output_dir).values()
    assert len(first.code) >= 10
    assert code_now(first.code) == first.code


def test_every_missed_clip_is_one_of_the_ledgers_test_segments(pushed_run: PushedRun) -> None:
    project = pushed_run.project
    missed = json.loads((project.artifact("ModelGate", "gate_report") / MISSES_FILE).read_text())
    entries = Entries(project.artifact("VideoExampleGen", "ledger") / ACCEPTED_FILE)
    tested = {entry["segment_id"]: entry["label"] for entry in entries if entry["split"] == "test"}
    matrix = project.gate()["confusion_matrix"]
    assert {name: label for label, names in missed.items() for name in names}.items() <= tested.items()
    assert sum(map(len, missed.values())) == sum(map(sum, matrix)) - sum(matrix[i][i] for i in range(len(matrix)))


def test_lineage_leads_from_the_version_to_the_videos_and_back(
    pushed_run: PushedRun, repeated_run: RepeatedRun
) -> None:
    (version,) = pushed_run.project.versions()
    found = ask(pushed_run.project, "lineage", version.name)
    steps = {step["step"]: step for step in found["steps"]}
    assert {"Pusher", "ModelGate", "Evaluator", "Trainer", "Transform", "VideoExampleGen"} <= set(steps)
    assert all(step["run"] == 1 for step in steps.values())
    for split, videos in found["splits"].items():
        (model,) = ask(pushed_run.project, "lineage", "--video", next(iter(videos)))["models"]
        assert (model["versions"], list(model["clips"])) == ([version.name], [split])


def test_a_configuration_is_written_that_says_the_same(pushed_run: PushedRun, repeated_run: RepeatedRun) -> None:
    project = pushed_run.project
    done = project.clipgate("reproduce", "1", "--config", "config.yaml", "-o", "again.yaml", "--force")
    assert done.returncode == 0, explain(done)
    assert load_config(project.folder / "again.yaml") == load_config(project.config_path)
