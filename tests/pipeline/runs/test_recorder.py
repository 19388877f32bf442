"""What a run's record holds, however the run ends."""

from pathlib import Path

import pytest

from pipeline.config import Config
from pipeline.launch import exclusive
from pipeline.runs.record import RunRecord, log_folder, read_records
from pipeline.runs.recorder import Recorder
from tests.pipeline.runs.five_runs import ERROR, FIRST, SECOND


@pytest.fixture
def config(tmp_path: Path) -> Config:
    log_folder(tmp_path / "out").mkdir(parents=True)
    return Config.model_validate(
        {"output_dir": str(tmp_path / "out"), "data": {"annotations": "/a.csv", "videos": "/v"}}
    )


def begin(config: Config, name: str = "run-20260101-000000") -> Recorder:
    folder = Path(config.output_dir)
    return Recorder(log_folder(folder) / f"{name}.log", folder.parent / "config.yaml", config, "pipeline.local")


def records(folder: Path) -> list[RunRecord]:
    return list(read_records(folder).values())


def test_each_run_has_its_number_its_configuration_and_its_end(five_runs: Path) -> None:
    found = records(five_runs / "out")
    assert [(each.number, each.verdict) for each in found] == [
        (1, "pushed"),
        (2, "interrupted"),
        (3, "pushed"),
        (4, "rejected"),
        (5, "failed"),
    ]
    assert [each.config["training"]["epochs"] for each in found] == [6, 12, 12, 12, 12]
    assert [each.version_number for each in found] == [FIRST, "", SECOND, "", ""]
    assert [each.resumed_after_epoch for each in found] == [None, None, 4, None, None]
    assert (found[4].error, found[4].error_kind) == (ERROR, "user")
    assert found[3].reasons == ("class 'wave': recall 0.875, bar at least 0.9",)
    assert all(each.software["python"] and each.source_digest for each in found)


def test_the_figures_are_those_of_the_gate_report(five_runs: Path) -> None:
    first, _, _, rejected, failed = records(five_runs / "out")
    assert first.figures and rejected.figures
    assert (first.figures.accuracy, first.figures.worst) == (0.625, ("sit", 0.25))
    assert rejected.figures.worst == ("wave", 0.875)
    assert failed.figures is None


def test_artifacts_are_known_by_paths_that_a_move_does_not_change(five_runs: Path) -> None:
    first = records(five_runs / "out")[0]
    assert first.artifacts["ModelGate.gate_report"] == "pipeline/ModelGate/gate_report/1"
    assert first.version == f"serving/action/{FIRST}"


def test_curves_are_called_after_the_run(five_runs: Path) -> None:
    links = sorted((five_runs / "out" / "tensorboard").iterdir())
    assert [link.name for link in links] == ["run-1", "run-2", "run-3"]
    assert str(links[2].readlink()) == "../pipeline/Trainer/model_run/3/tensorboard"


def test_a_run_is_running_while_it_works_and_killed_when_nobody_has_ended_it(tmp_path: Path, config: Config) -> None:
    with exclusive(tmp_path / "out"):
        begin(config).__enter__()
        assert [each.verdict for each in records(tmp_path / "out")] == ["running"]
    assert [each.verdict for each in records(tmp_path / "out")] == ["killed"]


def test_only_the_newest_can_be_at_work(tmp_path: Path, config: Config) -> None:
    with exclusive(tmp_path / "out"):
        for name in ("run-20260101-000000", "run-20260101-000001"):
            begin(config, name).__enter__()
        assert [each.verdict for each in records(tmp_path / "out")] == ["killed", "running"]


def test_a_record_that_cannot_be_written_ends_no_run(tmp_path: Path, config: Config) -> None:
    (tmp_path / "out" / "logs" / "run-20260101-000000.json").mkdir()
    with begin(config) as recorder:
        recorder.end(None, "no space left", "machine")
    assert recorder.record.verdict == "failed"


def test_what_is_no_record_is_left_out(tmp_path: Path, config: Config) -> None:
    with begin(config) as recorder:
        recorder.end(None, "words", "internal")
    for name, text in (("run-20260101-000001.json", "{"), ("run-20260101-000002.json", '{"number": "x"}')):
        (tmp_path / "out" / "logs" / name).write_text(text)
    assert [each.error for each in records(tmp_path / "out")] == ["words"]


def test_numbers_go_on_where_old_records_were_removed(tmp_path: Path, config: Config) -> None:
    for name in ("run-20260101-000000", "run-20260101-000001"):
        with begin(config, name):
            pass
    (tmp_path / "out" / "logs" / "run-20260101-000000.json").unlink()
    assert begin(config, "run-20260101-000002").record.number == 3
