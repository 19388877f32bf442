"""Trainings to measure with: what the Trainer does with Examples, without the components around it."""

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from benchmarks.clips import transform, write_records
from benchmarks.timing import timed
from models.training.checkpoints import CheckpointFolder
from models.training.fit import Fitted
from models.training.job import Job
from models.training.learning import learn
from models.training.preparation import Preparation, prepare
from pipeline.config import Config


@dataclass(frozen=True)
class Trained:
    """What came of a training, and the computing time of all threads that it took."""

    prepared: Preparation
    fitted: Fitted
    cpu_seconds: float


def write_parts(folder: Path, parts: Mapping[str, Iterable[bytes]], config: Config, classes: Sequence[str]) -> None:
    """Examples of each part ('train', 'evaluation' and any others) as a file, and what Transform makes of 'train'."""
    for name, examples in parts.items():
        write_records(folder / f"{name}.gz", examples)
    transform(folder / "train.gz", folder / "transform", config.sampling, config.model, classes)


def train(folder: Path, config: Config, classes: Sequence[str], *, epochs: int, seed: int) -> Trained:
    # A folder for each: the checkpoint of one training must not shorten another.
    own = tempfile.mkdtemp(dir=folder)
    prepared = prepare_training(folder, config, classes, epochs=epochs, seed=seed)
    keras.utils.set_random_seed(seed)
    checkpoints = CheckpointFolder(f"{own}/checkpoints")
    fitted, times = timed(lambda: learn(prepared, tf.distribute.get_strategy(), checkpoints, own))
    return Trained(prepared, fitted, times["cpu_seconds"])


def prepare_training(folder: Path, config: Config, classes: Sequence[str], *, epochs: int, seed: int) -> Preparation:
    """What the Trainer prepares for the parts in `folder`."""
    training = config.training.model_copy(update={"epochs": epochs, "seed": seed})
    job = Job(
        train_files=(str(folder / "train.gz"),),
        eval_files=(str(folder / "evaluation.gz"),),
        transform_output=str(folder / "transform"),
        serving_model_dir="",
        model_run_dir="",
        base_model=None,
        config={
            "model": config.model.model_dump_json(),
            "training": training.model_dump_json(),
            "metadata": config.data.metadata_config.model_dump_json(),
            "sampling": config.sampling.model_dump_json(),
            "classes": json.dumps(classes),
            "tuner": "",
        },
    )
    return prepare(job)


def answers(trained: Trained, examples: Path) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The class of each clip in a file and that which the network finds most probable: int64 [num_clips] each."""
    network = trained.prepared.build()
    network.set_weights(trained.fitted.weights)
    batches = trained.prepared.batches
    source = replace(batches.train, patterns=[str(examples)])
    labels, found = [], []
    for frames, targets in replace(batches, evaluation=source).evaluation_batches(tf.distribute.InputContext()):
        # The last batch is filled up with clips of no class.
        is_clip = tf.reduce_any(targets > 0, 1)
        labels.append(tf.boolean_mask(tf.argmax(targets, 1), is_clip))
        found.append(tf.boolean_mask(tf.argmax(network(frames, training=False), 1), is_clip))
    return np.concatenate(labels), np.concatenate(found)
