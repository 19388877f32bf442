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

    def clips(self) -> tf.data.Dataset:
        """Elements (clip uint8 [time, clip_height, clip_width, 3], label_id int64), in the order of the files."""
        layer = self.transform.transform_features_layer()
        spec = self.transform.raw_feature_spec()

        def transform(serialized: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            outputs = layer(tf.io.parse_example(serialized, spec))
            return unpack_clips(outputs[features.CLIP], self.num_frames, self.model), outputs[features.LABEL_ID]

        return self._records().batch(_PARSE_BATCH).map(transform, tf.data.AUTOTUNE, deterministic=True).unbatch()

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

    def _records(self) -> tf.data.Dataset:
        files = sorted(file for pattern in self.patterns for file in tf.io.gfile.glob(pattern))
        return tf.data.TFRecordDataset(files, compression_type="GZIP")


def training_batches(
    clips: tf.data.Dataset, num_clips: int, view: RandomView, training: TrainingConfig
) -> tf.data.Dataset:
    """Shuffled batches of random views: (uint8 [batch, num_frames, height, width, 3], int64 [batch])."""
    seeds = tf.data.Dataset.random(seed=training.seed, rerandomize_each_iteration=True).batch(2, drop_remainder=True)

    def draw(element: tuple[tf.Tensor, tf.Tensor], seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        clip, label_id = element
        return view(clip, label_id, seed), label_id

    shuffled = clips.shuffle(min(num_clips, 1024), seed=training.seed, reshuffle_each_iteration=True)
    views = tf.data.Dataset.zip((shuffled, seeds)).map(draw, tf.data.AUTOTUNE, deterministic=True)
    return views.batch(training.batch_size).prefetch(tf.data.AUTOTUNE)


def evaluation_batches(clips: tf.data.Dataset, model: ModelConfig, batch_size: int) -> tf.data.Dataset:
    """Batches of centre views, in order."""
    batches = clips.batch(batch_size)
    return batches.map(lambda clip, label_id: (centre_view(clip, model), label_id)).prefetch(tf.data.AUTOTUNE)


def cached(clips: tf.data.Dataset, num_clips: int, clip_bytes: int, budget_bytes: int) -> tf.data.Dataset:
    """`clips`, kept in memory after the first pass if they fit into the budget."""
    return clips.cache() if num_clips * clip_bytes <= budget_bytes else clips
