"""The job of a training, in a form that can be handed to another process."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf

from models.config import ModelConfig
from models.metadata import MetadataConfig, Numbers, select_numbers
from models.training.config import TrainingConfig
from models.training.key import read_data_digest, training_key
from models.tuning.config import Values, assign, trial_values


@dataclass(frozen=True)
class Job:
    """Files to read, folders to write, and what to do.

    `base_model` is what `models.base_model.open_base` opens, None for a training that begins with random weights. `config` has
    JSON as `model`, `metadata`, `training`, `sampling`, `classes` and `tuner` (empty without a search), and three strings:
    `training_key` identifies all that determines the model, `checkpoint_dir` belongs to it alone, and `code_digest` is that of
    the trainer. What TFX hands over has `recipe` and `checkpoint_root` instead of the first two, of which and of the Examples'
    data they are made.
    """

    train_files: tuple[str, ...]
    eval_files: tuple[str, ...]
    transform_output: str
    serving_model_dir: str
    model_run_dir: str
    base_model: str | None
    config: Mapping[str, str]

    @property
    def model(self) -> ModelConfig:
        return ModelConfig.model_validate_json(self.config["model"])

    @property
    def training(self) -> TrainingConfig:
        return TrainingConfig.model_validate_json(self.config["training"])

    @property
    def numbers(self) -> Numbers:
        """What the network sees beside the pixels."""
        return select_numbers(self.model.metadata, MetadataConfig.model_validate_json(self.config["metadata"]))

    @property
    def classes(self) -> tuple[str, ...]:
        """Labels in the order of their ids."""
        return tuple(json.loads(self.config["classes"]))


def make_job(fn_args: Any) -> Job:
    """The job in what TFX hands to `run_fn` or `tuner_fn`; the results of a search replace values of the configuration."""
    config = with_values(fn_args.custom_config, trial_values((fn_args.hyperparameters or {}).get("values", {})))
    # A pattern of files in the folder of a split, which stands beside the others.
    examples = Path(fn_args.train_files[0]).parents[1]
    key = training_key(read_data_digest(str(examples)), config["recipe"])
    return Job(
        train_files=tuple(fn_args.train_files),
        eval_files=tuple(fn_args.eval_files),
        transform_output=fn_args.transform_graph_path,
        serving_model_dir=fn_args.serving_model_dir,
        model_run_dir=fn_args.model_run_dir,
        base_model=fn_args.base_model,
        config={**config, "training_key": key, "checkpoint_dir": f"{config['checkpoint_root']}/{key}"},
    )


def with_values(config: Mapping[str, str], values: Values) -> dict[str, str]:
    """A job's `config` with other values at the keys of `model` and `training` that `values` names."""
    sections = assign({name: json.loads(config[name]) for name in ("model", "training")}, values)
    return {**config, **{name: json.dumps(section) for name, section in sections.items()}}


def job_file(checkpoint_dir: str) -> str:
    """Path at which the workers of a training find its job."""
    return f"{checkpoint_dir}.job.json"


def write_job(job: Job) -> str:
    """Write the job for its workers; return the path."""
    path = job_file(job.config["checkpoint_dir"])
    tf.io.gfile.makedirs(path.rpartition("/")[0])
    with tf.io.gfile.GFile(f"{path}.partial", "w") as file:
        file.write(json.dumps(asdict(job)))
    tf.io.gfile.rename(f"{path}.partial", path, overwrite=True)
    return path


def read_job(path: str) -> Job:
    """The inverse of `write_job`."""
    with tf.io.gfile.GFile(path) as file:
        values = json.load(file)
    files = {name: tuple(values[name]) for name in ("train_files", "eval_files")}
    return Job(**(values | files))
