"""Thumbnails of clips, read from the Examples."""

from collections.abc import Collection
from pathlib import Path

import cv2
import numpy as np
import tensorflow as tf

from components.reporter.data import Frame, Strip, evenly_spread
from models import features

FRAMES_PER_STRIP = 6
_HEIGHT = 96  # pixels
_JPEG_QUALITY = 80


def read_strips(examples_uri: Path, splits: Collection[str], feature: str, values: Collection[str]) -> dict[str, Strip]:
    """The first clip of these splits with each of these values of a feature of texts, in the order of the files.

    Reads no further than needed.
    """
    wanted = set(values)
    strips: dict[str, Strip] = {}
    files = sorted(str(path) for split in splits for path in (examples_uri / f"Split-{split}").glob("*.gz"))
    for record in tf.data.TFRecordDataset(tf.constant(files, tf.string), "GZIP").as_numpy_iterator():
        if len(strips) == len(wanted):
            break
        example = tf.train.Example.FromString(record)
        new = (wanted - strips.keys()).intersection(_texts(example, feature))
        if new:
            strips |= dict.fromkeys(new, _strip(example))
    return strips


def thumbnail(jpeg: bytes) -> bytes:
    """Scale a JPEG to a height of 96 pixels."""
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)  # [height, width, 3]
    if image is None:
        raise ValueError(f"a stored frame is no image; its first bytes are {jpeg[:8]!r}")
    height, width = image.shape[:2]
    size = (max(1, round(width * _HEIGHT / height)), _HEIGHT)
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return bytes(data.tobytes())


def _strip(example: tf.train.Example) -> Strip:
    frames = example.features.feature[features.FRAMES].bytes_list.value
    seconds = _numbers(example, features.FRAME_SECONDS)
    # A clip shorter than the model's input repeats its last frame; the repetitions would show nothing new.
    distinct = [i for i, second in enumerate(seconds) if i == 0 or second != seconds[i - 1]]
    chosen = [distinct[i] for i in evenly_spread(len(distinct), FRAMES_PER_STRIP)]
    return Strip(
        label=", ".join(_texts(example, features.LABEL)),
        video=_texts(example, features.VIDEO_ID)[0],
        start_seconds=_numbers(example, features.START_SECONDS)[0],
        end_seconds=_numbers(example, features.END_SECONDS)[0],
        frames=tuple(Frame(thumbnail(frames[i]), seconds[i]) for i in chosen),
    )


def _texts(example: tf.train.Example, name: str) -> list[str]:
    return [text.decode() for text in example.features.feature[name].bytes_list.value]


def _numbers(example: tf.train.Example, name: str) -> list[float]:
    return list(example.features.feature[name].float_list.value)
