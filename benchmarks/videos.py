"""Videos to measure with, read and written as a whole."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from components.video.images import Frame


def read_video(path: Path) -> tuple[list[Frame], float]:
    """All frames, uint8 [height, width, 3] in BGR, and the frames a second."""
    capture = cv2.VideoCapture(str(path))
    frames = []
    while (frame := capture.read()[1]) is not None:
        frames.append(frame)
    return frames, capture.get(cv2.CAP_PROP_FPS)


def write_video(path: Path, frames: Sequence[Frame], fps: float, codec: str = "mp4v") -> None:
    height, width = frames[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), fps, (width, height))
    for frame in frames:
        writer.write(np.ascontiguousarray(frame))
    writer.release()
