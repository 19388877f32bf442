"""Turns Examples into clips: parses them, runs the Transform graph, and keeps what identifies a record."""

from collections import defaultdict
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
from models.metadata import NO_CARD, Numbers, NumbersCard
from models.numbers import read_example_numbers, unpack_statistics
from models.preprocessing import label_ids, label_sets, unpack_clips

_PARSE_BATCH = 4
_FILES_AT_ONCE = 16
_LOOKED_AT_ONCE = 256
_OF_ANY_NUMBER = (features.LABEL, features.KNOWN_LABELS)


class Record(NamedTuple):
    """A serialized Example; `index` is its place in the order of the files, `key` a fingerprint (both int64)."""

    index: tf.Tensor
    key: tf.Tensor
    serialized: tf.Tensor


class DecodedClip(NamedTuple):
    """A decoded Record: `frames` are uint8 [time, clip_height, clip_width, 3], `label_id` as `ids_of_labels` gives it.

    `boxes`, float32 [time, 4], are relative to the frames; `box_validity`, float32 [time], is 0 where there is none. `numbers`
    has what the network sees of metadata, float32 [width]; without metadata it is empty, since batches of tensors without a
    value are not safe to take apart.
    """

    index: tf.Tensor
    key: tf.Tensor
    frames: tf.Tensor
    label_id: tf.Tensor
    boxes: tf.Tensor
    box_validity: tf.Tensor
    numbers: tuple[tf.Tensor, ...]


