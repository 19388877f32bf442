"""Trains and exports; TFX's Trainer calls `run_fn`."""

import json
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from foundation.messages.progress import say
from models.export_info import ExportInfo
from models.heads import heads_of
from models.labelling import Labelling
from models.networks.cost import report_cost
from models.serving import ServingModule, export
from models.training.checkpoints import CheckpointFolder
from models.training.distribution import is_chief, make_strategy
from models.training.folds import model_thresholds
from models.training.history import History, best_epoch, eval_losses, write_history
from models.training.job import Job, job_file, make_job, write_job
from models.training.learning import learn
from models.training.own_process import run_worker
from models.training.preparation import prepare
from models.training.worth import worth_of_numbers
from models.worth import write_worth


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
    """Train and export; of several workers the first exports."""
    strategy = make_strategy(job.training)
    prepared = prepare(job)
    if is_chief(strategy):
        report_cost(prepared.build(), Path(job.model_run_dir), str(prepared.pretrained or ""))
    keras.utils.set_random_seed(job.training.seed)
    checkpoints = CheckpointFolder(job.config["checkpoint_dir"])
    started = time.monotonic()
    fitted = learn(prepared, strategy, checkpoints, job.model_run_dir)
    if not is_chief(strategy):
        return
    say(f"{_describe(fitted.history)}; trained for {time.monotonic() - started:.0f} s")
    write_history(fitted.history, Path(job.model_run_dir))

    # The export computes in float32 and on one device, however it was trained.
    network = prepared.build()
    network.set_weights(fitted.weights)
    card = prepared.batches.train.numbers_card
    thresholds = model_thresholds(prepared, network)
    heads = heads_of(job.classes, job.model.labels)
    labelling = Labelling.by(job.classes, thresholds, heads)
    worth = worth_of_numbers(network, prepared.batches, labelling) if card.numbers.width else None
    if worth:
        say(worth.sentence)
        write_worth(worth, Path(job.model_run_dir))
    info = ExportInfo(
        job.classes,
        json.loads(job.config["model"]),
        json.loads(job.config["sampling"]),
        job.config["training_key"],
        prepared.base.fingerprint if prepared.base else "",
        {"mean": prepared.channel_mean, "std": prepared.channel_std},
        {
            label: [round(float(value), 3) for value in np.percentile(seconds, (10, 50, 90))]
            for label, seconds in prepared.batches.train.seconds_by_label().items()
        },
        job.config["code_digest"],
        thresholds,
        card.as_json() if card.numbers.width else {},
        worth.as_json() if worth else {},
        heads,
    )
    transform = prepared.batches.train.transform
    module = ServingModule(network, transform, job.model, job.classes, thresholds, card)
    export(module, info, job.serving_model_dir)
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
