"""Real, tiny video files whose frames say which one they are."""

from pathlib import Path

import cv2
import numpy as np

from components.video.images import Frame

_NUM_BITS = 8
_BAR_WIDTH = 12
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


def turn_video(source: Path, target: Path, quarter_turns: int) -> Path:
    """A copy of an MP4 file whose header asks for its last track to be shown turned clockwise."""
    content = bytearray(source.read_bytes())
    cosine, sine = ((1, 0), (0, 1), (-1, 0), (0, -1))[quarter_turns]
    matrix = np.array([cosine, sine, 0, -sine, cosine, 0, 0, 0, 0x4000]) * 0x10000
    start = content.rindex(b"tkhd") + _MATRIX_OFFSET
    content[start : start + 36] = matrix.astype(">i4").tobytes()
    target.write_bytes(content)
    return target