@dataclass(frozen=True)
class ClipSource:
    """Clips of one split, as Transform makes them of the Examples in the files that fit `patterns`.

    `numbers_card` says which numbers the network sees beside the frames.
    """

    patterns: Sequence[str]
    transform: tft.TFTransformOutput
    model: ModelConfig
    numbers_card: NumbersCard = NO_CARD

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
            label_id = outputs[features.LABEL_ID]
            has_numbers = bool(self.numbers_card.numbers.width)
            numbers = read_example_numbers(records.serialized, self.numbers_card)[:1] if has_numbers else ()
            return DecodedClip(records.index, records.key, frames, label_id, boxes, validity, numbers)

        return records.batch(_PARSE_BATCH).map(transform, tf.data.AUTOTUNE, deterministic=True).unbatch()

    def clips(self) -> tf.data.Dataset:
        """A dataset of DecodedClips, in the order of the files."""
        return self.decode(self.records())

    def labels(self, classes: Sequence[str]) -> npt.NDArray[np.int64]:
        """Labels of all records by their positions in `classes`, as `ids_of_labels` gives them."""
        if self.model.has_several_labels:
            of_files = [(file[features.LABEL], file[features.KNOWN_LABELS]) for file in self._scalars]
            return np.concatenate(
                [np.asarray(label_sets(tf.constant(labels), classes, tf.constant(known))) for labels, known in of_files]
            )
        # Of a file without records nobody knows how many labels they would have.
        return np.asarray(label_ids(tf.constant(np.concatenate([labels[:, 0] for labels in self._labels])), classes))

    @property
    def num_records(self) -> int:
        return sum(map(len, self._labels))

    def seconds_by_label(self) -> dict[str, npt.NDArray[np.float32]]:
        """Durations of the clips of each label: float32 [clips], by label."""
        seconds: dict[bytes, list[float]] = defaultdict(list)
        for file in self._scalars:
            durations = file[features.END_SECONDS] - file[features.START_SECONDS]
            for labels, duration in zip(file[features.LABEL], durations, strict=True):
                for label in filter(None, labels):
                    seconds[label].append(duration)
        return {label.decode(): np.array(seconds[label], np.float32) for label in sorted(seconds)}

    def has_boxes(self) -> bool:
        """Whether any frame of any record has a box; no frame is decoded."""
        spec = {features.BOX_VALID: self.transform.raw_feature_spec()[features.BOX_VALID]}
        return any(
            tf.reduce_any(tf.io.parse_example(records.serialized, spec)[features.BOX_VALID] > 0)
            for records in self.records().batch(256)
        )

    def channel_statistics(self) -> tuple[list[float], list[float]]:
        """Mean and standard deviation of the colour channels, as Transform computed them on the training set."""
        outputs = self._first_transformed()
        return outputs[features.CHANNEL_MEAN][0].numpy().tolist(), outputs[features.CHANNEL_STD][0].numpy().tolist()

    def numbers(self) -> npt.NDArray[np.float32]:
        """What the network sees of each record's metadata, float32 [records, width]; no frame is decoded."""
        if not self.numbers_card.numbers.width:
            return np.zeros((self.num_records, 0), np.float32)
        batches = self.records().batch(256)
        parts = [read_example_numbers(records.serialized, self.numbers_card)[0].numpy() for records in batches]
        return np.concatenate([np.zeros((0, self.numbers_card.numbers.width), np.float32), *parts])

    def number_statistics(self, numbers: Numbers) -> NumbersCard:
        """The statistics by which `numbers` are made, as Transform computed them on the training set."""
        if not numbers.width:
            return NO_CARD
        return unpack_statistics(self._first_transformed()[features.NUMBER_STATISTICS][0].numpy(), numbers)

    def _first_transformed(self) -> dict[str, tf.Tensor]:
        serialized = next(iter(self.records().batch(1))).serialized
        layer = self.transform.transform_features_layer()
        return dict(layer(tf.io.parse_example(serialized, self.transform.raw_feature_spec())))

    @cached_property
    def files(self) -> list[str]:
        """Their paths, in the order in which they are read."""
        return sorted(file for pattern in self.patterns for file in tf.io.gfile.glob(pattern))

    @property
    def _labels(self) -> list[npt.NDArray[np.bytes_]]:
        """The labels of each file, [records, at most so many]; what a record lacks is empty."""
        return [scalars[features.LABEL] for scalars in self._scalars]

    @cached_property
    def _scalars(self) -> list[dict[str, npt.NDArray[Any]]]:
        """For each file, [records, ...] values of each feature that is read without decoding a frame."""
        times = (features.START_SECONDS, features.END_SECONDS)
        spec = {name: tf.io.FixedLenFeature([], tf.float32) for name in times}
        spec |= {name: tf.io.RaggedFeature(tf.string) for name in _OF_ANY_NUMBER}

        def read(number: tf.Tensor, file: tf.Tensor) -> tf.data.Dataset:
            batches = tf.data.TFRecordDataset(file, compression_type="GZIP").batch(_LOOKED_AT_ONCE)
            return batches.map(lambda serialized: (number, parse(serialized)))

        def parse(serialized: tf.Tensor) -> dict[str, tf.Tensor]:
            parsed = tf.io.parse_example(serialized, spec)
            # With one more that is empty, since datasets of tensors without a value are not safe.
            padded = {name: tf.pad(parsed[name].to_tensor(), [[0, 0], [0, 1]]) for name in _OF_ANY_NUMBER}
            return {**parsed, **padded}

        # A dataset for each file takes longer than reading it.
        files = tf.data.Dataset.from_tensor_slices(self.files).enumerate()
        parts: list[list[dict[str, npt.NDArray[Any]]]] = [[] for _ in self.files]
        for number, part in files.interleave(
            read, _FILES_AT_ONCE, num_parallel_calls=tf.data.AUTOTUNE
        ).as_numpy_iterator():
            parts[number].append(part)
        return [
            {name: np.concatenate([np.empty(0, np.float32), *(part[name] for part in of_file)]) for name in times}
            | {name: _stacked([part[name] for part in of_file]) for name in _OF_ANY_NUMBER}
            for of_file in parts
        ]


def _stacked(parts: Sequence[npt.NDArray[np.bytes_]]) -> npt.NDArray[np.bytes_]:
    """Texts [records, at most so many] one below the other; what is missing to the most is empty."""
    width = max((part.shape[1] for part in parts), default=1)
    padded = [np.pad(part, ((0, 0), (0, width - part.shape[1])), constant_values=b"") for part in parts]
    return np.concatenate([np.empty((0, width), object), *padded])


def _read(files: tf.Tensor, first_index: tf.Tensor) -> tf.data.Dataset:
    records = tf.data.TFRecordDataset(files, compression_type="GZIP")

    def make_record(index: tf.Tensor, serialized: tf.Tensor) -> Record:
        return Record(index, tf.strings.to_hash_bucket_fast(serialized, 2**63 - 1), serialized)

    return records.enumerate(first_index).map(make_record)
