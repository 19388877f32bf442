"""Checkpoints, from which a training goes on after an interruption.

Keras's BackupAndRestore keeps weights, optimizer and the epoch's number. It forgets the best weights and the history, so that
learning curves, early stopping and plateaus begin anew. It writes weights and number one after the other, so that a kill
between them repeats an epoch. Here the state of an epoch and the history are one file, which replaces the one before in one
step. When to stop, when to decay and which epoch was best follow from the history.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from foundation.messages.progress import say
from models.training.history import History, best_epoch, eval_losses

Arrays = list[npt.NDArray[Any]]

_STATE_FILE = "state.npz"


class Checkpoint(NamedTuple):
    """`state`: all variables after the last epoch of the history; `best`: the weights of its best epoch, if there is one."""

    history: History
    state: Arrays
    best: Arrays | None


@dataclass(frozen=True)
class CheckpointFolder:
    """A folder for the newest checkpoint of one training, on any file system that TensorFlow knows."""

    path: str

    def save(self, checkpoint: Checkpoint) -> None:
        """Replace the old checkpoint; a process that is killed at any moment leaves either the old or the new one."""
        tf.io.gfile.makedirs(self.path)
        best = best_epoch(eval_losses(checkpoint.history))
        if checkpoint.best is not None and best == len(checkpoint.history) - 1:
            self._write(_best_file(best), checkpoint.best)
        # From here on the new best weights count, until here the old ones.
        self._write(_STATE_FILE, [np.array(json.dumps(checkpoint.history)), *checkpoint.state])
        for name in tf.io.gfile.listdir(self.path):
            if name not in (_STATE_FILE, _best_file(best)):
                tf.io.gfile.remove(f"{self.path}/{name}")

    def load(self) -> Checkpoint | None:
        """The last checkpoint; None if there is none. One that cannot be read is announced and left out."""
        if not tf.io.gfile.exists(f"{self.path}/{_STATE_FILE}"):
            return None
        try:
            text, *state = self._read(_STATE_FILE)
            history: History = json.loads(text.item())
            best = best_epoch(eval_losses(history))
            return Checkpoint(history, state, None if best is None else self._read(_best_file(best)))
        except (zipfile.BadZipFile, EOFError, ValueError, KeyError, tf.errors.OpError) as error:
            say(f"the checkpoint in {self.path} cannot be read ({error}); training starts anew")
            return None

    def clear(self) -> None:
        if tf.io.gfile.exists(self.path):
            tf.io.gfile.rmtree(self.path)

    def _write(self, name: str, arrays: Sequence[npt.NDArray[Any]]) -> None:
        content = io.BytesIO()
        np.savez(content, *arrays)
        temporary = f"{self.path}/{name}.partial"
        with tf.io.gfile.GFile(temporary, "wb") as file:
            file.write(content.getvalue())
        tf.io.gfile.rename(temporary, f"{self.path}/{name}", overwrite=True)

    def _read(self, name: str) -> Arrays:
        with tf.io.gfile.GFile(f"{self.path}/{name}", "rb") as file, np.load(io.BytesIO(file.read())) as arrays:
            return [arrays[f"arr_{i}"] for i in range(len(arrays.files))]


def _best_file(epoch: int | None) -> str:
    return f"best-{epoch}.npz"
