"""The windows of a video on their way to a model: many at a time, while the video goes by."""

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

from components.video.config import SamplingConfig
from components.video.faults import sorted_out
from components.video.magic import read_head, why_no_video
from components.video.reader import VideoError
from components.video.tasks import Clip, Ending
from components.video.times import broken_promise
from pipeline.prediction.classifier import BATCH_SIZE

# (seconds read, seconds in all)
OnProgress = Callable[[float, float], None]
# Takes clips, in the order of their ends, of which none is without frames.
OnClips = Callable[[Sequence[Clip]], Any]
# Windows that begin at different moments; of windows a fifth of a second apart, those of ten days.
_MOST_STARTS = 5_000_000


class WindowReading:
    """Hands the windows of one video on, up to `BATCH_SIZE` at a time, and knows how far the video was read."""

    def __init__(self, on_clips: OnClips, step_seconds: float, on_progress: OnProgress) -> None:
        """`step_seconds`: from window to window."""
        self._on_clips = on_clips
        self._step_seconds = step_seconds
        self._on_progress = on_progress
        self._waiting: list[Clip] = []
        self._promised_seconds: float | None = None
        self.start_seconds = 0.0
        self.end_seconds = 0.0

    def read(self, clips: Generator[Clip, None, Ending]) -> None:
        """Take all windows of a video, and where it ends.

        Raises:
          VideoError: the video breaks; `close` hands on what came before.
        """
        while True:
            try:
                self._add(next(clips))
            except StopIteration as stop:
                ending: Ending = stop.value
                self.end_seconds = max(self.end_seconds, ending.seconds)
                return

    def check_end(self, sampling: SamplingConfig) -> None:
        """Nothing, if the video has as many seconds as its header promises, or nearly.

        Raises:
          VideoError: it has fewer, or no frame at all.
        """
        if self._promised_seconds is None:
            raise VideoError("segment_too_short", "it holds no frame")
        missing_seconds = self._promised_seconds - self.end_seconds
        if message := broken_promise(missing_seconds, self._promised_seconds, sampling):
            raise VideoError("video_incomplete", message)

    def close(self) -> None:
        """Hand on what is still waiting."""
        if self._waiting:
            clips, self._waiting = self._waiting, []
            self._on_clips(clips)
            self._on_progress(self.end_seconds, clips[-1].video.duration_seconds)

    def _add(self, clip: Clip) -> None:
        if clip.read_seconds > _MOST_STARTS * self._step_seconds:
            raise VideoError(
                "video_too_large", f"its frames go on to {clip.read_seconds:.0f} s; its time stamps may be wrong"
            )
        self.end_seconds = max(self.end_seconds, clip.read_seconds)
        self.start_seconds = clip.video.start_seconds
        self._promised_seconds = clip.video.promised_seconds
        self._waiting.append(clip)
        if len(self._waiting) == BATCH_SIZE:
            self.close()


def require_video(path: Path) -> None:
    """Raise VideoError if there is no file, or it does not begin like a video."""
    if not path.is_file():
        raise VideoError("video_missing", "there is no such file")
    with sorted_out(path):
        head = read_head(path)
    if objection := why_no_video(head):
        raise VideoError("not_a_video", objection)
