"""Frames that arrive one after the other: from a camera, or from a program that writes them to standard input."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import cv2
import numpy as np

from components.video.images import Frame
from foundation.messages.errors import UserError

_CHUNK_BYTES = 1 << 16
_LARGEST_JPEG_BYTES = 1 << 26
_START, _END, _SCAN = b"\xff\xd8", 0xD9, 0xDA
# Markers without a length: TEM, and the restarts that stand between coded pixels.
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True)
class TimedFrame:
    """A frame (BGR, uint8 [height, width, 3]), shown from `seconds` after the start on."""

    seconds: float
    image: Frame


def read_camera(index: int) -> Iterator[TimedFrame]:
    """The frames of a camera, until it gives no more; its first one is at 0 s.

    Raises:
      UserError: OpenCV cannot open it.
    """
    capture = cv2.VideoCapture(index)
    try:
        if not capture.isOpened():
            raise UserError(f"--camera: OpenCV cannot open camera {index}; is it there, and used by nothing else?")
        started = None
        while True:
            ok, image = capture.read()
            if not ok:
                return
            now = time.monotonic()
            started = now if started is None else started
            yield TimedFrame(now - started, np.asarray(image, dtype=np.uint8))
    finally:
        capture.release()


def read_raw(stream: BinaryIO, width: int, height: int, fps: float) -> Iterator[TimedFrame]:
    """Frames of 24-bit RGB without anything between them: what `ffmpeg -f rawvideo -pix_fmt rgb24 -` writes.

    Raises:
      UserError: the stream ends within a frame.
    """
    size = width * height * 3
    number = 0
    while data := stream.read(size):
        if len(data) < size:
            raise UserError(
                f"standard input ends within frame {number + 1}: {len(data)} of {size} bytes, which a frame "
                f"of {width}x{height} has in rgb24; is --frame-size right?"
            )
        rgb = np.frombuffer(data, np.uint8).reshape(height, width, 3)
        yield TimedFrame(number / fps, np.ascontiguousarray(rgb[..., ::-1]))
        number += 1


def read_mjpeg(stream: BinaryIO, fps: float, on_broken: Callable[[int], None]) -> Iterator[TimedFrame]:
    """JPEGs one behind the other: what `ffmpeg -f mjpeg -` writes. `on_broken` is told the number of one that is no picture.

    Raises:
      UserError: there is no JPEG in the stream, or one that does not end.
    """
    number = -1
    for number, jpeg in enumerate(split_jpegs(stream)):
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        if image is None:
            on_broken(number)
            continue
        yield TimedFrame(number / fps, np.asarray(image, dtype=np.uint8))
    if number < 0:
        raise UserError(
            "standard input holds no JPEG; for raw frames give --frame-size, else write ffmpeg ... -f mjpeg -"
        )


def split_jpegs(stream: BinaryIO) -> Iterator[bytes]:
    """The JPEGs of a stream, each as soon as its last byte is there; what stands between them, and a last part, is left out.

    Raises:
      UserError: a JPEG has more than 64 MiB.
    """
    buffer = b""
    while True:
        start = buffer.find(_START)
        # The last byte may be the first half of a start.
        buffer = buffer[start:] if start >= 0 else buffer[-1:]
        end = end_of_jpeg(buffer) if start >= 0 else None
        if end is not None:
            yield buffer[:end]
            buffer = buffer[end:]
            continue
        if len(buffer) > _LARGEST_JPEG_BYTES:
            raise UserError(f"standard input: a JPEG does not end within {_LARGEST_JPEG_BYTES} bytes")
        chunk = _read_some(stream)
        if not chunk:
            return
        buffer += chunk


def end_of_jpeg(data: bytes) -> int | None:
    """Where the JPEG at the beginning of `data` ends, None if it goes on.

    Its markers are followed (ITU-T T.81, B.1.1): a thumbnail inside has an end of its own, which is not that of the picture.
    """
    position = len(_START)
    while position + 2 <= len(data):
        marker = data[position + 1]
        if data[position] != 0xFF or marker == 0xFF:  # fill bytes, or nothing that belongs here
            position += 1
        elif marker == _END:
            return position + 2
        elif marker in _BARE or marker == 0:
            position += 2
        elif position + 4 > len(data):
            return None
        else:
            position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
            if marker == _SCAN:
                found = _after_scan(data, position)
                if found is None:
                    return None
                position = found
    return None


def _after_scan(data: bytes, position: int) -> int | None:
    """The first marker after coded pixels, in which 0xFF is followed by 0, and restarts may stand."""
    while (position := data.find(b"\xff", position)) >= 0:
        if position + 1 >= len(data):
            return None
        marker = data[position + 1]
        if marker and marker not in _BARE:
            return position
        position += 2
    return None


def _read_some(stream: BinaryIO) -> bytes:
    """What is there, without waiting until a whole chunk is."""
    read = getattr(stream, "read1", stream.read)
    return bytes(read(_CHUNK_BYTES))


def at_pace(frames: Iterator[TimedFrame], fps: float) -> Iterator[TimedFrame]:
    """Of the frames those that come at `fps`, or all if there are fewer; after a pause it goes on from there."""
    due = 0.0
    for frame in frames:
        if frame.seconds >= due - 1e-6:
            yield frame
            due = max(due + 1 / fps, frame.seconds - 1 / fps)
