"""Labels a video while it is still running, with a causal network."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from components.video.images import Frame, scale_short_side
from models.labelling import Labelling
from pipeline.prediction.frames import TimedFrame

Signature = Callable[..., dict[str, Any]]

NUM_STREAMS = 4


class Relay:
    """Decides which of several states answers. Each begins anew after its lifetime, one after the other.

    A state that never forgets is little use after the first action, and one that has just begun knows too little. Once
    `num_frames` frames have come, the oldest state has seen at least as many.
    """

    def __init__(self, num_frames: int) -> None:
        self._lifetime = math.ceil(num_frames * NUM_STREAMS / (NUM_STREAMS - 1))
        self._starts = [index * self._lifetime // NUM_STREAMS for index in range(NUM_STREAMS)]
        self._num_seen = 0
        self._ages = [0] * NUM_STREAMS

    def advance(self) -> tuple[list[bool], int]:
        """The states that begin anew with the next frame, as a mask, and the index of the one that answers."""
        fresh = [self._num_seen > 0 and self._num_seen % self._lifetime == start for start in self._starts]
        self._ages = [1 if is_fresh else age + 1 for is_fresh, age in zip(fresh, self._ages, strict=True)]
        self._num_seen += 1
        return fresh, self._ages.index(max(self._ages))


class StreamClassifier:
    """Gives probabilities after each frame of one endless video."""

    def __init__(self, init: Signature, step: Signature, num_frames: int, short_side: int) -> None:
        """`init` and `step`: a model's `stream_init` and `stream_step`; the rest: what it was trained with."""
        import tensorflow as tf

        self._tf = tf
        self._step = step
        self._short_side = short_side
        self._relay = Relay(num_frames)
        self._begin = init(num_streams=tf.constant(NUM_STREAMS))
        self._state = dict(self._begin)

    def add(self, image: Frame) -> npt.NDArray[np.float32]:
        """Probabilities, float32 [classes], with the next frame: BGR, uint8 [height, width, 3]."""
        tf = self._tf
        fresh, oldest = self._relay.advance()
        for name, begin in self._begin.items():
            mask = tf.reshape(tf.constant(fresh), [-1] + [1] * (len(begin.shape) - 1))
            self._state[name] = tf.where(mask, begin, self._state[name])
        small = scale_short_side(image, self._short_side)
        rgb = np.ascontiguousarray(small[..., ::-1])[np.newaxis, np.newaxis]  # [1, 1, height, width, 3]
        answer = self._step(frames=tf.constant(np.repeat(rgb, NUM_STREAMS, axis=0)), **self._state)
        self._state = {name: answer[name] for name in self._state}
        return np.asarray(answer["probabilities"])[oldest]


class ActionChange(NamedTuple):
    """Other labels from `seconds` on, the most probable first; without any there is no action."""

    seconds: float
    labels: tuple[str, ...]
    probabilities: tuple[float, ...]


def changes(
    frames: Iterable[TimedFrame],
    probabilities: Callable[[Frame], npt.NDArray[np.float32]],
    labelling: Labelling,
    threshold: float,
    background: str | None,
) -> Iterator[ActionChange]:
    """The labels of the first frame, and those of each frame that has others than the one before.

    What is less probable than `threshold` is no label, and neither is the background.
    """
    last: ActionChange | None = None
    for frame in frames:
        values = probabilities(frame.image)
        scores = dict(zip(labelling.classes, values, strict=True))
        labels = tuple(each for each in labelling.labels(values) if scores[each] >= threshold and each != background)
        if last is None or set(labels) != set(last.labels):
            last = ActionChange(frame.seconds, labels, tuple(values.tolist()))
            yield last
