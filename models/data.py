"""Examples to batches: parse, run the Transform graph, cache what is decoded, draw a view."""

from collections.abc import Sequence
from dataclasses import dataclass

import tensorflow as tf
import tensorflow_transform as tft

from models import features
from models.config import ModelConfig, TrainingConfig
from models.preprocessing import label_ids, unpack_clips
from models.views import RandomView, centre_view

_PARSE_BATCH = 4
_FILES_AT_ONCE = 16
_SHUFFLED_RECORDS = 1024


@dataclass(frozen=True)
class ClipSource:
    """Clips of one split as Transform sees them."""

    patterns: Sequence[str]
    transform: tft.TFTransformOutput
    model: ModelConfig

    @property
    def num_frames(self) -> int:
        """Stored frames per clip."""
        return int(self.transform.raw_feature_spec()[features.FRAMES].shape[0])

    @property
    def clip_bytes(self) -> int:
        """Size of a decoded clip in memory."""
        return self.num_frames * self.model.clip_height * self.model.clip_width * 3

    def clips(self, shuffle_seed: int | None = None) -> tf.data.Dataset:
        """Elements (clip uint8 [time, clip_height, clip_width, 3], label_id int64).

        They come in the order of the files; with a seed in an order that is new in each pass. It is the records that are
        shuffled then, files first: neighbours in a file are mostly of one class, and JPEGs take little memory.
        """
        layer = self.transform.transform_features_layer()
        spec = self.transform.raw_feature_spec()

        # Nothing in it needs AutoGraph, which would rewrite all of the layer's code for seconds.
        @tf.autograph.experimental.do_not_convert
        def transform(serialized: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            outputs = layer(tf.io.parse_example(serialized, spec))
            return unpack_clips(outputs[features.CLIP], self.num_frames, self.model), outputs[features.LABEL_ID]

        records = self._records() if shuffle_seed is None else self._shuffled_records(shuffle_seed)
        return records.batch(_PARSE_BATCH).map(transform, tf.data.AUTOTUNE, deterministic=True).unbatch()

    def channel_statistics(self) -> tuple[list[float], list[float]]:
        """Mean and standard deviation of the colour channels, as Transform computed them on the training set."""
        serialized = next(iter(self._records().batch(1)))
        layer = self.transform.transform_features_layer()
        outputs = layer(tf.io.parse_example(serialized, self.transform.raw_feature_spec()))
        return outputs[features.CHANNEL_MEAN][0].numpy().tolist(), outputs[features.CHANNEL_STD][0].numpy().tolist()

    def label_counts(self, classes: Sequence[str]) -> list[int]:
        """Number of clips of each class, without decoding a frame."""
        spec = {features.LABEL: tf.io.FixedLenFeature([1], tf.string)}
        counts = [0] * len(classes)
        for serialized in self._records().batch(256):
            labels = tf.io.parse_example(serialized, spec)[features.LABEL][:, 0]
            for label_id in label_ids(labels, classes).numpy():
                if label_id >= 0:
                    counts[label_id] += 1
        return counts

    def _files(self) -> list[str]:
        return sorted(file for pattern in self.patterns for file in tf.io.gfile.glob(pattern))

    def _records(self) -> tf.data.Dataset:
        return tf.data.TFRecordDataset(self._files(), compression_type="GZIP")

    def _shuffled_records(self, seed: int) -> tf.data.Dataset:
        names = self._files()
        files = tf.data.Dataset.from_tensor_slices(names).shuffle(len(names), seed, reshuffle_each_iteration=True)
        records = files.interleave(lambda name: tf.data.TFRecordDataset(name, compression_type="GZIP"), _FILES_AT_ONCE)
        return records.shuffle(_SHUFFLED_RECORDS, seed, reshuffle_each_iteration=True)


def training_batches(
    source: ClipSource, num_clips: int, view: RandomView, training: TrainingConfig, *, in_memory: bool
) -> tf.data.Dataset:
    """Shuffled batches of random views: (uint8 [batch, num_frames, height, width, 3], int64 [batch]).

    `in_memory`: all decoded clips of the source are kept, and shuffled as a whole.
    """
    seeds = tf.data.Dataset.random(seed=training.seed, rerandomize_each_iteration=True).batch(2, drop_remainder=True)

    def draw(element: tuple[tf.Tensor, tf.Tensor], seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        clip, label_id = element
        return view(clip, label_id, seed), label_id

    if in_memory:
        clips = source.clips().cache().shuffle(num_clips, seed=training.seed, reshuffle_each_iteration=True)
    else:
        clips = source.clips(shuffle_seed=training.seed)
    views = tf.data.Dataset.zip((clips, seeds)).map(draw, tf.data.AUTOTUNE, deterministic=True)
    return views.batch(training.batch_size).prefetch(tf.data.AUTOTUNE)


def evaluation_batches(source: ClipSource, batch_size: int, *, in_memory: bool) -> tf.data.Dataset:
    """Batches of centre views, in order."""
    clips = source.clips().cache() if in_memory else source.clips()
    batches = clips.batch(batch_size)
    return batches.map(lambda clip, label_id: (centre_view(clip, source.model), label_id)).prefetch(tf.data.AUTOTUNE)
