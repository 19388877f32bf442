"""The decoder that knows most: PyAV (the optional extra `pyav`). Each picture has a size, a turn and a time of its own."""

from array import array
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from components.video.faults import check_decoders_error
from components.video.images import Frame
from components.video.magic import Container, container_of, keeps_promises, read_head
from components.video.orientation import UPRIGHT, DisplayMatrix
from components.video.reader import CANNOT_OPEN, ShownFrame, VideoError, VideoInfo
from components.video.times import FrameIndex

try:
    import av
    from av.video.reformatter import VideoReformatter
except ImportError:
    av = None

_HIGHEST_RATE = 10_000
_MICROSECOND = Fraction(1, 1_000_000)


def is_installed() -> bool:
    """Whether the extra is there."""
    return av is not None


class PyAVReader:
    """Reads by PyAV; see FrameReader.

    Raises:
      VideoError: the container cannot be opened, has no video, or (codec_not_supported) no frame can be had from it.
    """

    def __init__(self, path: Path, num_threads: int) -> None:
        self._path = path
        self._head = read_head(path)
        self._kind = container_of(self._head) or Container.OTHER
        self._container, self._stream = _open(path)
        self._stream.thread_count = num_threads
        self._stream.thread_type = "AUTO"
        self._decoded = self._decode()
        first = next(self._decoded, None)
        if first is None:
            self._container.close()
            name = self._stream.codec_context.name
            raise VideoError("codec_not_supported", f"no frame can be had from it (codec {name})")
        self._first: Any = first
        self._convert = _Converter(self._first)
        self._zero = self._start_of_file()
        self.info = self._read_info()

    def frames(self) -> Iterator[ShownFrame]:
        """See FrameReader."""
        clock = _Clock(self._stream, self._zero)
        frame, seconds = self._first, self.info.start_seconds
        while frame is not None:
            following = next(self._decoded, None)
            if following is None:
                end_seconds = seconds + self._length(clock.length(frame.duration))
            else:
                end_seconds = max(seconds, clock.seconds(following.pts))
            yield ShownFrame(seconds, end_seconds, partial(self._convert, frame))
            frame, seconds = following, end_seconds

    def read_times(self, on_packet: Callable[[], None]) -> FrameIndex:
        """See FrameReader."""
        container, pictures = _open(self._path)
        streams = _sound_and_pictures(container)
        clocks = {each.index: _Clock(each, self._zero) for each in streams}
        times = array("d")
        last, end, end_of_file = -1.0, 0.0, 0.0
        for packet in _packets(self._path, container, *streams):
            on_packet()
            stamp = packet.dts if packet.pts is None else packet.pts
            if stamp is None or packet.is_discard:
                continue
            clock = clocks[packet.stream_index]
            seconds, length = clock.seconds(stamp), clock.length(packet.duration)
            if packet.stream_index == pictures.index:
                times.append(seconds)
                if seconds >= last:
                    last, end = seconds, seconds + self._length(length)
            else:
                end_of_file = max(end_of_file, seconds + length)
        promised = self.info.promised_seconds
        if self._kind.states_length_of_file and container.duration:
            # This is where all streams end, and sound may go on after the picture.
            missing = float(container.duration * _MICROSECOND - self._zero) - max(end, end_of_file)
            promised = end + max(0.0, missing)
        container.close()
        return FrameIndex(array("d", sorted(times)), end, promised)

    def close(self) -> None:
        self._container.close()

    def _length(self, length: float) -> float:
        """How long the last frame is shown, of which its packet says `length`."""
        nominal = self.info.frame_seconds
        if length and nominal and self._stream.codec_context.has_b_frames:
            # Packets say how long it takes until the next one is decoded.
            length = min(length, nominal)
        return length or nominal

    def _decode(self) -> Iterator[Any]:
        """Frames that have a time; what cannot be decoded is skipped, as players do."""
        for packet in _packets(self._path, self._container, self._stream):
            try:
                frames = packet.decode()
            except MemoryError:
                raise
            except av.error.FFmpegError:
                continue
            for frame in frames:
                if frame.pts is not None:
                    yield frame

    def _start_of_file(self) -> Fraction:
        """Where players begin to count, on the clock of the container: at its earliest stream.

        That of MP4 begins at 0, and edit lists say what is shown when. AVI knows when pictures are decoded but not when they
        are shown: there the first one is time 0.
        """
        if self._kind is Container.ISO_MEDIA:
            return Fraction(0)
        streams = _sound_and_pictures(self._container)
        starts = [each.start_time * each.time_base for each in streams if each.start_time is not None]
        if self._kind is Container.AVI or not starts:
            return Fraction(self._first.pts * self._stream.time_base)
        return max(Fraction(0), min(starts))

    def _read_info(self) -> VideoInfo:
        stream = self._stream
        # The average rate of DV is that of its clock.
        rates = [float(rate) for rate in (stream.average_rate, stream.guessed_rate) if rate and rate < _HIGHEST_RATE]
        end = 0.0
        if self._kind.states_length_of_streams and stream.duration:
            # FFmpeg shortens the length of AVI files that were cut off, but not their number of frames.
            length = stream.frames if self._kind is Container.AVI and stream.frames else stream.duration
            end = float(((stream.start_time or 0) + length) * stream.time_base)
        return VideoInfo(
            width=self._convert.width,
            height=self._convert.height,
            fps=rates[0] if rates else 0.0,
            duration_seconds=end,
            start_seconds=_Clock(stream, self._zero).seconds(self._first.pts),
            promised_seconds=end if keeps_promises(self._path, self._head) else 0.0,
            codec=stream.codec_context.codec.canonical_name,
        )


