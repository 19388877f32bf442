"""What a training is asked to do, and how workers get it."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from foundation.messages.errors import UserError
from models.config import ModelConfig
from models.training.config import TrainingConfig
from models.training.job import job_file, make_job, read_job, write_job
from models.training.key import training_key, write_data_digest
from models.training.own_process import run_worker


def fn_args(folder: Path, data_digest: str = "data") -> SimpleNamespace:
    """As TFX hands them over."""
    custom_config = {
        "model": ModelConfig(height=64).model_dump_json(),
        "training": TrainingConfig(epochs=3).model_dump_json(),
        "metadata": "{}",
        "sampling": "{}",
        "classes": '["walk", "jump"]',
        "code_digest": "code",
        "recipe": "recipe",
        "checkpoint_root": str(folder / "checkpoints"),
    }
    (folder / "examples").mkdir(exist_ok=True)
    write_data_digest(str(folder / "examples"), data_digest)
    return SimpleNamespace(
        train_files=[f"{folder}/examples/Split-train/*"],
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
    assert job.train_files == (f"{tmp_path}/examples/Split-train/*",)


def test_a_training_is_known_by_the_data_that_its_examples_were_made_from_and_goes_on_where_none_of_others_does(
    tmp_path: Path,
) -> None:
    first, grown = (make_job(fn_args(tmp_path, digest)).config for digest in ("data", "grown"))
    assert first["training_key"] == training_key("data", "recipe") != training_key("data", "another recipe")
    assert grown["training_key"] == training_key("grown", "recipe") != first["training_key"]
    assert [config["checkpoint_dir"] for config in (first, grown)] == [
        f"{tmp_path}/checkpoints/{config['training_key']}" for config in (first, grown)
    ]


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
