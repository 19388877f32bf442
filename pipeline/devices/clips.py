"""Clips to quantise with and to compare with: stored ones as the network sees them, or drawn ones."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from foundation.messages.errors import UserError
from models import features
from models.config import ModelConfig
from models.preprocessing import decode_clips
from models.views import centre_frames
from pipeline.prediction.record_files import read_records

Frames = npt.NDArray[np.uint8]


class LabelledClip(NamedTuple):
    """`frames`: those that the network sees, before they are cropped: uint8 [num_frames, clip_height, clip_width, 3], RGB.

    `labels` are empty for a drawn clip. `known_labels`: of which it is known whether it has them; empty: of all.
    """

    frames: Frames
    labels: frozenset[str]
    known_labels: frozenset[str] = frozenset()


class StoredClips:
    """At most `most` clips of a split of Examples, evenly spread over its files, decoded one by one."""

    def __init__(self, examples: Path, split: str, config: ModelConfig, most: int | None = None) -> None:
        """`examples`: a folder that holds Split-train and the others.

        Raises:
          UserError: it has no clips of that split.
        """
        self._files = sorted(str(path) for path in (examples / f"Split-{split}").glob("*.gz"))
        self._config = config
        total = sum(1 for _ in self._records())
        if not total:
            raise UserError(
                f"{examples} holds no clips of the split {split}; expected a folder of Examples such as "
                "OUTPUT_DIR/pipeline/VideoExampleGen/examples/1"
            )
        count = min(total, most or total)
        self._wanted = frozenset(index * total // count for index in range(count))

    def __len__(self) -> int:
        return len(self._wanted)

    def __iter__(self) -> Iterator[LabelledClip]:
        for index, record in enumerate(self._records()):
            if index not in self._wanted:
                continue
            found = tf.train.Example.FromString(record).features.feature
            jpegs = tf.constant(list(found[features.FRAMES].bytes_list.value))
            seen = tf.gather(jpegs, centre_frames(tf.size(jpegs), self._config))
            labels, known = (
                frozenset(label.decode() for label in found[name].bytes_list.value)
                for name in (features.LABEL, features.KNOWN_LABELS)
            )
            yield LabelledClip(decode_clips(seen[tf.newaxis], self._config)[0].numpy(), labels, known)

    def _records(self) -> Iterator[bytes]:
        for file in self._files:
            yield from read_records(file)


def draw_clips(config: ModelConfig, num_clips: int) -> list[LabelledClip]:
    """Clips of coloured clouds that drift, the same each time: they move a network more than noise does."""
    rng = np.random.default_rng(0)
    size = (2 * config.clip_width, 2 * config.clip_height)
    clips = []
    for _ in range(num_clips):
        cloud = cv2.resize(rng.integers(0, 256, (6, 6, 3)).astype(np.uint8), size, interpolation=cv2.INTER_CUBIC)
        corners = np.linspace(0, (config.clip_height, config.clip_width), config.num_frames).astype(int)
        frames = [cloud[top : top + config.clip_height, left : left + config.clip_width] for top, left in corners]
        clips.append(LabelledClip(np.stack(frames).astype(np.uint8), frozenset()))
    return clips


def cropped(frames: Frames, config: ModelConfig) -> Frames:
    """What the network sees of frames [num_frames, clip_height, clip_width, 3]: [num_frames, height, width, 3]."""
    top, left = (config.clip_height - config.height) // 2, (config.clip_width - config.width) // 2
    return frames[:, top : top + config.height, left : left + config.width]
