"""A video file as a sequence of frames with their presentation times, front to back, by OpenCV.

Nothing seeks: OpenCV's seek by frame number is inexact, and exact seeks cost more than reading on. Times are those of
the file, never index / fps: rates vary, edit lists shift, and headers lie.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from components.video.images import Frame
from components.video.reader import FrameReader, VideoError, VideoInfo, counts_from_zero

# FFmpeg's tag of 4:2:0 pictures with more than 8 bits ends in the number of bits.
_DEEP_420_TAG = b"Y3\x0b"
_UNWRITTEN_ROWS = 3
_NO_MEMORY = -4  # cv::Error::StsNoMem


class OpenCVReader:
    """Reads by OpenCV's FFmpeg.

    Raises:
      VideoError: OpenCV cannot open the file, or gets no frame from it.
    """

    def __init__(self, path: Path, num_threads: int) -> None:
        # FFmpeg takes a relative name with a colon in it for a URL.
        self._capture = cv2.VideoCapture(str(path.absolute()), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, num_threads])
        if not self._capture.isOpened():
            raise VideoError(
                "video_unreadable",
                "OpenCV cannot open it: damaged, encrypted, no video in it, or a codec it does not know",
            )
        # OpenCV 4.11, unlike those before and after it, turns no picture unless asked (opencv/opencv#26795).
        self._capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
        self.info = self._read_info()
        if not self._capture.grab():
            raise VideoError("codec_not_supported", "the file opens but yields no frame")
        starts_late = self.info.fps and counts_from_zero(path)
        # OpenCV's times count from the first frame; its PTS, in frames, does not.
        self._first_seconds = max(0.0, self._capture.get(cv2.CAP_PROP_PTS) / self.info.fps) if starts_late else 0.0

    def _read_info(self) -> VideoInfo:
        fps = float(self._capture.get(cv2.CAP_PROP_FPS))
        fps = fps if 0 < fps < 10_000 else 0.0
        num_frames = float(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        tag = int(self._capture.get(cv2.CAP_PROP_FOURCC)) & 0xFFFFFFFF
        return VideoInfo(
            width=int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
            height=int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
            fps=fps,
            duration_seconds=num_frames / fps if fps and 0 < num_frames < 2**40 else 0.0,
            codec="".join(filter(str.isalnum, tag.to_bytes(4, "little").decode("ascii", "ignore"))).lower(),
        )

    def frames(self) -> Iterator[tuple[float, Callable[[], Frame]]]:
        capture = self._capture
        seconds = 0.0
        lacks_last_rows = self._lacks_last_rows()
        num_quarter_turns = int(capture.get(cv2.CAP_PROP_ORIENTATION_META)) // 90
        while True:
            seconds = max(seconds, self._first_seconds + float(capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000)

            def retrieve() -> Frame:
                ok, frame = capture.retrieve()
                if not ok:
                    raise VideoError("video_unreadable", "a frame could not be converted")
                image = np.asarray(frame, dtype=np.uint8)
                if lacks_last_rows:
                    # As they lay in the file, before they were turned clockwise.
                    rows = np.rot90(image, num_quarter_turns)
                    rows[-_UNWRITTEN_ROWS:] = rows[-_UNWRITTEN_ROWS - 1]
                return image

            yield seconds, retrieve
            if not capture.grab():
                return

    def close(self) -> None:
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
    reader = _open(path, num_threads)
    try:
        yield reader
    except cv2.error as error:
        if error.code == _NO_MEMORY:
            raise MemoryError from error
        raise VideoError("video_unreadable", f"OpenCV cannot decode a frame: {error.err}") from error
    finally:
        reader.close()


def _open(path: Path, num_threads: int) -> FrameReader:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        # OpenCV would crash the process.
        raise VideoError("video_unreadable", "the file's name is not UTF-8") from None
    try:
        return OpenCVReader(path, num_threads)
    except VideoError as problem:
        # Most processes never need the second decoder.
        from components.video import pyav

        if not pyav.is_installed():
            raise
        try:
            return pyav.PyAVReader(path, num_threads)
        except VideoError as other:
            # What OpenCV has to say is as good, unless PyAV has found a video in there.
            raise (other if other.code == "codec_not_supported" else problem) from None
