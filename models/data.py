"""Turns Examples into clips: parses them, runs the Transform graph, and keeps what identifies a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow as tf
import tensorflow_transform as tft

from models import features
from models.config import ModelConfig
from models.preprocessing import label_ids, unpack_clips

_PARSE_BATCH = 4
_FILES_AT_ONCE = 16
_LOOKED_AT_ONCE = 256


class Record(NamedTuple):
    """A serialized Example; `index` is its place in the order of the files, `key` a fingerprint (both int64)."""

    index: tf.Tensor
    key: tf.Tensor
    serialized: tf.Tensor


class DecodedClip(NamedTuple):
    """A decoded Record: `frames` are uint8 [time, clip_height, clip_width, 3], `label_id` is int64.

    `boxes`, float32 [time, 4], are relative to the frames; `box_validity`, float32 [time], is 0 where there is none.
    """

    index: tf.Tensor
    key: tf.Tensor
    frames: tf.Tensor
    label_id: tf.Tensor
    boxes: tf.Tensor
    box_validity: tf.Tensor


@dataclass(frozen=True)
class ClipSource:
    """Clips of one split, as Transform makes them of the Examples in the files that fit `patterns`."""

    patterns: Sequence[str]
    transform: tft.TFTransformOutput
    model: ModelConfig

    @property
    def num_frames(self) -> int:
        """Stored frames of a clip."""
        return int(self.transform.raw_feature_spec()[features.FRAMES].shape[0])

    @property
    def clip_bytes(self) -> int:
        """Size of a decoded clip."""
        return self.num_frames * self.model.clip_height * self.model.clip_width * 3

    @cached_property
    def stored_bytes(self) -> int:
        """Size of all files, which do not shrink what is in them."""
        return sum(tf.io.gfile.stat(file).length for file in self.files)

    def records(self) -> tf.data.Dataset:
        """A dataset of Records, in the order of the files."""
        return _read(tf.constant(self.files), tf.constant(0, tf.int64))

    def records_of_shuffled_files(self, seed: tf.Tensor) -> tf.data.Dataset:
        """The same Records from several files at once, since neighbours in a file are mostly of one class.

        `seed` (int64 scalar) alone decides the order of the files.
        """
        first_indices = np.cumsum([0, *map(len, self._labels)])[:-1]
        files = tf.data.Dataset.from_tensor_slices((self.files, first_indices))
        files = files.shuffle(len(self.files), seed, reshuffle_each_iteration=False)
        # Files are waited for side by side; the order is that of reading them one after the other.
        return files.interleave(_read, _FILES_AT_ONCE, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)

    def decode(self, records: tf.data.Dataset) -> tf.data.Dataset:
        """Turn a dataset of Records into one of DecodedClips, in the same order."""
        layer = self.transform.transform_features_layer()
        spec = self.transform.raw_feature_spec()

        # AutoGraph is not needed, and would rewrite all of the layer's code for seconds.
        @tf.autograph.experimental.do_not_convert
        def transform(records: Record) -> DecodedClip:
            outputs = layer(tf.io.parse_example(records.serialized, spec))
            frames = unpack_clips(outputs[features.CLIP], self.num_frames, self.model)
            boxes, validity = outputs[features.CLIP_BOXES], outputs[features.CLIP_BOX_VALID]
            return DecodedClip(records.index, records.key, frames, outputs[features.LABEL_ID], boxes, validity)

        return records.batch(_PARSE_BATCH).map(transform, tf.data.AUTOTUNE, deterministic=True).unbatch()

    def clips(self) -> tf.data.Dataset:
        """A dataset of DecodedClips, in the order of the files."""
        return self.decode(self.records())

    def label_ids(self, classes: Sequence[str]) -> npt.NDArray[np.int64]:
        """Position of each record's label in `classes`, -1 where it is none of them: int64 [records]."""
        return np.asarray(label_ids(tf.constant(np.concatenate(self._labels)), classes))

    def seconds_by_label(self) -> dict[str, npt.NDArray[np.float32]]:
        """Durations of the clips of each label: float32 [clips], by label."""
        labels = np.concatenate(self._labels)
        seconds = np.concatenate([file[features.END_SECONDS] - file[features.START_SECONDS] for file in self._scalars])
        return {label.decode(): seconds[labels == label] for label in sorted(set(labels))}

    def has_boxes(self) -> bool:
        """Whether any frame of any record has a box; no frame is decoded."""
        spec = {features.BOX_VALID: self.transform.raw_feature_spec()[features.BOX_VALID]}
        return any(
            tf.reduce_any(tf.io.parse_example(records.serialized, spec)[features.BOX_VALID] > 0)
            for records in self.records().batch(256)
        )

    def channel_statistics(self) -> tuple[list[float], list[float]]:
        """Mean and standard deviation of the colour channels, as Transform computed them on the training set."""
        serialized = next(iter(self.records().batch(1))).serialized
        layer = self.transform.transform_features_layer()
        outputs = layer(tf.io.parse_example(serialized, self.transform.raw_feature_spec()))
        return outputs[features.CHANNEL_MEAN][0].numpy().tolist(), outputs[features.CHANNEL_STD][0].numpy().tolist()

    @cached_property
    def files(self) -> list[str]:
        """Their paths, in the order in which they are read."""
        return sorted(file for pattern in self.patterns for file in tf.io.gfile.glob(pattern))

    @property
    def _labels(self) -> list[npt.NDArray[np.bytes_]]:
        return [scalars[features.LABEL] for scalars in self._scalars]

    @cached_property
    def _scalars(self) -> list[dict[str, npt.NDArray[Any]]]:
        """For each file, [records] values of each feature that is read without decoding a frame."""
        times = (features.START_SECONDS, features.END_SECONDS)
        spec = {features.LABEL: tf.io.FixedLenFeature([], tf.string)}
        spec |= {name: tf.io.FixedLenFeature([], tf.float32) for name in times}

        def read(number: tf.Tensor, file: tf.Tensor) -> tf.data.Dataset:
            batches = tf.data.TFRecordDataset(file, compression_type="GZIP").batch(_LOOKED_AT_ONCE)
            return batches.map(lambda serialized: (number, tf.io.parse_example(serialized, spec)))

        # A dataset for each file takes longer than reading it.
        files = tf.data.Dataset.from_tensor_slices(self.files).enumerate()
        parts: list[list[dict[str, npt.NDArray[Any]]]] = [[] for _ in self.files]
        for number, part in files.interleave(
            read, _FILES_AT_ONCE, num_parallel_calls=tf.data.AUTOTUNE
        ).as_numpy_iterator():
            parts[number].append(part)
        empty = {name: np.array([], feature.dtype.as_numpy_dtype) for name, feature in spec.items()}
        return [
            {name: np.concatenate([none, *(part[name] for part in of_file)]) for name, none in empty.items()}
            for of_file in parts
        ]


def _read(files: tf.Tensor, first_index: tf.Tensor) -> tf.data.Dataset:
    records = tf.data.TFRecordDataset(files, compression_type="GZIP")

    def make_record(index: tf.Tensor, serialized: tf.Tensor) -> Record:
        return Record(index, tf.strings.to_hash_bucket_fast(serialized, 2**63 - 1), serialized)

    return records.enumerate(first_index).map(make_record)
