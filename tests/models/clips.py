"""Clips that tests draw, and what Transform makes of them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata
from tfx_bsl.public import tfxio

from components.video.images import encode_jpeg
from components.video_schema_gen.component import clip_schema
from models import features
from models.config import ModelConfig
from models.metadata import NO_METADATA, MetadataConfig
from models.networks.blocks import Regularization
from models.networks.movinet import MoViNetPreset, Stage, movinet
from models.networks.outputs import BOXES, LOGITS
from models.networks.r2plus1d import R2Plus1DPreset, r2plus1d
from models.preprocessing import preprocessing_fn
from models.training.key import write_data_digest

Clip = npt.NDArray[np.uint8]

CLASSES = ("walk", "jump", "sit")
NUM_STORED = 4


def draw_clip(label_id: int, seed: int, height: int = 40, width: int = 56) -> Clip:
    """Noise, and a bright bar whose place tells the class: uint8 [NUM_STORED, height, width, 3]."""
    clip = np.random.default_rng(seed).integers(0, 60, (NUM_STORED, height, width, 3), dtype=np.uint8)
    left = (1 + label_id) * width // 5
    clip[:, :, left : left + width // 5] += 180
    return clip


def coordinates(num_stored: int, model: ModelConfig) -> tf.Tensor:
    """A clip whose three channels are frame, row and column: uint8 [num_stored, clip_height, clip_width, 3]."""
    axes = np.meshgrid(range(num_stored), range(model.clip_height), range(model.clip_width), indexing="ij")
    return tf.constant(np.stack(axes, axis=-1), tf.uint8)


def encode_clip(clip: Clip) -> list[bytes]:
    """JPEG frames, as ingest stores them."""
    return [encode_jpeg(frame, quality=95) for frame in clip]


def clip_example(
    label: str | Sequence[str], jpegs: Sequence[bytes], group: str = "someone", **others: Sequence[Any]
) -> bytes:
    """A serialized Example as ingest writes it; `others` are values of features by their names."""
    values: dict[str, Sequence[Any]] = {
        name: [0.5] * length for name, length in features.feature_lengths(len(jpegs)).items()
    }
    values |= {name: ["anything"] for name in features.BYTES_FEATURES}
    labels = [label] if isinstance(label, str) else label
    values |= {features.LABEL: labels, features.GROUP: [group], features.FRAMES: list(jpegs)}
    return features.make_example(values | others)


def write_examples(path: Path, examples: Sequence[bytes]) -> str:
    """Write Examples as ingest does, into the folder of a split; returns the path."""
    write_data_digest(str(path.parents[1]), "data")
    with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions(compression_type="GZIP")) as writer:
        for example in examples:
            writer.write(example)
    return str(path)


def run_transform(
    folder: Path,
    examples: Sequence[bytes],
    model: ModelConfig,
    metadata: MetadataConfig = NO_METADATA,
    classes: Sequence[str] = CLASSES,
) -> tft.TFTransformOutput:
    """Transform's output for a training set, as the pipeline's component makes it."""
    schema = clip_schema(NUM_STORED, classes, metadata, model.labels)
    source = tfxio.TFExampleRecord(write_examples(folder / "analyzed.gz", examples), schema=schema)
    custom_config = {
        "model": model.model_dump_json(),
        "classes": json.dumps(classes),
        "metadata": metadata.model_dump_json(),
    }
    with beam.Pipeline("FnApiRunner") as pipeline, tft_beam.Context(temp_dir=str(folder / "temp")):
        data = (pipeline | source.BeamSource(), source.TensorAdapterConfig())
        graph = data | tft_beam.AnalyzeDataset(lambda inputs: preprocessing_fn(inputs, custom_config))
        _ = graph | tft_beam.WriteTransformFn(str(folder / "transform"))
        _ = dataset_metadata.DatasetMetadata(schema) | tft_beam.WriteMetadata(
            str(folder / "transform" / tft.TFTransformOutput.RAW_METADATA_DIR), pipeline
        )
    return tft.TFTransformOutput(str(folder / "transform"))


def linear_tracker(model: ModelConfig) -> keras.Model:
    """One layer for the class and one for each frame's box, on the mean colours of the columns."""
    keras.utils.set_random_seed(0)
    frames = keras.Input((model.num_frames, model.height, model.width, 3), dtype="uint8")
    columns = keras.ops.mean(keras.ops.cast(frames, "float32") / 255, axis=2)  # [batch, time, width, 3]
    flat = keras.layers.Reshape((model.num_frames, -1))(columns)
    shares = keras.layers.Dense(4, "sigmoid")(flat)
    boxes = keras.ops.concatenate([shares[..., :2] / 2, shares[..., 2:] / 2 + 0.5], axis=-1)
    logits = keras.layers.Dense(len(CLASSES))(keras.layers.Flatten()(columns))
    return keras.Model(frames, {LOGITS: logits, BOXES: boxes})


def one_stage_network(model: ModelConfig) -> keras.Model:
    """An R(2+1)D network of one block, which is quick to trace."""
    keras.utils.set_random_seed(1)
    frames = keras.Input((model.num_frames, model.height, model.width, 3), dtype="uint8")
    scaled = keras.ops.cast(frames, "float32") / 128 - 1
    pooled = r2plus1d(scaled, R2Plus1DPreset(stem_middle_width=4, stage_widths=(16,), blocks=(1,)), Regularization())
    return keras.Model(frames, keras.layers.Dense(len(CLASSES))(pooled))


def causal_network(model: ModelConfig) -> keras.Model:
    """A MoViNet of two blocks, which is quick to trace; one looks back in time."""
    keras.utils.set_random_seed(1)
    frames = keras.Input((model.num_frames, model.height, model.width, 3), dtype="uint8")
    scaled = keras.layers.Rescaling(1 / 64, -2, dtype="float32")(frames)
    stages = (Stage(8, ((16, 1, 3),)), Stage(16, ((32, 3, 3),)))
    features = movinet(scaled, MoViNetPreset(8, stages, last_width=32, hidden_width=32), Regularization())
    return keras.Model(frames, keras.layers.Dense(len(CLASSES))(features))
