"""What a training is asked to do, and how workers get it."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from foundation.messages.errors import UserError
from models.config import ModelConfig
from models.training.config import TrainingConfig
from models.training.job import job_file, make_job, read_job, write_job
from models.training.own_process import run_worker


def fn_args(folder: Path) -> SimpleNamespace:
    """As TFX hands them over."""
    custom_config = {
        "model": ModelConfig(height=64).model_dump_json(),
        "training": TrainingConfig(epochs=3).model_dump_json(),
        "sampling": "{}",
        "classes": '["walk", "jump"]',
        "training_key": "key",
        "code_digest": "code",
        "checkpoint_dir": str(folder / "checkpoints/key"),
    }
    return SimpleNamespace(
        train_files=["train-*"],
        eval_files=["eval-*"],
        transform_graph_path="transform",
        serving_model_dir="serving",
        model_run_dir="run",
        base_model=None,
        hyperparameters=None,
        custom_config=custom_config,
    )


def test_a_job_says_what_tfx_says(tmp_path: Path) -> None:
    job = make_job(fn_args(tmp_path))
    assert job.model == ModelConfig(height=64)
    assert job.training == TrainingConfig(epochs=3)
    assert job.classes == ("walk", "jump")
    assert job.train_files == ("train-*",)


def test_workers_read_the_job_that_was_written(tmp_path: Path) -> None:
    job = make_job(fn_args(tmp_path))
    assert write_job(job) == job_file(job.config["checkpoint_dir"])
    assert read_job(job_file(job.config["checkpoint_dir"])) == job


def test_a_worker_without_a_cluster_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(UserError, match="needs the environment variable TF_CONFIG"):
        run_worker("job.json")


def test_what_goes_wrong_in_a_workers_process_is_raised_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CONFIG", "{}")
    with pytest.raises(RuntimeError, match="NotFoundError"):
        run_worker(str(tmp_path / "absent.json"))
