"""A video file as a sequence of frames with their presentation times, front to back, by OpenCV.

Nothing seeks: OpenCV's seek by frame number is inexact, and exact seeks cost more than reading on. Times are those of
the file, never index / fps: rates vary, edit lists shift, and headers lie.

What OpenCV does not tell, and PyAV does: where sound begins and ends, the first picture's time to better than half a frame,
and that the size changes in mid-stream: from there on it repeats the last picture.
"""

from array import array
from bisect import bisect_right, insort
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from components.video.faults import sorted_out
from components.video.images import Frame
from components.video.magic import Container, container_of, keeps_promises, read_head
from components.video.orientation import UPRIGHT, read_mp4_matrix
from components.video.reader import CANNOT_OPEN, FrameReader, ShownFrame, VideoError, VideoInfo
from components.video.times import FrameIndex

# FFmpeg's tag of 4:2:0 pictures with more than 8 bits ends in the number of bits.
_DEEP_420_TAG = b"Y3\x0b"
_UNWRITTEN_ROWS = 3
_HIGHEST_RATE = 10_000
_MOST_REORDERED = 32  # H.264 and H.265 allow 16 pictures, or 32 fields
_ROUNDING_SECONDS = 1e-6
_NO_MEMORY = -4  # cv::Error::StsNoMem


class OpenCVReader:
    """Reads by OpenCV's FFmpeg.

    Raises:
      VideoError: OpenCV cannot open the file, or gets no frame from it.
    """

    def __init__(self, path: Path, num_threads: int) -> None:
        self._path = path
        head = read_head(path)
        self._kind = container_of(head) or Container.OTHER
        self._capture = _capture(path, [cv2.CAP_PROP_N_THREADS, num_threads])
        if not self._capture.isOpened():
            raise VideoError("video_unreadable", CANNOT_OPEN)
        # OpenCV knows turns only.
        matrix = read_mp4_matrix(path) if self._kind is Container.ISO_MEDIA else None
        self._mirror = matrix if matrix and matrix.is_mirrored else UPRIGHT
        # OpenCV 4.11, unlike those before and after it, turns no picture unless asked (opencv/opencv#26795).
        self._capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 0 if self._mirror.is_mirrored else 1)
        if not self._capture.grab():
            raise VideoError("codec_not_supported", "the file opens but yields no frame")
        self.info = self._read_info(keeps_promises(path, head))

    def _read_info(self, keeps_promises: bool) -> VideoInfo:
        capture = self._capture
        fps = float(capture.get(cv2.CAP_PROP_FPS))
        fps = fps if 0 < fps < _HIGHEST_RATE else 0.0
        num_frames = float(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        end = num_frames / fps if fps and 0 < num_frames < 2**40 else 0.0
        start = 0.0
        if fps >= 1 and self._kind in (Container.ISO_MEDIA, Container.MATROSKA):
            # Time stamps count from the first frame, and this in units of a rate without its fraction.
            start = max(0.0, capture.get(cv2.CAP_PROP_PTS) / int(fps))
        if self._kind is Container.ISO_MEDIA and end:
            end += start
        size = [int(capture.get(side)) for side in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)]
        tag = int(capture.get(cv2.CAP_PROP_FOURCC)) & 0xFFFFFFFF
        return VideoInfo(
            width=size[self._mirror.swaps_sides],
            height=size[not self._mirror.swaps_sides],
            fps=fps,
            duration_seconds=end if self._kind.states_length_of_streams else 0.0,
            start_seconds=start,
            promised_seconds=end if keeps_promises else 0.0,
            codec="".join(filter(str.isalnum, tag.to_bytes(4, "little").decode("ascii", "ignore"))).lower(),
        )

    def frames(self) -> Iterator[ShownFrame]:
        """See FrameReader."""
        capture, info = self._capture, self.info
        convert = self._converter()
        ahead = _LookAhead(self._packet_seconds())
        first_stamp = capture.get(cv2.CAP_PROP_POS_MSEC)
        seconds = info.start_seconds
        while True:
            following = ahead.first_after(seconds)
            yield ShownFrame(seconds, self._end_of_last(seconds) if following is None else following, convert)
            if not capture.grab():
                return
            passed = (capture.get(cv2.CAP_PROP_POS_MSEC) - first_stamp) / 1000
            # The last pictures of some files have no time.
            seconds = max(seconds, info.start_seconds + passed) if passed > 0 else seconds + info.frame_seconds

    def read_times(self, on_packet: Callable[[], None]) -> FrameIndex:
        """See FrameReader."""
        times = array("d")
        for seconds in self._packet_seconds():
            on_packet()
            times.append(seconds)
        end = self._end_of_last(max(times)) if times else 0.0
        return FrameIndex(array("d", sorted(times)), end, self.info.promised_seconds)

    def _end_of_last(self, seconds: float) -> float:
        """When the frame ends after which none comes: where the header says, or after its nominal length."""
        end = seconds + self.info.frame_seconds
        return self.info.duration_seconds if seconds < self.info.duration_seconds < end else end

    def _packet_seconds(self) -> Iterator[float]:
        """When what is in each packet is shown, in the order of the file; nothing is decoded."""
        packets = _capture(self._path, [cv2.CAP_PROP_FORMAT, -1])
        while packets.grab():
            seconds = self.info.start_seconds + packets.get(cv2.CAP_PROP_POS_MSEC) / 1000
            if seconds > -_ROUNDING_SECONDS:
                yield max(0.0, seconds)
        packets.release()

    def _converter(self) -> Callable[[], Frame]:
        lacks_last_rows = self._lacks_last_rows()
        is_mirrored = self._mirror.is_mirrored
        num_quarter_turns = 0 if is_mirrored else int(self._capture.get(cv2.CAP_PROP_ORIENTATION_META)) // 90

        def retrieve() -> Frame:
            ok, frame = self._capture.retrieve()
            if not ok:
                raise VideoError("video_unreadable", "a frame could not be converted")
            image = np.asarray(frame, dtype=np.uint8)
            if lacks_last_rows:
                # As they lay in the file, before they were turned clockwise.
                rows = np.rot90(image, num_quarter_turns)
                rows[-_UNWRITTEN_ROWS:] = rows[-_UNWRITTEN_ROWS - 1]
            return self._mirror.apply(image) if is_mirrored else image

        return retrieve

    def close(self) -> None:
        self._capture.release()

    def _lacks_last_rows(self) -> bool:
        """Whether OpenCV leaves the last rows as they were in memory: another picture, or anything, at every run.

        It does so with 4:2:0 pictures of more than 8 bits (HDR recordings of phones) whose coded height is padded.
        """
        tag = int(self._capture.get(cv2.CAP_PROP_CODEC_PIXEL_FORMAT)) & 0xFFFFFFFF
        return tag.to_bytes(4, "little").startswith(_DEEP_420_TAG)


