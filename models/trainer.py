"""Training: TFX's Trainer calls `run_fn`."""

import json
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from models.base_model import open_base
from models.card import ModelCard
from models.data import ClipSource
from models.networks.build import build_network
from models.networks.cost import report_cost
from models.progress import say
from models.serving import ServingModule, export
from models.training.batches import Batches
from models.training.checkpoints import CheckpointFolder
from models.training.distribution import is_chief, make_strategy
from models.training.fit import fit
from models.training.history import History, best_epoch, eval_losses, write_history
from models.training.job import Job, job_file, make_job, write_job
from models.training.own_process import run_worker
from models.training.precision import choose_policy, dtype_policy
from models.training.warm_start import begin_with, read_weights


def run_fn(fn_args: Any) -> None:
    """Train on the `train` split, stop early on `eval`, export to `fn_args.serving_model_dir`.

    `fn_args.custom_config` is described in `models.training.job`.
    """
    job = make_job(fn_args)
    if job.training.distribution == "multi_worker":
        run_worker(write_job(job))
    else:
        train(job)


def train(job: Job) -> None:
    """Train and export; of several workers the first one exports."""
    model_config, training, classes = job.model, job.training, job.classes
    strategy = make_strategy(training)
    transform = tft.TFTransformOutput(job.transform_output)
    base = open_base(Path(job.base_model)) if job.base_model else None
    base_weights = read_weights(base, model_config) if base else None
    sources = [ClipSource(files, transform, model_config) for files in (job.train_files, job.eval_files)]
    # Weights mean something for the colours that they were trained on.
    mean, std = (base_weights and base_weights.normalization) or sources[0].channel_statistics()
    batches = Batches(sources[0], sources[1], classes, training)

    def build() -> keras.Model:
        return build_network(
            model_config,
            num_classes=len(classes),
            dropout=training.dropout,
            drop_path=training.stochastic_depth,
            channel_mean=mean,
            channel_std=std,
            class_counts=np.bincount(batches.train_labels, minlength=len(classes)).tolist(),
        )

    def build_for_training() -> keras.Model:
        with dtype_policy(choose_policy(training.precision)):
            network = build()
        if base_weights and training.warm_start:
            begin_with(network, base_weights, classes, training.warm_start.frozen_through)
        return network

    if is_chief(strategy):
        report_cost(build(), Path(job.model_run_dir))
    keras.utils.set_random_seed(training.seed)
    checkpoints = CheckpointFolder(job.config["checkpoint_dir"])
    started = time.monotonic()
    fitted = fit(build_for_training, batches, strategy, checkpoints, job.model_run_dir)
    if not is_chief(strategy):
        return
    say(f"{_describe(fitted.history)}; trained for {time.monotonic() - started:.0f} s")
    write_history(fitted.history, Path(job.model_run_dir))

    # What is exported computes in float32 and on one device, whatever trained it.
    network = build()
    network.set_weights(fitted.weights)
    card = ModelCard(
        classes,
        json.loads(job.config["model"]),
        json.loads(job.config["sampling"]),
        job.config["training_key"],
        base.fingerprint if base else "",
        {"mean": mean, "std": std},
    )
    export(ServingModule(network, transform, model_config, classes), card, job.serving_model_dir)
    checkpoints.clear()
    if tf.io.gfile.exists(job_file(checkpoints.path)):
        tf.io.gfile.remove(job_file(checkpoints.path))


def _describe(history: History) -> str:
    best = best_epoch(eval_losses(history)) or 0
    later = history[1:] or history  # the first epoch includes tracing the network and decoding the clips
    clips_per_second = len(later) / sum(1 / epoch["clips_per_second"] for epoch in later)
    return (
        f"best of {len(history)} epochs: {best + 1}, eval loss {history[best]['val_loss']:.2f}, "
        f"eval accuracy {history[best]['val_accuracy']:.2f}; {clips_per_second:.1f} clips/s"
    )