class _Clock:
    """Time stamps of a stream to seconds from the start of the file, as exact as a float can be."""

    def __init__(self, stream: Any, zero: Fraction) -> None:
        self._ticks = stream.time_base.numerator * zero.denominator
        self._zero = zero.numerator * stream.time_base.denominator
        self._divisor = stream.time_base.denominator * zero.denominator

    def seconds(self, stamp: int) -> float:
        """When that is; never before the start."""
        return max(0.0, (stamp * self._ticks - self._zero) / self._divisor)

    def length(self, duration: int | None) -> float:
        """How long that is; 0 where it is unknown."""
        return max(0, duration or 0) * self._ticks / self._divisor


class _Converter:
    """Frames to BGR, upright and all in the size of the first one."""

    def __init__(self, first: Any) -> None:
        self._reformatter = VideoReformatter()
        self.height, self.width = first.height, first.width
        if _matrix_of(first).swaps_sides:
            self.height, self.width = self.width, self.height

    def __call__(self, frame: Any) -> Frame:
        """`frame` as uint8 [height, width, 3]."""
        matrix = _matrix_of(frame)
        width, height = (self.height, self.width) if matrix.swaps_sides else (self.width, self.height)
        # Bicubic is what OpenCV asks of FFmpeg for the colour channels.
        try:
            (plane,) = self._reformatter.reformat(frame, width, height, "bgr24", interpolation="BICUBIC").planes
        except MemoryError:
            raise
        except (av.error.FFmpegError, ValueError) as error:
            raise VideoError("video_unreadable", f"a frame could not be converted: {error}") from error
        # Rows may be padded: a view, where PyAV's own `to_ndarray` copies.
        image: Frame = np.ndarray((height, width, 3), np.uint8, memoryview(plane), strides=(plane.line_size, 3, 1))
        return image if matrix is UPRIGHT else matrix.apply(image)


def _matrix_of(frame: Any) -> DisplayMatrix:
    side_data = frame.side_data
    items = side_data.get("DISPLAYMATRIX") if len(side_data) else None
    return DisplayMatrix.from_items(bytes(items), "=") if items else UPRIGHT


def _open(path: Path) -> tuple[Any, Any]:
    """The container and its stream of pictures."""
    try:
        container = av.open(str(path.absolute()))
    except (av.error.FFmpegError, OSError, ValueError) as error:
        check_decoders_error(path, error)
        raise VideoError("video_unreadable", CANNOT_OPEN) from error
    stream = container.streams.best("video")
    if stream is None:
        problem = VideoError("video_unreadable", "there is no video stream in it")
    elif stream.codec_context is None:
        problem = VideoError("codec_not_supported", "its codec is unknown")
    else:
        return container, stream
    container.close()
    raise problem


def _sound_and_pictures(container: Any) -> list[Any]:
    return [*container.streams.audio, *container.streams.video]


def _packets(path: Path, container: Any, *streams: Any) -> Iterator[Any]:
    """Packets as far as what is in the file can be understood."""
    while True:
        try:
            yield from container.demux(*streams)
        except IndexError:
            # PyAV trips over a stream that begins in mid-file, and goes on behind its packet.
            continue
        except av.error.FFmpegError as error:
            check_decoders_error(path, error)
        return
