"""A process that makes of videos what browsers show: it reads one JSON object a line and answers with one.

python -m pipeline.review.media_worker

A request names a video (`path`), a file to be written (`output`) and what is wanted: {"make": "probe"}, {"make": "clip",
"start_seconds", "end_seconds"} or {"make": "picture", "seconds"}. The answer is what was made, or {"error": a sentence}. It is
a process of its own because decoders crash and hang on hostile files; limits on its memory and its files are set here,
its time is limited by whoever asks.
"""

import json
import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from components.video.images import Frame, encode_jpeg, scale_short_side
from components.video.magic import Container, container_of, read_head
from components.video.orientation import UPRIGHT, DisplayMatrix
from components.video.pyav import PyAVReader
from components.video.reader import VideoError
from foundation.processes import end_with_parent

_MEGABYTE = 1 << 20
_MAX_MEMORY_BYTES = 4096 * _MEGABYTE
_MAX_FILE_BYTES = 512 * _MEGABYTE
_LONGEST_SIDE = 1280  # pixels of a transcoded picture
_PICTURE_SIDE, _JPEG_QUALITY = 144, 80
_FRAMES_BETWEEN_KEYS = 12
_TICKS = 90_000
# What all browsers play, by container.
_MP4_CODECS, _WEBM_CODECS = ("h264", "vp9", "av1"), ("vp8", "vp9", "av1")
_PIXELS = ("yuv420p", "yuvj420p")


class _Pictures:
    """Decoded pictures of a video from about a time on, each with when it is shown."""

    def __init__(self, path: Path) -> None:
        reader = PyAVReader(path, num_threads=1)
        self.info = reader.info
        reader.close()
        self._container = av.open(str(path.absolute()))
        self.stream = self._container.streams.best("video")
        self._seconds_per_tick = float(self.stream.time_base)
        first = next(frame for frame in self._container.decode(self.stream) if frame.pts is not None)
        self._zero = first.pts * self._seconds_per_tick - self.info.start_seconds

    def since(self, seconds: float) -> Iterator[tuple[float, Any]]:
        """From the last key picture before `seconds` on."""
        # Where there is no index, decoding goes on from the first picture.
        with suppress(av.error.FFmpegError):
            self._container.seek(int((seconds + self._zero) / self._seconds_per_tick), stream=self.stream)
        for frame in self._container.decode(self.stream):
            if frame.pts is not None:
                yield max(0.0, frame.pts * self._seconds_per_tick - self._zero), frame

    def close(self) -> None:
        self._container.close()


def probe(request: Mapping[str, Any]) -> dict[str, Any]:
    """What the header says, and whether browsers play the file as it is."""
    path = Path(request["path"])
    head = read_head(path)
    pictures = _Pictures(path)
    codec, pixels = pictures.stream.codec_context.name, pictures.stream.codec_context.pix_fmt
    info = pictures.info
    pictures.close()
    is_mp4 = container_of(head) is Container.ISO_MEDIA and codec in _MP4_CODECS
    is_webm = container_of(head) is Container.MATROSKA and b"webm" in head[:64] and codec in _WEBM_CODECS
    return {
        "is_playable": (is_mp4 or is_webm) and pixels in _PIXELS,
        "type": "video/webm" if is_webm else "video/mp4",
        "fps": info.fps,
        "duration_seconds": info.duration_seconds,
    }


def make_clip(request: Mapping[str, Any]) -> dict[str, Any]:
    """Write H.264 in MP4 from one time to another; its time 0 is `start_seconds`."""
    start, end = request["start_seconds"], request["end_seconds"]
    pictures = _Pictures(Path(request["path"]))
    rate = Fraction(pictures.info.fps or 25).limit_denominator(1001)
    with av.open(request["output"], "w", format="mp4", options={"movflags": "faststart"}) as written:
        stream = written.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "crf": "22"})
        stream.width, stream.height = _size(pictures.info.width, pictures.info.height)
        stream.pix_fmt, stream.gop_size = "yuv420p", _FRAMES_BETWEEN_KEYS
        stream.codec_context.time_base = Fraction(1, _TICKS)
        last = -1
        for seconds, picture in _shown_within(pictures.since(start), start, end):
            ticks = max(last + 1, round((seconds - start) * _TICKS))
            frame = av.VideoFrame.from_ndarray(_upright(picture), format="bgr24").reformat(
                stream.width, stream.height, "yuv420p"
            )
            frame.pts, frame.time_base, last = ticks, Fraction(1, _TICKS), ticks
            written.mux(stream.encode(frame))
        if last < 0:
            raise VideoError("video_unreadable", f"it shows nothing from {start:.3f} s to {end:.3f} s")
        written.mux(stream.encode(None))
    pictures.close()
    return {}


def make_picture(request: Mapping[str, Any]) -> dict[str, Any]:
    """Write the picture that is shown at a time, as a small JPEG."""
    seconds = request["seconds"]
    pictures = _Pictures(Path(request["path"]))
    shown = next(_shown_within(pictures.since(seconds), seconds, seconds), None)
    if shown is None:
        raise VideoError("video_unreadable", f"it shows nothing at {seconds:.3f} s")
    small = scale_short_side(_upright(shown[1]), _PICTURE_SIDE)
    pictures.close()
    Path(request["output"]).write_bytes(encode_jpeg(small, _JPEG_QUALITY))
    return {}


def _shown_within(pictures: Iterator[tuple[float, Any]], start: float, end: float) -> Iterator[tuple[float, Any]]:
    """Pictures that are on display between two times, the first of them from `start` on; after the end, the last one."""
    before = None
    for seconds, picture in pictures:
        if seconds <= start:
            before = picture
            continue
        if before is not None:
            yield start, before
            before = None
        if seconds > end:
            return
        yield seconds, picture
    if before is not None:
        yield start, before


def _size(width: int, height: int) -> tuple[int, int]:
    """Even numbers of pixels, as H.264 needs them, and not too many."""
    scale = min(1.0, _LONGEST_SIDE / max(width, height))
    return max(2, round(width * scale) // 2 * 2), max(2, round(height * scale) // 2 * 2)


def _upright(picture: Any) -> Frame:
    image: Frame = picture.to_ndarray(format="bgr24")
    items = picture.side_data.get("DISPLAYMATRIX") if len(picture.side_data) else None
    matrix = DisplayMatrix.from_items(bytes(items), "=") if items else UPRIGHT
    return image if matrix is UPRIGHT else matrix.apply(image)


_MAKERS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "probe": probe,
    "clip": make_clip,
    "picture": make_picture,
}


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """What was made, or why nothing was."""
    try:
        return _MAKERS[request["make"]](request)
    except VideoError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": f"decoding it takes more than {_MAX_MEMORY_BYTES // _MEGABYTE} MB"}
    except (av.error.FFmpegError, OSError, ValueError, StopIteration) as error:
        return {"error": f"it cannot be decoded ({type(error).__name__}: {error})"}


def main() -> None:
    """Answer requests until there are no more."""
    end_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_FILE_BYTES, _MAX_FILE_BYTES))
    av.logging.set_level(av.logging.PANIC)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
