"""Watches the first steps of a training, to tell how long it will take."""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

_BatchT = TypeVar("_BatchT")

# The first step also traces the network, and the first batches wait for clips to be decoded.
_STEPS_BEFORE, _STEPS_MEASURED = 2, 5


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
