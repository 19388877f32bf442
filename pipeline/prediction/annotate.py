"""Makes a copy of a video that shows what was found. A process of its own decodes and encodes, within limits."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from components.video.capture import open_video
from components.video.child import decoding_environment
from components.video.clips import known_end
from components.video.config import SamplingConfig
from components.video.decoder_process import address_space_bytes, limit_resources
from components.video.images import Frame
from components.video.reader import FrameReader, VideoError
from foundation.messages.errors import UserError
from pipeline.prediction.segments import ActionSegment

_DEFAULT_FPS = 25.0
_H264 = "libx264"
_OPTIONS = {"threads": "1", "preset": "veryfast"}  # slower ones keep more frames than the limit of memory allows
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_LARGEST_STRIP = 0.3  # of the frame's height
_WHITE, _GREY, _ACCENT = (255, 255, 255), (70, 70, 70), (181, 101, 47)  # BGR


def annotate(video: Path, segments: Sequence[ActionSegment], sampling: SamplingConfig, output: Path) -> None:
    """Write `output` (.mp4): each frame with the labels of its time, and below it where the segments lie.

    `sampling` limits what the video may cost. OpenCV's font has ASCII only: other characters become question marks.

    Raises:
      UserError: the video cannot be read, or OpenCV cannot write the file.
    """
    request = {
        "video": str(video),
        "output": str(output),
        "segments": [asdict(segment) for segment in segments],
        "sampling": sampling.model_dump_json(),
    }
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.prediction.annotate"],
        input=json.dumps(request),
        env=decoding_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()
        raise UserError(f"--annotated: {video}: {reason[-1] if reason else f'exit code {done.returncode}'}")


def main() -> None:
    """Be the child process: the request is on standard input, what went wrong goes to standard error."""
    base_memory_bytes = address_space_bytes()
    request = json.loads(sys.stdin.read())
    limit_resources(SamplingConfig.model_validate_json(request["sampling"]), base_memory_bytes)
    segments = [ActionSegment(**values) for values in request["segments"]]
    try:
        _write(Path(request["video"]), segments, request["output"])
    except (VideoError, UserError, OSError, cv2.error) as error:
        sys.exit(str(error))


def _write(video: Path, segments: Sequence[ActionSegment], output: str) -> None:
    with open_video(video, num_threads=1) as reader:
        info = known_end(reader, lambda: None)
        fps = info.fps or _DEFAULT_FPS
        end = max([info.duration_seconds, *(segment.end_seconds for segment in segments)]) or 1.0
        frames = (draw(frame, seconds, segments, end) for seconds, frame in at_rate(reader, fps))
        write = _write_h264 if has_h264() else _write_mpeg4
        write(output, frames, fps, info.width, info.height)


def has_h264() -> bool:
    """Whether there is an encoder of H.264, which browsers play: PyAV brings one, OpenCV's wheels have none."""
    if importlib.util.find_spec("av") is None:
        return False
    import av

    return _H264 in av.codecs_available


def _write_h264(output: str, frames: Iterable[Frame], fps: float, width: int, height: int) -> None:
    """Write frames (BGR, uint8 [height, width, 3]) as H.264; an odd side loses a row or column, since colours are halved."""
    import av

    with av.open(output, "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream(_H264, rate=Fraction(fps).limit_denominator(1001), options=_OPTIONS)
        stream.width, stream.height, stream.pix_fmt = width // 2 * 2, height // 2 * 2, "yuv420p"
        for frame in frames:
            cut = np.ascontiguousarray(frame[: stream.height, : stream.width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(cut, format="bgr24")))
        container.mux(stream.encode(None))


def _write_mpeg4(output: str, frames: Iterable[Frame], fps: float, width: int, height: int) -> None:
    writer = cv2.VideoWriter(output, cv2.VideoWriter.fourcc(*"mp4v"), fps, (width, height))
    if not writer.isOpened():
        raise OSError(f"OpenCV cannot write {output}")
    for frame in frames:
        writer.write(frame)
    writer.release()


def at_rate(reader: FrameReader, fps: float) -> Iterator[tuple[float, Frame]]:
    """The frame on display at each multiple of 1 / `fps`, since a file that OpenCV writes has one rate from start to end."""
    num_given = 0
    shown: Frame | None = None
    for seconds, _, retrieve in reader.frames():
        # A little early, so that rounded time stamps skip no frame.
        while num_given / fps < seconds - 0.5 / fps:
            if shown is None:
                shown = retrieve()
            yield num_given / fps, shown
            num_given += 1
        shown = retrieve()
    if shown is not None:
        yield num_given / fps, shown


def draw(frame: Frame, seconds: float, segments: Sequence[ActionSegment], end_seconds: float) -> Frame:
    """Copy of a frame (BGR, uint8 [height, width, 3]) with labels at the top and a strip of all segments at the bottom."""
    image = frame.copy()
    height, width = image.shape[:2]
    scale = max(0.3, min(height, width) / 400)
    line = max(8, round(32 * scale))
    active = [segment for segment in segments if segment.start_seconds <= seconds < segment.end_seconds]
    for row, segment in enumerate(active):
        cv2.rectangle(image, (0, row * line), (width, (row + 1) * line), _ACCENT, -1)
        place = (round(6 * scale), (row + 1) * line - round(9 * scale))
        text = f"{segment.label} {segment.score:.2f}"
        cv2.putText(image, text, place, _FONT, 0.75 * scale, _WHITE, max(1, round(scale)), cv2.LINE_AA)
    lanes = _lanes(segments)
    num_lanes = len(set(lanes.values())) or 1
    lane_height = max(3, round(min(10 * scale, _LARGEST_STRIP * height / num_lanes)))
    top = height - lane_height * num_lanes
    cv2.rectangle(image, (0, top), (width, height), _GREY, -1)
    for segment in segments:
        left, right = (round(width * at / end_seconds) for at in (segment.start_seconds, segment.end_seconds))
        upper = top + lane_height * lanes[segment.label]
        lower = upper + lane_height - (num_lanes > 1)  # a line of grey between two lanes
        cv2.rectangle(image, (left, upper), (max(left + 1, right), lower), _ACCENT, -1)
    now = min(width - 1, round(width * seconds / end_seconds))
    cv2.line(image, (now, top), (now, height), _WHITE, max(1, round(2 * scale)))
    return np.asarray(image, dtype=np.uint8)


def _lanes(segments: Sequence[ActionSegment]) -> dict[str, int]:
    """Which lane of the strip each label has: one for all labels that exclude each other, else each its own."""
    exclude_each_other = all(segment.threshold is None for segment in segments)
    labels = dict.fromkeys(segment.label for segment in segments)
    return {label: 0 if exclude_each_other else number for number, label in enumerate(labels)}


if __name__ == "__main__":
    main()
