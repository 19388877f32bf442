"""A video in small: grey frames a few times a second, from one pass, for whatever is measured on pixels."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from components.video.capture import open_video
from components.video.clips import check_size, counted, known_end
from components.video.config import SamplingConfig
from components.video.images import Frame, encode_jpeg, scale_short_side, thumbnail
from components.video.reader import VideoInfo
from components.video.tasks import Span

PICTURES_OF_A_SPAN = 3
_LEAST_SPACING_SECONDS = 0.06
_MOST_FRAMES = 4096
_PICTURE_SIDE, _PICTURE_QUALITY = 96, 80


@dataclass(frozen=True)
class Survey:
    """What one pass over a video kept of it.

    Attributes:
      video: what was known of the video before it was read.
      seconds: float64 [num_kept], presentation times of the kept frames, ascending.
      indices: int64 [num_kept], how many frames of the video come before each.
      frames: uint8 [num_kept, 64, 64], their grey values; width and height are scaled independently.
      end_seconds: when the last frame ends.
      pictures: for each span that was asked for, JPEGs of its first, middle and last frame.
    """

    video: VideoInfo
    seconds: npt.NDArray[np.float64]
    indices: npt.NDArray[np.int64]
    frames: Frame
    end_seconds: float
    pictures: tuple[tuple[bytes, ...], ...]


def read_survey(
    path: Path,
    spans: Sequence[Span],
    sampling: SamplingConfig,
    *,
    num_threads: int = 1,
    on_frame: Callable[[], None] = lambda: None,
) -> Survey:
    """Read a video front to back; only the frames that are kept are converted.

    Frames are 0.06 s apart or more (12 to 16 a second at the usual rates). From 4096 on every second one is dropped and
    the distance doubled, so that memory does not depend on the video's length: up to four minutes nothing is lost.

    Raises:
      VideoError: the file cannot be opened, yields no frame, or exceeds a limit of `sampling`.
    """
    with open_video(path, num_threads) as reader:
        check_size(reader.info, sampling)
        info = known_end(reader, on_frame) if any(span.end is None for span in spans) else reader.info
        pictures = _Pictures(spans, info)
        kept: list[tuple[float, int, Frame]] = []
        spacing = _LEAST_SPACING_SECONDS
        end_seconds = 0.0
        for index, shown in counted(reader, sampling, on_frame):
            end_seconds = shown.end_seconds
            is_kept = not kept or shown.seconds - kept[-1][0] >= spacing
            due = pictures.due(index, shown.seconds)
            if not (is_kept or due):
                continue
            frame = shown.retrieve()
            pictures.take(frame, due)
            if is_kept:
                kept.append((shown.seconds, index, thumbnail(frame)))
            if len(kept) == _MOST_FRAMES:
                kept, spacing = kept[::2], spacing * 2
        return Survey(
            video=info,
            seconds=np.array([seconds for seconds, _, _ in kept]),
            indices=np.array([index for _, index, _ in kept]),
            frames=np.stack([frame for _, _, frame in kept]),
            end_seconds=end_seconds,
            pictures=pictures.finished(),
        )


class _Pictures:
    """Waits for the first, the middle and the last frame of each span."""

    def __init__(self, spans: Sequence[Span], info: VideoInfo) -> None:
        self._jpegs: list[list[bytes]] = [[b""] * PICTURES_OF_A_SPAN for _ in spans]
        targets = [
            (position, span.in_frames, (number, slot))
            for number, span in enumerate(spans)
            for slot, position in enumerate(_positions(span, info))
        ]
        targets.sort(key=lambda target: target[0], reverse=True)
        self._pending = {
            in_frames: [(position, place) for position, in_units, place in targets if in_units is in_frames]
            for in_frames in (False, True)
        }
        self._last: Frame | None = None

    def due(self, index: int, seconds: float) -> list[tuple[int, int]]:
        """The (span, which of its pictures) that this frame is for."""
        return [*self._pop(self._pending[True], index), *self._pop(self._pending[False], seconds)]

    def take(self, frame: Frame, due: Sequence[tuple[int, int]]) -> None:
        """Keep `frame` for those that are due."""
        self._last = frame
        jpeg = _picture(frame) if due else b""
        for number, slot in due:
            self._jpegs[number][slot] = jpeg

    def finished(self) -> tuple[tuple[bytes, ...], ...]:
        """All pictures; the last frame seen stands for those that lie beyond the end."""
        missing = self._last is not None and any(not jpeg for jpegs in self._jpegs for jpeg in jpegs)
        last = _picture(self._last) if missing and self._last is not None else b""
        return tuple(tuple(jpeg or last for jpeg in jpegs) for jpegs in self._jpegs)

    @staticmethod
    def _pop(pending: list[tuple[float, tuple[int, int]]], now: float) -> Iterator[tuple[int, int]]:
        while pending and pending[-1][0] <= now:
            yield pending.pop()[1]


def _positions(span: Span, info: VideoInfo) -> tuple[float, float, float]:
    frame_seconds = info.likely_frame_seconds
    unit = frame_seconds if span.in_frames else 1.0
    duration = info.duration_seconds - (info.start_seconds if span.in_frames else 0.0)
    end = max(span.start, duration / unit) if span.end is None else span.end
    last = max(span.start, end - frame_seconds / unit)
    return span.start, (span.start + last) / 2, last


def _picture(frame: Frame) -> bytes:
    return encode_jpeg(scale_short_side(frame, _PICTURE_SIDE), _PICTURE_QUALITY)
