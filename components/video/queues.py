"""What is still to be begun while a video goes by: listed tasks, or windows without end."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from components.video.config import SamplingConfig
from components.video.reader import VideoInfo
from components.video.tasks import ClipTask, Span, make_tasks


class TaskQueue(Protocol):
    """Tasks in the order of their starts."""

    def begin(self, index: int, seconds: float) -> list[ClipTask]:
        """Takes out what begins at this frame or before it."""

    def rest(self) -> Sequence[ClipTask]:
        """What has not begun at the end of the video, and has to be answered all the same."""

    def is_empty(self) -> bool:
        """Whether nothing is left, so that reading may stop."""


class ListedTasks:
    """A queue of given tasks, in any order."""

    def __init__(self, tasks: Sequence[ClipTask]) -> None:
        pending = sorted(tasks, key=lambda task: task.plan.start, reverse=True)
        self._in_frames = [task for task in pending if task.in_frames]
        self._in_seconds = [task for task in pending if not task.in_frames]

    def begin(self, index: int, seconds: float) -> list[ClipTask]:
        begun = []
        for pending, position in ((self._in_frames, index), (self._in_seconds, seconds)):
            while pending and pending[-1].plan.start <= position:
                begun.append(pending.pop())
        return begun

    def rest(self) -> Sequence[ClipTask]:
        return [*reversed(self._in_frames), *reversed(self._in_seconds)]

    def is_empty(self) -> bool:
        return not (self._in_frames or self._in_seconds)


@dataclass(frozen=True)
class Windows:
    """Stretches of each of the lengths, which begin every `step_seconds` as long as the video lasts."""

    lengths_seconds: tuple[float, ...]
    step_seconds: float

    def __post_init__(self) -> None:
        if not (self.lengths_seconds and min(self.lengths_seconds) > 0 and self.step_seconds > 0):
            raise ValueError(f"lengths and step have to be positive; received {self}")


class WindowTasks:
    """The windows of a video. They are made one after the other: a video of hours needs no more memory than one of seconds."""

    def __init__(self, windows: Windows, sampling: SamplingConfig, info: VideoInfo) -> None:
        """A length beyond the video's becomes that."""
        longest = info.duration_seconds or float("inf")
        self._lengths = sorted({min(length, longest) for length in windows.lengths_seconds})
        self._step_seconds = windows.step_seconds
        self._sampling = sampling
        self._info = info
        self._num_begun = 0

    def begin(self, index: int, seconds: float) -> list[ClipTask]:
        tasks: list[ClipTask] = []
        # After a gap in the video only those windows begin that reach beyond it: time stamps may lie by years.
        self._num_begun = max(self._num_begun, math.floor((seconds - self._lengths[-1]) / self._step_seconds))
        while (start := self._num_begun * self._step_seconds) <= seconds:
            for number, length in enumerate(self._lengths):
                span = Span(start, start + length)
                window = self._num_begun * len(self._lengths) + number
                tasks += make_tasks(window, span, self._sampling, self._info, None)
            self._num_begun += 1
        return tasks

    def rest(self) -> Sequence[ClipTask]:
        """Where the video has ended no window begins."""
        return []

    def is_empty(self) -> bool:
        """Only the end of the video is their end."""
        return False


def in_seconds(sampling: SamplingConfig, info: VideoInfo) -> SamplingConfig:
    """`sampling` for one window: steps of frames become seconds by the nominal rate, so that one pass will do."""
    step_frames = 1 if sampling.method == "dense" else sampling.step_frames
    changed: dict[str, object] = {"window_seconds": None, "window_stride_seconds": None}
    if step_frames and info.frame_seconds:
        changed |= {"method": "step", "step_frames": None, "step_seconds": step_frames * info.frame_seconds}
    return SamplingConfig.model_validate(sampling.model_dump() | changed)
