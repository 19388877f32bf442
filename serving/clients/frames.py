"""The frames of a video that a model was trained on, for clients that have NumPy and OpenCV only.

`sampling` stands in the card of a pushed version, `assets.extra/clipgate.json`. Of the sampling methods only windows
(`window_seconds`) are left to the client, which cuts longer segments itself.
"""

import json
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[Any]
Box = Sequence[float]  # x_min, y_min, x_max, y_max, as shares of the frame
ROUNDING = 1e-3  # in pixels; shares of a frame are off by some bits


def read_card(model: Path) -> dict[str, Any]:
    """The card of a pushed version: of its folder, of the newest in a folder of versions, or a copy of the file itself."""
    if model.is_file():
        return dict(json.loads(model.read_text()))
    versions = sorted((path for path in model.iterdir() if path.name.isdecimal()), key=lambda path: int(path.name))
    place = versions[-1] if versions else model
    return dict(json.loads((place / "assets.extra" / "clipgate.json").read_text()))


def answer(card: dict[str, Any], probabilities: dict[str, float]) -> dict[str, Any]:
    """What a client prints: the probabilities, and where a clip may have several labels, these, by the thresholds."""
    thresholds = card.get("thresholds")
    if not thresholds:
        return dict(probabilities)
    labels = [label for label, probability in probabilities.items() if probability >= thresholds[label]]
    return {"labels": sorted(labels, key=lambda label: -probabilities[label]), "probabilities": probabilities}


def read_clips(
    video: Path,
    sampling: dict[str, Any],
    start: float = 0.0,
    end: float | None = None,
    box: Box | None = None,
) -> list[tuple[bytes, ...]]:
    """The clips of a segment, in seconds, each of `num_frames` JPEGs: one, or one a view.

    `box`: where the actor is in all of it, for a model that was trained on clips that are cut around their actors.
    """
    require_box(sampling, box)
    times, frame_seconds = read_times(video)
    last = times[-1] + frame_seconds
    end = last if end is None else min(end, last)
    step_frames = 1 if sampling["method"] == "dense" else sampling["step_frames"]
    if step_frames:
        first, behind = bisect_left(times, start), bisect_left(times, end)
        plans = choose_positions(sampling, first, behind, 1.0, step_frames)
        indices = [int(position) for plan in plans for position in plan]
    else:
        plans = choose_positions(sampling, start, end, frame_seconds, sampling["step_seconds"])
        indices = [index_at(times, moment, start) for plan in plans for moment in plan]
    images = cropped(read_images(video, indices), sampling, box)
    jpegs = [encode_jpeg(shrink(image, sampling["short_side"]), sampling["jpeg_quality"]) for image in images]
    count = sampling["num_frames"]
    return [tuple(jpegs[place : place + count]) for place in range(0, len(jpegs), count)]


def choose_positions(
    sampling: dict[str, Any], start: float, end: float, frame_length: float, step: float | None
) -> list[list[float]]:
    """Where the frames that training stored are, in seconds or in frames as `start` and `end` are; one list a view.

    `step` None spreads them over the segment.
    """
    count = sampling["num_frames"]
    # The last frame of the segment stands for all that would come after it.
    latest = end - frame_length / 2
    if step is None:
        return [[min(start + (index + 0.5) * (end - start) / count, latest) for index in range(count)]]
    slack = max(0.0, end - start - (count - 1) * step - min(frame_length, step))
    views = sampling["views"]
    plans = []
    for view in range(views):
        offset = slack * (view / (views - 1) if views > 1 else 0.5)
        positions = [start + offset + index * step for index in range(count)]
        if sampling["short"] == "wrap":
            positions = [start + (position - start) % (end - start) for position in positions]
        plans.append([min(position, latest) for position in positions])
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


def index_at(times: list[float], moment: float, start: float) -> int:
    """Which frame is on display at a moment of a segment, of the frames that begin in it."""
    first = min(bisect_left(times, start), len(times) - 1)
    return max(first, bisect_right(times, moment) - 1)


def read_images(video: Path, indices: list[int]) -> list[Image]:
    """Frames by their number from 0: uint8 [height, width, 3], BGR."""
    capture = cv2.VideoCapture(str(video))
    images: dict[int, Image] = {}
    for index in range(max(indices) + 1):
        capture.grab()
        if index in indices:
            images[index] = np.asarray(capture.retrieve()[1])
    return [images[index] for index in indices]


def require_box(sampling: dict[str, Any], box: Box | None) -> None:
    """End the program if the model was trained on crops and there is no box, or the other way round."""
    if box is None and sampling.get("crop_to_boxes") is not None:
        raise SystemExit("the model was trained on clips that are cut around their actors: a box is needed")
    if box is not None and sampling.get("crop_to_boxes") is None:
        raise SystemExit("the model was trained on whole frames: leave the box out")


def cropped(images: list[Image], sampling: dict[str, Any], box: Box | None) -> list[Image]:
    """What training saw of frames: all of them, or what surrounds the box."""
    if box is None:
        return images
    return [cut(image, box, sampling["crop_to_boxes"], sampling["crop_aspect"]) for image in images]


def cut(image: Image, box: Box, margin: float, aspect: float) -> Image:
    """What surrounds a box, with a margin on each side (a share of it), of that width divided by its height.

    A frame that is too small for that makes it smaller as a whole, but not smaller than the box.
    """
    height, width = image.shape[:2]
    x_min, y_min, x_max, y_max = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    wide, high = (1 + 2 * margin) * (x_max - x_min), (1 + 2 * margin) * (y_max - y_min)
    wide, high = max(wide, high * aspect), max(high, wide / aspect)
    shrunk = min(1.0, width / wide, height / high)
    left, right = place(x_min, x_max, max(wide * shrunk, x_max - x_min), width)
    top, bottom = place(y_min, y_max, max(high * shrunk, y_max - y_min), height)
    return image[top:bottom, left:right]


def place(first: float, last: float, length: float, available: int) -> tuple[int, int]:
    """A stretch of whole pixels around the middle of another one, moved to where there are pixels."""
    start = min(max(0.0, (first + last - length) / 2), max(0.0, available - length))
    begin = min(math.floor(min(start, first) + ROUNDING), available - 1)
    return begin, max(begin + 1, min(available, math.ceil(max(start + length, last) - ROUNDING)))


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
