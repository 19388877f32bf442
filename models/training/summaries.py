"""Logs for TensorBoard: `tensorboard --logdir <model_run_dir>`."""

from collections.abc import Mapping

import tensorflow as tf

TENSORBOARD_FOLDER = "tensorboard"
_EVAL_PREFIX = "val_"


class Summaries:
    """Writes each epoch's measures; training and validation are two runs, so that their curves share a plot."""

    def __init__(self, model_run_dir: str) -> None:
        folder = f"{model_run_dir}/{TENSORBOARD_FOLDER}"
        self._train, self._eval = (tf.summary.create_file_writer(f"{folder}/{run}") for run in ("train", "eval"))

    def write(self, epoch: int, measures: Mapping[str, float]) -> None:
        """`epoch` counts from 0; names that begin with `val_` are measures of the validation."""
        for name, value in measures.items():
            writer = self._eval if name.startswith(_EVAL_PREFIX) else self._train
            with writer.as_default(step=epoch + 1):
                tf.summary.scalar(name.removeprefix(_EVAL_PREFIX), value)
        self._train.flush()
        self._eval.flush()