class _LookAhead:
    """What comes next, of times that are nearly in order."""

    def __init__(self, times: Iterator[float]) -> None:
        self._times = times
        self._sorted: list[float] = []

    def first_after(self, seconds: float) -> float | None:
        """The next time, None after the last one."""
        while True:
            del self._sorted[: bisect_right(self._sorted, seconds + _ROUNDING_SECONDS)]
            more = next(self._times, None) if len(self._sorted) < _MOST_REORDERED else None
            if more is None:
                return self._sorted[0] if self._sorted else None
            insort(self._sorted, more)


def _capture(path: Path, options: list[int]) -> cv2.VideoCapture:
    # FFmpeg takes a relative name with a colon in it for a URL.
    return cv2.VideoCapture(str(path.absolute()), cv2.CAP_FFMPEG, options)


@contextmanager
def open_video(path: Path, num_threads: int) -> Iterator[FrameReader]:
    """A reader of the video, closed at the end; what OpenCV raises meanwhile becomes a VideoError."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        # OpenCV would crash the process.
        raise VideoError("video_unreadable", "the file's name is not UTF-8") from None
    # What decodes nothing itself does without FFmpeg's libraries.
    from components.video import pyav

    with sorted_out(path):
        reader: FrameReader = (pyav.PyAVReader if pyav.is_installed() else OpenCVReader)(path, num_threads)
    try:
        yield reader
    except cv2.error as error:
        if error.code == _NO_MEMORY:
            raise MemoryError from error
        raise VideoError("video_unreadable", f"OpenCV cannot decode a frame: {error.err}") from error
    finally:
        reader.close()
