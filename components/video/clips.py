"""Videos to clips: one pass, front to back, for all segments of a video.

Times are presentation times from the file, never index / fps: rates vary, edit lists shift, and headers lie. Nothing
seeks: OpenCV's seek by frame number is inexact, and exact seeks cost more than reading on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from components.video.sampling import BoundedSelector, OpenEndSelector, Selector

Frame = npt.NDArray[np.uint8]

_LONGEST_JPEG_SIDE = 65_500
# FFmpeg's tag of 4:2:0 pictures with more than 8 bits ends in the number of bits.
_DEEP_420_TAG = b"Y3\x0b"
_UNWRITTEN_ROWS = 3


class VideoError(Exception):
    """A video that cannot be used as a whole; `code` is one of the ledger's reason codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class VideoInfo:
    """What the container's header says, rotation applied. `fps` is nominal (0 where unknown)."""

    width: int
    height: int
    fps: float


@dataclass(frozen=True)
class Span:
    """A stretch of a video: from `start_seconds` to `end_seconds` (None: to the end of the video)."""

    start_seconds: float = 0.0
    end_seconds: float | None = None

    def selector(self, num_frames: int) -> Selector:
        """What decides which frames of this span are kept."""
        if self.end_seconds is None:
            return OpenEndSelector(self.start_seconds, num_frames)
        return BoundedSelector(self.start_seconds, self.end_seconds, num_frames)


@dataclass(frozen=True)
class Clip:
    """Sampled frames of one span.

    Attributes:
      frames: `num_frames` RGB images, uint8 [height, width, 3], all of one size; repeats are the same object.
      frame_seconds: presentation time of each, seconds from the start of the video stream.
      num_distinct: how many different frames there are among them.
      end_seconds: presentation time of the video's last frame if that was reached, else that of the last one read.
    """

    frames: tuple[Frame, ...]
    frame_seconds: tuple[float, ...]
    num_distinct: int
    end_seconds: float


@dataclass
class _Collector:
    selector: Selector
    frames: list[Frame] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def keep(self, frame: Frame, seconds: float) -> None:
        self.frames.append(frame)
        self.seconds.append(seconds)
        for position in reversed(self.selector.dropped()):
            del self.frames[position], self.seconds[position]

    def clip(self, end_seconds: float) -> Clip:
        positions = self.selector.positions()
        return Clip(
            frames=tuple(self.frames[position] for position in positions),
            frame_seconds=tuple(self.seconds[position] for position in positions),
            num_distinct=len(set(positions)),
            end_seconds=end_seconds,
        )


def probe(path: Path) -> VideoInfo:
    """Size and nominal frame rate of a video.

    Raises:
      VideoError: OpenCV cannot open it.
    """
    capture = _open(path)
    try:
        return _info(capture)
    finally:
        capture.release()


def read_clips(
    path: Path,
    spans: Sequence[Span],
    *,
    num_frames: int,
    short_side: int,
    max_pixels: int,
    max_frames: int,
) -> tuple[VideoInfo, list[Clip]]:
    """Sample `num_frames` frames of each span in one pass, scaled so that the shorter side has `short_side` pixels.

    A span without any frame in it gives a clip with no frames.

    Raises:
      VideoError: the file cannot be opened, yields no frame, or exceeds a limit.
    """
    collectors = [_Collector(span.selector(num_frames)) for span in spans]
    ends = [span.end_seconds for span in spans]
    last_needed_seconds = float("inf") if None in ends else max((end for end in ends if end is not None), default=0.0)
    capture = _open(path)
    try:
        info = _info(capture)
        if info.width * info.height > max_pixels:
            raise VideoError(
                "video_too_large", f"{info.width}x{info.height} frames; the limit is {max_pixels} pixels a frame"
            )
        if max(info.width, info.height) > _LONGEST_JPEG_SIDE:
            raise VideoError(
                "video_too_large",
                f"{info.width}x{info.height} frames; a JPEG's side has {_LONGEST_JPEG_SIDE} at the most",
            )
        seconds = 0.0
        num_read = 0
        for seconds, retrieve in _frames(capture):
            num_read += 1
            if num_read > max_frames:
                raise VideoError("video_too_large", f"more than {max_frames} frames")
            takers = [collector for collector in collectors if collector.selector.wants(seconds)]
            if takers:
                frame = scale_short_side(retrieve(), short_side)
                for collector in takers:
                    collector.keep(frame, seconds)
            if seconds >= last_needed_seconds:
                break
        if num_read == 0:
            raise VideoError("codec_not_supported", "the file opens but yields no frame")
        return info, [collector.clip(seconds) for collector in collectors]
    except cv2.error as error:
        raise VideoError("video_unreadable", f"OpenCV cannot decode a frame: {error.err}") from error
    finally:
        capture.release()


def scale_short_side(frame: Frame, short_side: int) -> Frame:
    """`frame` (uint8 [height, width, 3]) scaled down, aspect kept; a smaller frame stays as it is."""
    height, width = frame.shape[:2]
    scale = short_side / min(height, width)
    if scale >= 1:
        return frame
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def encode_jpeg(frame: Frame, quality: int) -> bytes:
    """`frame` (RGB, uint8 [height, width, 3]) as JPEG; the same pixels give the same bytes."""
    _, data = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data.tobytes())


def motion_energy(frames: Sequence[Frame]) -> float:
    """Mean absolute difference between neighbouring frames' grey values, 0 to 1; 0 for a single frame."""
    small = [
        cv2.resize(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), (64, 64), interpolation=cv2.INTER_AREA) for frame in frames
    ]
    differences = [float(cv2.absdiff(before, after).mean()) for before, after in zip(small, small[1:], strict=False)]
    return sum(differences) / len(differences) / 255 if differences else 0.0


def brightness(frames: Sequence[Frame]) -> float:
    """Mean of all pixels, 0 to 1."""
    return float(np.mean([frame.mean() for frame in frames])) / 255


def _open(path: Path) -> cv2.VideoCapture:
    # FFmpeg takes a relative name with a colon in it for a URL.
    name = str(path.absolute())
    try:
        name.encode()
    except UnicodeEncodeError:
        # OpenCV would crash the process.
        raise VideoError("video_unreadable", "the file's name is not UTF-8") from None
    capture = cv2.VideoCapture(name, cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise VideoError(
            "video_unreadable", "OpenCV cannot open it: damaged, encrypted, no video in it, or a codec it does not know"
        )
    # OpenCV 4.11, unlike those before and after it, turns no picture unless asked (opencv/opencv#26795).
    capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
    return capture


def _info(capture: cv2.VideoCapture) -> VideoInfo:
    fps = float(capture.get(cv2.CAP_PROP_FPS))
    return VideoInfo(
        width=int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
        height=int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
        fps=fps if 0 < fps < 10_000 else 0.0,
    )


def _frames(capture: cv2.VideoCapture) -> Iterator[tuple[float, Callable[[], Frame]]]:
    """(presentation time, function that gives the RGB frame) in order; a time that goes back is held."""
    seconds = 0.0
    lacks_last_rows = _lacks_last_rows(capture)
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


def _lacks_last_rows(capture: cv2.VideoCapture) -> bool:
    """Whether OpenCV leaves the last rows as they were in memory: another picture, or anything, at every run.

    It does so with 4:2:0 pictures of more than 8 bits (HDR recordings of phones) whose coded height is padded.
    """
    tag = int(capture.get(cv2.CAP_PROP_CODEC_PIXEL_FORMAT)) & 0xFFFFFFFF
    return tag.to_bytes(4, "little").startswith(_DEEP_420_TAG)
