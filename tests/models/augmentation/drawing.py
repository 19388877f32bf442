"""Many views of one clip at once."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from models.augmentation.config import AugmentationConfig
from models.config import ModelConfig

MODEL = ModelConfig(num_frames=4, height=16, width=24, crop_margin=1.25)
PLAIN = AugmentationConfig(crop=False, flip=False, min_time_span=1, brightness=0, contrast=0)


def changed(**values: Any) -> AugmentationConfig:
    """Nothing random but what is named."""
    return AugmentationConfig(**(PLAIN.model_dump() | values))


def for_seeds(draw: Callable[[tf.Tensor], Any], num_seeds: int) -> Any:
    """What `draw` makes of each of several seeds, stacked as NumPy arrays."""
    seeds = tf.stack([tf.range(num_seeds, dtype=tf.int64), tf.fill([num_seeds], tf.constant(7, tf.int64))], axis=1)
    results = tf.data.Dataset.from_tensor_slices(seeds).map(draw).batch(num_seeds)
    return tf.nest.map_structure(np.asarray, next(iter(results)))
