"""Exported models, and what they are asked."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from components.video.config import SamplingConfig
from models.config import ModelConfig
from models.export_info import WEIGHTS_FILE, ExportInfo
from models.networks.build import build_network
from tests.models.clips import CLASSES, clip_example, draw_clip, encode_clip

Signature = Callable[..., dict[str, tf.Tensor]]


def load_signatures(folder: Path) -> dict[str, Signature]:
    """All signatures of a saved model by name."""
    loaded = tf.saved_model.load(str(folder))

    def call(name: str, **inputs: Any) -> dict[str, tf.Tensor]:
        return dict(loaded.signatures[name](**inputs))  # a signature lives no longer than its model

    return {name: functools.partial(call, name) for name in loaded.signatures}


def draw_jpegs(num_clips: int) -> np.ndarray:
    """JPEG frames of clips of all classes: [num_clips, NUM_STORED]."""
    return np.array([encode_clip(draw_clip(i % 3, seed=i)) for i in range(num_clips)], dtype=object)


def examples_of(jpegs: np.ndarray, **others: Any) -> tf.Tensor:
    """Serialized Examples of JPEG clips: string [clips]."""
    return tf.constant([clip_example("walk", list(clip), **others) for clip in jpegs], tf.string)


def frames_of(jpegs: np.ndarray) -> tf.Tensor:
    """JPEG clips decoded: uint8 [clips, time, 40, 56, 3]."""
    decoded = [[tf.io.decode_jpeg(jpeg, dct_method="INTEGER_ACCURATE") for jpeg in clip] for clip in jpegs]
    return tf.constant(np.array(decoded).reshape(len(jpegs), jpegs.shape[1], 40, 56, 3), tf.uint8)


def save_network(folder: Path, config: ModelConfig) -> tuple[keras.Model, ExportInfo]:
    """A network as an export keeps it for later runs, without the SavedModel: its weights and its card, in `folder`."""
    mean, std = [0.4, 0.5, 0.6], [0.2, 0.25, 0.3]
    keras.utils.set_random_seed(3)
    network = build_network(config, num_classes=len(CLASSES), dropout=0, channel_mean=mean, channel_std=std)
    info = ExportInfo(
        CLASSES,
        config.model_dump(mode="json"),
        SamplingConfig(num_frames=4, min_frames=1, short_side=40).model_dump(mode="json"),
        "key",
        normalization={"mean": mean, "std": std},
    )
    info.write(folder)
    network.save_weights(folder / WEIGHTS_FILE)
    return network, info
