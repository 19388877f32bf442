"""Real, tiny video files whose frames say which one they are."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from components.video.images import Frame

_NUM_BITS = 8
_BAR_WIDTH = 12
_SOUND_CODECS = {".webm": "libopus", ".ts": "mp2", ".avi": "mp2"}
_MATRIX_OFFSET = 44  # from the name of an MP4 track header on
WIDTH, HEIGHT = _NUM_BITS * _BAR_WIDTH, 48


def draw_frame(index: int) -> Frame:
    """Eight bars, white for a set bit of `index`: wide enough to outlast lossy codecs."""
    bits = [(index >> bit) & 1 for bit in range(_NUM_BITS)]
    bars = np.repeat(np.array(bits, np.uint8) * 255, _BAR_WIDTH)
    return np.ascontiguousarray(np.broadcast_to(bars[None, :, None], (HEIGHT, WIDTH, 3)))


def read_index(frame: Frame) -> int:
    """The index that a frame shows; frame: [height, width, 3], of any size."""
    bars = np.array_split(frame.mean(axis=(0, 2)), _NUM_BITS)
    return sum((bar.mean() > 127) << bit for bit, bar in enumerate(bars))


def write_video(path: Path, num_frames: int, fps: float = 10.0, codec: str = "mp4v", first: int = 0) -> Path:
    """A video whose frame i, shown from i / fps on, is `draw_frame(first + i)`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), fps, (WIDTH, HEIGHT))
    assert writer.isOpened()
    for index in range(num_frames):
        writer.write(draw_frame(first + index))
    writer.release()
    return path


def record(
    path: Path,
    seconds: Sequence[float],
    codec: str = "mpeg4",
    *,
    rate: int = 25,
    sound_seconds: float = 0.0,
    options: Mapping[str, str] | None = None,
    sizes: Sequence[tuple[int, int]] = ((WIDTH, HEIGHT),),
) -> Path:
    """A video whose frame i is `draw_frame(i)`, shown from `seconds[i]` on, with silence from 0 s on if it has a sound.

    `rate` is what the header says; `options` are the container's. The frames are cut into equal parts, one for each of the
    `sizes` (width, height).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Some clocks tick once a frame.
    tick = Fraction(1, rate if path.suffix == ".avi" or codec == "mpeg2video" else 1000)
    with av.open(str(path), "w", options=dict(options or {})) as container:
        stream = container.add_stream(codec, rate=rate)
        packets: list[av.Packet] = []
        for number, (width, height) in enumerate(sizes):
            encoder = stream.codec_context if not number else av.CodecContext.create(codec, "w")
            encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = width, height, "yuv420p", tick
            for index in range(number * len(seconds) // len(sizes), (number + 1) * len(seconds) // len(sizes)):
                image = cv2.resize(draw_frame(index), (width, height), interpolation=cv2.INTER_NEAREST)
                frame = av.VideoFrame.from_ndarray(image, "bgr24")
                frame.pts, frame.time_base = round(seconds[index] / tick), tick
                packets += encoder.encode(frame)
            packets += encoder.encode(None)
        for packet in packets:
            packet.stream = stream
        if sound_seconds:
            sound = container.add_stream(_SOUND_CODECS.get(path.suffix, "aac"), rate=48_000)
            silence = av.AudioFrame.from_ndarray(np.zeros((1, int(48_000 * sound_seconds)), np.int16), "s16", "mono")
            silence.sample_rate, silence.pts = 48_000, 0
            packets += [*sound.encode(silence), *sound.encode(None)]
        container.mux(sorted(packets, key=lambda packet: packet.dts * packet.time_base))
    return path


def turn_video(source: Path, target: Path, quarter_turns: int, is_mirrored: bool = False) -> Path:
    """A copy of an MP4 file whose header asks for its last track to be shown turned clockwise, of its mirror image if so."""
    content = bytearray(source.read_bytes())
    cosine, sine = ((1, 0), (0, 1), (-1, 0), (0, -1))[quarter_turns]
    flip = -1 if is_mirrored else 1
    matrix = np.array([flip * cosine, flip * sine, 0, -sine, cosine, 0, 0, 0, 0x4000]) * 0x10000
    start = content.rindex(b"tkhd") + _MATRIX_OFFSET
    content[start : start + 36] = matrix.astype(">i4").tobytes()
    target.write_bytes(content)
    return target
