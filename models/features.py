"""Names, shapes and types of the features in the Examples; for those of metadata see models/metadata.py."""

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

VIDEO_ID = "video_id"
SEGMENT_ID = "segment_id"
GROUP = "group"
LABEL = "label"
SPLIT_ORIGIN = "split_origin"
FRAMES = "frames"
FRAME_SECONDS = "frame_seconds"
START_SECONDS = "start_seconds"
END_SECONDS = "end_seconds"
FPS = "fps"
WIDTH = "width"
HEIGHT = "height"
MOTION = "motion"
BRIGHTNESS = "brightness"
BOXES = "boxes"
BOX_VALID = "box_valid"
MASKS = "masks"  # optional
# Optional, of clips with several labels: those of which it is known whether the clip has them. Without it that is all.
KNOWN_LABELS = "known_labels"

# What Transform adds.
CLIP = "clip"
CLIP_BOXES = "clip_boxes"
CLIP_BOX_VALID = "clip_box_valid"
LABEL_ID = "label_id"
CHANNEL_MEAN = "channel_mean"
CHANNEL_STD = "channel_std"
NUMBER_STATISTICS = "number_statistics"  # optional

# What the `evaluate` signature of a tracker adds, beside the boxes' validity.
BOX_IOU = "box_iou"

BYTES_FEATURES = (VIDEO_ID, SEGMENT_ID, GROUP, LABEL, SPLIT_ORIGIN)
FLOAT_FEATURES = (START_SECONDS, END_SECONDS, FPS, WIDTH, HEIGHT, MOTION, BRIGHTNESS)


def feature_lengths(num_frames: int) -> dict[str, int]:
    """Number of values of each feature in every Example with `num_frames` stored frames."""
    scalars = dict.fromkeys((*BYTES_FEATURES, *FLOAT_FEATURES), 1)
    return scalars | {FRAMES: num_frames, FRAME_SECONDS: num_frames, BOXES: 4 * num_frames, BOX_VALID: num_frames}


def make_example(values: Mapping[str, Sequence[Any]]) -> bytes:
    """A serialized tf.Example; str and bytes become bytes lists, numbers float lists. The same values give the same bytes."""
    example = tf.train.Example()
    for name in sorted(values):
        feature = example.features.feature[name]
        if isinstance(values[name][0], (str, bytes)):
            items = (item.encode() if isinstance(item, str) else item for item in values[name])
            feature.bytes_list.value.extend(items)
        else:
            feature.float_list.value.extend(values[name])
    return bytes(example.SerializeToString(deterministic=True))
