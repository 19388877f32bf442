"""Runs in a tracking server."""

from pathlib import Path

import pytest

from foundation.messages.errors import UserError
from pipeline.config import check_config
from pipeline.runs.record import read_records
from pipeline.tracking.config import TrackingConfig
from pipeline.tracking.sending import log_run
from tests.ports import free_addresses


def record_file(project: Path, number: int) -> Path:
    (path,) = [path for path, record in read_records(project / "out").items() if record.number == number]
    return path


def test_without_an_address_nothing_is_done(five_runs: Path) -> None:
    assert log_run(TrackingConfig(), five_runs / "nowhere", five_runs) == ""


def test_a_password_in_the_address_is_refused() -> None:
    values = {"output_dir": "o", "data": {"annotations": "a", "videos": "v"}}
    with pytest.raises(UserError, match="tracking.mlflow: .* set MLFLOW_TRACKING_USERNAME"):
        check_config({**values, "tracking": {"mlflow": "https://ann:secret@server"}}, "c.yaml")


def test_a_run_is_logged_with_its_parameters_figures_and_files(
    five_runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlflow = pytest.importorskip("mlflow")
    # Servers have a data base, for which the client alone has no code.
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    address = (tmp_path / "mlruns").as_uri()
    for number in (1, 5):
        said = log_run(TrackingConfig(mlflow=address), record_file(five_runs, number), five_runs / "out")
        assert said.startswith(f"logged: run-{number} of experiment test in {address}")
    client = mlflow.MlflowClient(tracking_uri=address)
    runs = client.search_runs([client.get_experiment_by_name("test").experiment_id])
    pushed, failed = sorted(runs, key=lambda run: str(run.info.run_name))
    assert (pushed.info.run_name, pushed.info.status, failed.info.status) == ("run-1", "FINISHED", "FAILED")
    assert pushed.data.params["training.epochs"] == "6"
    assert (pushed.data.metrics["test/accuracy"], pushed.data.metrics["test/recall/sit"]) == (0.625, 0.25)
    assert pushed.data.tags["clipgate.verdict"] == "pushed"
    assert "data.videos: nowhere" in failed.data.tags["mlflow.note.content"]
    assert {"gate.json", "misses.json"} <= {each.path for each in client.list_artifacts(pushed.info.run_id)}


def test_a_server_that_is_not_there_fails_no_run(five_runs: Path) -> None:
    pytest.importorskip("mlflow")
    (address,) = free_addresses(1)
    said = log_run(TrackingConfig(mlflow=f"http://{address}"), record_file(five_runs, 1), five_runs / "out")
    assert said.startswith("tracking.mlflow: not logged: ")
