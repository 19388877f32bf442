"""Says how long a training will take, from its first steps."""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import tensorflow as tf

from foundation.messages.progress import announce
from foundation.messages.wording import counted, duration

_BatchT = TypeVar("_BatchT")

# The first step also traces the network, and the first batches wait for clips to be decoded.
_STEPS_BEFORE, _STEPS_MEASURED = 2, 5
# In evaluation there are no gradients, which take twice as long as the answers.
_EVALUATION_SHARE = 1 / 3
_LONG_SECONDS = 3600.0


def watched(batches: Iterator[_BatchT], tell: Callable[[float], None]) -> Iterator[_BatchT]:
    """The same batches; `tell` is called once with the median time of a step, in seconds, when some were done.

    A step is what is done between two batches that are asked for.
    """
    asked: list[float] = []
    for batch in batches:
        yield batch
        if len(asked) <= _STEPS_MEASURED + _STEPS_BEFORE:
            asked.append(time.monotonic())
            if len(asked) == _STEPS_MEASURED + _STEPS_BEFORE + 1:
                times = asked[_STEPS_BEFORE:]
                tell(statistics.median(later - earlier for earlier, later in zip(times, times[1:], strict=False)))


def training_seconds(step_seconds: float, num_epochs: int, train_steps: int, eval_steps: int) -> float:
    """How long epochs of so many steps take."""
    return num_epochs * (train_steps + eval_steps * _EVALUATION_SHARE) * step_seconds


def announce_duration(name: str, num_epochs: int, seconds: float) -> None:
    """Say how long a training takes at most, and what to do if that is long."""
    announce(f"{name}, {counted(num_epochs, 'epoch')}: about {duration(seconds)} on this machine")
    if seconds > _LONG_SECONDS and not tf.config.list_physical_devices("GPU"):
        announce(
            "without a GPU that is long: a smaller model.preset, fewer or smaller frames (model.num_frames, model.height, "
            "model.width) and fewer training.epochs take less time"
        )
