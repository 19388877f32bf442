"""Labels while a video is still running, by a causal network."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from components.video.images import Frame, scale_short_side
from pipeline.prediction.frames import TimedFrame

Signature = Callable[..., dict[str, Any]]

NUM_STREAMS = 4


class Relay:
    """Which of several states answers: each begins anew after `lifetime` frames, one after the other.

    A network that never forgets is little use after the first action; one that has just begun knows too little. The oldest
    state has seen at least `num_frames` frames, once that many have come.
    """

    def __init__(self, num_frames: int) -> None:
        self._lifetime = math.ceil(num_frames * NUM_STREAMS / (NUM_STREAMS - 1))
        self._starts = [index * self._lifetime // NUM_STREAMS for index in range(NUM_STREAMS)]
        self._num_seen = 0
        self._ages = [0] * NUM_STREAMS

    def advance(self) -> tuple[list[bool], int]:
        """For the next frame: which states begin anew with it, and which one answers."""
        fresh = [self._num_seen > 0 and self._num_seen % self._lifetime == start for start in self._starts]
        self._ages = [1 if is_fresh else age + 1 for is_fresh, age in zip(fresh, self._ages, strict=True)]
        self._num_seen += 1
        return fresh, self._ages.index(max(self._ages))


class StreamClassifier:
    """Probabilities after each frame of one endless video."""

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
        """The next frame (BGR, uint8 [height, width, 3]): float32 [classes]."""
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


@dataclass(frozen=True)
class ActionChange:
    """From `seconds` on the label is another one; None is no action."""

    seconds: float
    label: str | None
    score: float
    probabilities: tuple[float, ...]


def changes(
    frames: Iterable[TimedFrame],
    probabilities: Callable[[Frame], npt.NDArray[np.float32]],
    classes: Sequence[str],
    threshold: float,
    background: str | None,
) -> Iterator[ActionChange]:
    """Whenever the label changes, and for the first frame: the most probable class, if it reaches `threshold`."""
    last: ActionChange | None = None
    for frame in frames:
        values = probabilities(frame.image)
        best = int(values.argmax())
        is_action = values[best] >= threshold and classes[best] != background
        change = ActionChange(
            frame.seconds, classes[best] if is_action else None, float(values[best]), tuple(values.tolist())
        )
        if last is None or change.label != last.label:
            yield change
            last = change
