"""The frames of a video that a model was trained on, for clients that have NumPy and OpenCV only.

`sampling` stands in the card of a pushed version, `assets.extra/clipgate.json`. Of the sampling methods only windows
(`window_seconds`) are left to the client, which cuts longer segments itself.
"""

import json
from bisect import bisect_left, bisect_right
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[Any]


def read_card(model: Path) -> dict[str, Any]:
    """The card of a pushed version: of its folder, of the newest in a folder of versions, or a copy of the file itself."""
    if model.is_file():
        return dict(json.loads(model.read_text()))
    versions = sorted((path for path in model.iterdir() if path.name.isdecimal()), key=lambda path: int(path.name))
    place = versions[-1] if versions else model
    return dict(json.loads((place / "assets.extra" / "clipgate.json").read_text()))


def read_clips(
    video: Path, sampling: dict[str, Any], start: float = 0.0, end: float | None = None
) -> list[tuple[bytes, ...]]:
    """The clips of a segment, in seconds, each of `num_frames` JPEGs: one, or one a view."""
    times, frame_seconds = read_times(video)
    last = times[-1] + frame_seconds
    plans = choose_moments(sampling, start, last if end is None else min(end, last), frame_seconds)
    images = read_moments(video, times, [moment for moments in plans for moment in moments], start)
    jpegs = [encode_jpeg(shrink(image, sampling["short_side"]), sampling["jpeg_quality"]) for image in images]
    return [tuple(jpegs[first : first + len(plans[0])]) for first in range(0, len(jpegs), len(plans[0]))]


def choose_moments(sampling: dict[str, Any], start: float, end: float, frame_seconds: float) -> list[list[float]]:
    """When the frames that training stored are shown, in seconds; one list a view."""
    count = sampling["num_frames"]
    # The last frame of the segment stands for all that would come after it.
    latest = end - frame_seconds / 2
    if sampling["method"] == "uniform":
        return [[min(start + (index + 0.5) * (end - start) / count, latest) for index in range(count)]]
    step = sampling["step_seconds"] or (sampling["step_frames"] or 1) * frame_seconds
    slack = max(0.0, end - start - (count - 1) * step - min(frame_seconds, step))
    views = sampling["views"]
    plans = []
    for view in range(views):
        offset = slack * (view / (views - 1) if views > 1 else 0.5)
        moments = [start + offset + index * step for index in range(count)]
        if sampling["short"] == "wrap":
            moments = [start + (moment - start) % (end - start) for moment in moments]
        plans.append([min(moment, latest) for moment in moments])
    return plans


def read_times(video: Path) -> tuple[list[float], float]:
    """When each frame is shown, and for how long one is, in seconds."""
    capture = cv2.VideoCapture(str(video))
    times = []
    while capture.grab():
        times.append(capture.get(cv2.CAP_PROP_POS_MSEC) / 1000)
    if not times:
        raise SystemExit(f"{video}: OpenCV reads no frame of it")
    return times, 1 / (capture.get(cv2.CAP_PROP_FPS) or 25.0)


def read_moments(video: Path, times: list[float], moments: list[float], start: float) -> list[Image]:
    """The frames on display at these moments, in seconds, of those that begin after `start`: uint8 [height, width, 3], BGR.

    `times` are those of `read_times`.
    """
    first = min(bisect_left(times, start), len(times) - 1)
    indices = [max(first, bisect_right(times, moment) - 1) for moment in moments]
    capture = cv2.VideoCapture(str(video))
    images: dict[int, Image] = {}
    for index in range(max(indices) + 1):
        capture.grab()
        if index in indices:
            images[index] = np.asarray(capture.retrieve()[1])
    return [images[index] for index in indices]


def shrink(image: Image, short_side: int) -> Image:
    """Scaled down so that the shorter side has `short_side` pixels, by halves first; a smaller image stays as it is."""
    height, width = image.shape[:2]
    scale = short_side / min(height, width)
    if scale >= 1:
        return image
    height, width = max(1, round(height * scale)), max(1, round(width * scale))
    while image.shape[0] >= 2 * height and image.shape[1] >= 2 * width:
        rows, columns = image.shape[0] // 2, image.shape[1] // 2
        image = np.asarray(cv2.resize(image[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA))
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR))


def encode_jpeg(image: Image, quality: int) -> bytes:
    """An image, BGR, as JPEG. Training saw what JPEG leaves of a frame, and a network notices."""
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())
