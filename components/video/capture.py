"""A video file as a sequence of frames with their presentation times, front to back, by OpenCV.

Nothing seeks: OpenCV's seek by frame number is inexact, and exact seeks cost more than reading on. Times are those of
the file, never index / fps: rates vary, edit lists shift, and headers lie.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from components.video.images import Frame

# FFmpeg's tag of 4:2:0 pictures with more than 8 bits ends in the number of bits.
_DEEP_420_TAG = b"Y3\x0b"
_UNWRITTEN_ROWS = 3
_NO_MEMORY = -4  # cv::Error::StsNoMem


class VideoError(Exception):
    """A video that cannot be used, or not any further; `code` is one of the ledger's reason codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class VideoInfo:
    """What the container's header says, rotation applied: `fps` and `duration_seconds` may be wrong; 0 is unknown."""

    width: int
    height: int
    fps: float
    duration_seconds: float

    @property
    def frame_seconds(self) -> float:
        """How long a frame is shown, nominally; 0 where the rate is unknown."""
        return 1 / self.fps if self.fps else 0.0


class FrameReader(Protocol):
    """An open video."""

    info: VideoInfo

    def frames(self) -> Iterator[tuple[float, Callable[[], Frame]]]:
        """(presentation time, function that gives the RGB frame) in order; a time that goes back is held.

        The function must be called before the next frame is asked for.
        """

    def close(self) -> None:
        """Free the decoder."""


class OpenCVReader:
    """Reads by OpenCV's FFmpeg.

    Raises:
      VideoError: OpenCV cannot open the file.
    """

    def __init__(self, path: Path, num_threads: int) -> None:
        # FFmpeg takes a relative name with a colon in it for a URL.
        name = str(path.absolute())
        try:
            name.encode()
        except UnicodeEncodeError:
            # OpenCV would crash the process.
            raise VideoError("video_unreadable", "the file's name is not UTF-8") from None
        self._capture = cv2.VideoCapture(name, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, num_threads])
        if not self._capture.isOpened():
            raise VideoError(
                "video_unreadable",
                "OpenCV cannot open it: damaged, encrypted, no video in it, or a codec it does not know",
            )
        # OpenCV 4.11, unlike those before and after it, turns no picture unless asked (opencv/opencv#26795).
        self._capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
        self.info = self._read_info()

    def _read_info(self) -> VideoInfo:
        fps = float(self._capture.get(cv2.CAP_PROP_FPS))
        fps = fps if 0 < fps < 10_000 else 0.0
        num_frames = float(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        return VideoInfo(
            width=int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
            height=int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
            fps=fps,
            duration_seconds=num_frames / fps if fps and 0 < num_frames < 2**40 else 0.0,
        )

    def frames(self) -> Iterator[tuple[float, Callable[[], Frame]]]:
        """See FrameReader."""
        capture = self._capture
        seconds = 0.0
        lacks_last_rows = self._lacks_last_rows()
        num_quarter_turns = int(capture.get(cv2.CAP_PROP_ORIENTATION_META)) // 90
        while capture.grab():
            seconds = max(seconds, float(capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000)

            def retrieve() -> Frame:
                ok, frame = capture.retrieve()
                if not ok:
                    raise VideoError("video_unreadable", "a frame could not be converted")
                image = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), dtype=np.uint8)
                if lacks_last_rows:
                    # As they lay in the file, before they were turned clockwise.
                    rows = np.rot90(image, num_quarter_turns)
                    rows[-_UNWRITTEN_ROWS:] = rows[-_UNWRITTEN_ROWS - 1]
                return image

            yield seconds, retrieve

    def close(self) -> None:
        """See FrameReader."""
        self._capture.release()

    def _lacks_last_rows(self) -> bool:
        """Whether OpenCV leaves the last rows as they were in memory: another picture, or anything, at every run.

        It does so with 4:2:0 pictures of more than 8 bits (HDR recordings of phones) whose coded height is padded.
        """
        tag = int(self._capture.get(cv2.CAP_PROP_CODEC_PIXEL_FORMAT)) & 0xFFFFFFFF
        return tag.to_bytes(4, "little").startswith(_DEEP_420_TAG)


@contextmanager
def open_video(path: Path, num_threads: int) -> Iterator[FrameReader]:
    """A reader of the video, closed at the end; what OpenCV raises meanwhile becomes a VideoError."""
    reader = OpenCVReader(path, num_threads)
    try:
        yield reader
    except cv2.error as error:
        if error.code == _NO_MEMORY:
            raise MemoryError from error
        raise VideoError("video_unreadable", f"OpenCV cannot decode a frame: {error.err}") from error
    finally:
        reader.close()
