"""Preprocessing for training and serving: JPEG frames to clips, labels to ids, and statistics of the training set.

TFT and TFMA hand a graph up to 1000 clips at once. Frames are therefore decoded one by one in a loop, and what leaves the
graph for a clip is uint8: memory is bounded by the clips themselves.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft

from models import features
from models.config import ModelConfig
from models.geometry import fit_boxes, frame_sizes, placement
from models.imputation import impute_metadata
from models.metadata import MetadataConfig, select_numbers


def preprocessing_fn(inputs: Mapping[str, Any], custom_config: Mapping[str, Any]) -> dict[str, Any]:
    """TFX's entry point for Transform.

    Args:
      inputs: the raw features.
      custom_config: `model` (JSON of a ModelConfig), `classes` (labels in the order of their ids) and `metadata` (JSON of a
        MetadataConfig).

    Returns:
      `clip`: string [batch], to be read by `unpack_clips` (TFT allows no uint8 output, and int64 is eight times larger);
      `clip_boxes`: float32 [batch, time, 4], edges relative to the clip's frames, and `clip_box_valid`: float32 [batch, time];
      `label_id`: as `ids_of_labels` gives it;
      `channel_mean` and `channel_std`: float32 [batch, 3], the same in every row, for values in 0..1;
      and for each column of the metadata what `impute_metadata` makes of it.
    """
    config = ModelConfig.model_validate_json(custom_config["model"])
    metadata = MetadataConfig.model_validate_json(custom_config["metadata"])
    clip = decode_clips(inputs[features.FRAMES], config)
    mean, std = _channel_statistics(clip, config)
    valid = inputs[features.BOX_VALID]  # [batch, time]
    boxes = tf.reshape(inputs[features.BOXES], [-1, valid.shape[1], 4])
    boxes, valid = fit_boxes(boxes, valid, frame_sizes(inputs[features.FRAMES]), config)
    batch_size = tf.shape(valid)[0]
    return {
        features.CLIP: pack_clips(clip),
        features.CLIP_BOXES: boxes,
        features.CLIP_BOX_VALID: valid,
        features.LABEL_ID: ids_of_labels(
            inputs[features.LABEL], json.loads(custom_config["classes"]), inputs.get(features.KNOWN_LABELS)
        ),
        features.CHANNEL_MEAN: tf.tile(mean[tf.newaxis], [batch_size, 1]),
        features.CHANNEL_STD: tf.tile(std[tf.newaxis], [batch_size, 1]),
        **impute_metadata(inputs, metadata, select_numbers(config.metadata, metadata)),
    }


def ids_of_labels(
    labels: tf.Tensor | tf.SparseTensor, classes: Sequence[str] | tf.Tensor, known: tf.SparseTensor | None = None
) -> tf.Tensor:
    """What Examples have as their labels, by ids.

    Args:
      labels: string [batch, 1] where a clip has one; sparse, [batch, at most so many], where it may have several.
      known: of several, those of which it is known whether the clip has them, sparse as they are; none: all.

    Returns:
      Of one label, its `label_ids`. Of several, their `label_sets`.
    """
    if isinstance(labels, tf.SparseTensor):
        return label_sets(tf.sparse.to_dense(labels), classes, None if known is None else tf.sparse.to_dense(known))
    return label_ids(labels[:, 0], classes)


def label_sets(labels: tf.Tensor, classes: Sequence[str] | tf.Tensor, known: tf.Tensor | None = None) -> tf.Tensor:
    """Which of `classes` are among the labels of each clip: int64 [batch, classes], 1 or 0, or -1 where that is not known.

    Args:
      labels: string [batch, any], padded with empty ones.
      known: string [batch, any], labels of which it is known whether the clip has them. Of a clip without any, all are.
    """
    has = _are_among(labels, classes)
    sets = tf.cast(has, tf.int64)
    if known is None:
        return sets
    says_nothing = tf.logical_not(tf.reduce_any(tf.not_equal(known, ""), axis=1, keepdims=True))  # [batch, 1]
    is_known = says_nothing | has | _are_among(known, classes)
    return tf.where(is_known, sets, tf.constant(-1, tf.int64))


def _are_among(labels: tf.Tensor, classes: Sequence[str] | tf.Tensor) -> tf.Tensor:
    """Which of `classes` are among some labels of each clip, string [batch, any]: bool [batch, classes]."""
    matches = tf.equal(labels[:, :, tf.newaxis], tf.convert_to_tensor(classes))  # [batch, any, classes]
    return tf.reduce_any(matches, axis=1)


def label_ids(labels: tf.Tensor, classes: Sequence[str] | tf.Tensor) -> tf.Tensor:
    """Position of each label (string [batch]) in `classes`: int64 [batch], -1 where it is none of them."""
    matches = tf.equal(labels[:, tf.newaxis], tf.convert_to_tensor(classes)[tf.newaxis])  # [batch, classes]
    ids = tf.argmax(tf.cast(matches, tf.int32), axis=1)
    return tf.where(tf.reduce_any(matches, axis=1), ids, tf.constant(-1, tf.int64))


def decode_clips(jpegs: tf.Tensor, config: ModelConfig) -> tf.Tensor:
    """JPEG frames, string [batch, time], to clips, uint8 [batch, time, clip_height, clip_width, 3]."""

    def decode(jpeg: tf.Tensor) -> tf.Tensor:
        return fit_frames(tf.io.decode_jpeg(jpeg, channels=3, dct_method="INTEGER_ACCURATE"), config)

    shape = (config.clip_height, config.clip_width, 3)
    flat = tf.reshape(jpegs, [-1])  # [batch * time]
    frames = tf.map_fn(decode, flat, fn_output_signature=tf.TensorSpec(shape, tf.uint8), parallel_iterations=1)
    clips = tf.reshape(frames, tf.concat([tf.shape(jpegs), shape], axis=0))
    clips.set_shape([None, jpegs.shape[1], *shape])
    return clips


def pack_clips(clips: tf.Tensor) -> tf.Tensor:
    """Clips, uint8 [batch, time, height, width, 3], as serialized tensors, string [batch]."""
    spec = tf.TensorSpec([], tf.string)
    return tf.map_fn(tf.io.serialize_tensor, clips, fn_output_signature=spec, parallel_iterations=1)


def unpack_clips(packed: tf.Tensor, num_frames: int, config: ModelConfig) -> tf.Tensor:
    """The inverse of `pack_clips`: string [batch] to uint8 [batch, num_frames, clip_height, clip_width, 3]."""
    spec = tf.TensorSpec([num_frames, config.clip_height, config.clip_width, 3], tf.uint8)
    return tf.map_fn(lambda one: tf.io.parse_tensor(one, tf.uint8), packed, fn_output_signature=spec)


def fit_frames(frames: tf.Tensor, config: ModelConfig) -> tf.Tensor:
    """Frames, uint8 [..., height, width, 3], resized to [..., clip_height, clip_width, 3].

    `crop` keeps the aspect and cuts what is outside the centre, `pad` keeps it and adds black, `stretch` does not keep it.
    """
    target = tf.constant([config.clip_height, config.clip_width])
    shape = tf.shape(frames)
    scale, translation = placement(shape[-3:-1], config)
    # Scaling and cropping in one step computes the target's pixels only: a frame one pixel wide and 65,000 high would
    # become gigabytes if it were scaled as a whole.
    fitted = tf.raw_ops.ScaleAndTranslate(
        images=tf.reshape(frames, tf.concat([[-1], shape[-3:]], axis=0)),
        size=target,
        scale=scale,
        translation=translation,
        kernel_type="triangle",
        antialias=True,
    )
    fitted = tf.reshape(tf.saturate_cast(tf.round(fitted), tf.uint8), tf.concat([shape[:-3], target, [3]], axis=0))
    return tf.ensure_shape(fitted, [*frames.shape[:-3], config.clip_height, config.clip_width, 3])


def _channel_statistics(clip: tf.Tensor, config: ModelConfig) -> tuple[tf.Tensor, tf.Tensor]:
    """Mean and standard deviation of the colour channels, float32 [3], such that (x - mean) / std is the normalisation."""
    if config.normalization == "unit":
        return tf.zeros(3), tf.ones(3)
    if config.normalization == "symmetric":
        return tf.fill([3], 0.5), tf.fill([3], 0.5)

    # Sums of integers are exact, whatever the order in which Beam adds them up: two trainings of the same data begin alike.
    def sums(one: tf.Tensor) -> tf.Tensor:
        values = tf.cast(one, tf.int64)  # [time, height, width, 3]
        return tf.stack([tf.reduce_sum(values, axis=(0, 1, 2)), tf.reduce_sum(values**2, axis=(0, 1, 2))])

    per_clip = tf.map_fn(sums, clip, fn_output_signature=tf.TensorSpec([2, 3], tf.int64), parallel_iterations=1)
    total = tft.sum(per_clip, reduce_instance_dims=False)
    num_pixels = tft.sum(tf.fill([tf.shape(clip)[0]], tf.reduce_prod(tf.shape(clip, tf.int64)[1:4])))
    mean, mean_square = tf.unstack(tf.cast(total, tf.float64) / tf.cast(num_pixels, tf.float64))
    mean, mean_square = mean / 255, mean_square / 255**2
    std = tf.sqrt(tf.maximum(mean_square - mean**2, 1e-4))
    return tf.cast(mean, tf.float32), tf.cast(std, tf.float32)
