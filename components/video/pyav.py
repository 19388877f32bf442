"""A second decoder, PyAV (the optional extra `pyav`), for codecs that OpenCV's FFmpeg lacks, such as AV1 and VVC.

Where both can read a file they give the same frames at the same times, and the same pixels if those have eight bits.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from components.video.images import Frame
from components.video.reader import VideoError, VideoInfo, counts_from_zero

try:
    import av
except ImportError:
    av = None


def is_installed() -> bool:
    """Whether the extra is there."""
    return av is not None


class PyAVReader:
    """Reads by PyAV; see FrameReader.

    Raises:
      VideoError: the container cannot be opened, has no video, or (codec_not_supported) no frame can be had from it.
    """

    def __init__(self, path: Path, num_threads: int) -> None:
        try:
            self._container = av.open(str(path.absolute()))
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise VideoError("video_unreadable", f"PyAV cannot open it: {error}") from error
        if not self._container.streams.video:
            self._container.close()
            raise VideoError("video_unreadable", "there is no video stream in it")
        self._stream = self._container.streams.video[0]
        if self._stream.codec_context is None:
            self._container.close()
            raise VideoError("codec_not_supported", "neither OpenCV nor PyAV knows its codec")
        self._stream.thread_count = num_threads
        self._decoded = self._decode()
        self._first = next(self._decoded, None)
        if self._first is None:
            name = self._stream.codec_context.name
            self._container.close()
            raise VideoError("codec_not_supported", f"neither OpenCV nor PyAV gets a frame from it (codec {name})")
        self._zero = 0 if counts_from_zero(path) else self._first.pts
        self.info = self._read_info(self._first)

    def frames(self) -> Iterator[tuple[float, Callable[[], Frame]]]:
        seconds = 0.0
        frame = self._first
        while frame is not None:
            seconds = max(seconds, float((frame.pts - self._zero) * self._stream.time_base))
            yield seconds, _Converter(frame)
            frame = next(self._decoded, None)

    def close(self) -> None:
        self._container.close()

    def _decode(self) -> Iterator[Any]:
        """Frames that have a time; what cannot be decoded is skipped, as OpenCV does."""
        try:
            for packet in self._container.demux(self._stream):
                try:
                    yield from (frame for frame in packet.decode() if frame.pts is not None)
                except av.error.FFmpegError:
                    continue
        except av.error.FFmpegError:
            return

    def _read_info(self, frame: Any) -> VideoInfo:
        fps = float(self._stream.average_rate or 0)
        is_lying = frame.rotation % 180 != 0
        width, height = (frame.height, frame.width) if is_lying else (frame.width, frame.height)
        duration = self._stream.duration
        return VideoInfo(
            width=width,
            height=height,
            fps=fps if 0 < fps < 10_000 else 0.0,
            duration_seconds=float(duration * self._stream.time_base) if duration and fps else 0.0,
            codec=self._stream.codec_context.name,
        )


class _Converter:
    def __init__(self, frame: Any) -> None:
        self._frame = frame

    def __call__(self) -> Frame:
        # Bicubic is what OpenCV asks of FFmpeg for the colour channels.
        image = self._frame.to_ndarray(format="bgr24", interpolation="BICUBIC")
        return np.ascontiguousarray(np.rot90(image, self._frame.rotation // 90), dtype=np.uint8)
