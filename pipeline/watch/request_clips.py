"""The clips in a request for a prediction, whatever signature it is for."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from components.video.images import encode_jpeg
from models import features
from pipeline.watch.clip_features import ClipFeatures, measure_frames, measure_jpegs, shown

# The input that holds the clips, by signature.
INPUTS = {
    "predict_jpeg": "frames",
    "predict_frames": "frames",
    "predict_jpeg_with_metadata": "frames",
    "predict_frames_with_metadata": "frames",
    "serving_default": "examples",
}
_JPEG_QUALITY = 95

# JPEGs of a clip, or its RGB frames, uint8 [time, height, width, 3].
Frames = list[bytes] | npt.NDArray[np.uint8]


def clips_of(signature: str, values: npt.NDArray[Any]) -> Iterator[Frames]:
    """The clips of a request's input, one by one.

    Raises:
      ValueError: an Example is none.
    """
    for value in values:
        if signature == "serving_default":
            yield jpegs_of_example(value)
        else:
            yield value if signature.startswith("predict_frames") else value.tolist()


def jpegs_of_example(serialized: bytes) -> list[bytes]:
    """The frames of a serialized Example.

    Raises:
      ValueError: it is none.
    """
    import tensorflow as tf  # where requests are kept it is loaded, and what else is here needs none

    try:
        example = tf.train.Example.FromString(serialized)
    except Exception as error:  # the class of protobuf's DecodeError depends on its implementation
        raise ValueError("no Example") from error
    return list(example.features.feature[features.FRAMES].bytes_list.value)


def measure(frames: Frames, num_shown: int) -> ClipFeatures:
    """The features of a clip; `num_shown`: frames that the network is shown.

    Raises:
      ValueError: it has no frames, or one that is no image.
    """
    return measure_jpegs(frames, num_shown) if isinstance(frames, list) else measure_frames(frames, num_shown)


def shown_jpegs(frames: Frames, num_shown: int) -> tuple[bytes, ...]:
    """The frames that the network is shown, as JPEGs; raises ValueError if there are none."""
    if isinstance(frames, list):
        return tuple(shown(frames, num_shown))
    chosen = (frames[index] for index in shown(range(len(frames)), num_shown))
    return tuple(encode_jpeg(np.ascontiguousarray(frame[..., ::-1]), _JPEG_QUALITY) for frame in chosen)
