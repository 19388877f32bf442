"""Networks and clips for their tests."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from models.config import ModelConfig
from models.networks.build import build_network
from models.networks.outputs import outputs_of

Clips = npt.NDArray[np.uint8]


def build(network: str, preset: str = "tiny", *, num_classes: int = 5, **options: Any) -> keras.Model:
    """A network for small clips, always with the same weights; `options` of ModelConfig or of `build_network`."""
    keras.utils.set_random_seed(0)
    defaults = {"num_frames": 4, "height": 32, "width": 32, "modality": "rgb", "labels": "one"}
    seen = {name: options.pop(name, default) for name, default in defaults.items()}
    config = ModelConfig.model_validate({"network": network, "preset": preset, **seen})
    return build_network(config, num_classes=num_classes, **({"dropout": 0.5} | options))


def trainable(network: keras.Model) -> int:
    """Number of trainable parameters."""
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


def noise(num_clips: int, num_frames: int = 4, height: int = 32, width: int = 32, seed: int = 0) -> Clips:
    """Clips of noise: uint8 [num_clips, num_frames, height, width, 3]."""
    return np.random.default_rng(seed).integers(0, 256, (num_clips, num_frames, height, width, 3), dtype=np.uint8)


def randomize(network: keras.Model, seed: int = 0) -> None:
    """Move the weights that start at zero or one to random values, so that each part of the network matters."""
    rng = np.random.default_rng(seed)
    for weight in network.weights:
        if weight.name in ("gamma", "moving_variance"):
            weight.assign(rng.uniform(0.5, 1.5, weight.shape))
        elif weight.name in ("bias", "beta", "moving_mean"):
            weight.assign(rng.normal(0, 0.1, weight.shape))


def logits_of(network: keras.Model, clips: Clips) -> npt.NDArray[np.float32]:
    """What a network says in evaluation: [batch, num_classes]."""
    return keras.ops.convert_to_numpy(outputs_of(network, clips, training=False).logits)


def moving_bars(num_frames: int = 8, size: int = 32) -> tuple[Clips, npt.NDArray[np.int64]]:
    """Four clips of a bar that moves to the right, and the same frames in reverse order: 8 clips and their two classes.

    Frames alone tell nothing of the class, and neither does what stands in the middle of a clip.
    """
    clips = noise(4, num_frames, size, size) // 4
    for index, clip in enumerate(clips):
        for time, frame in enumerate(clip):
            columns = (5 * index + 3 * time + np.arange(6)) % size
            frame[4 + 5 * index :][:8, columns] += 180
    return np.stack([*clips, *clips[:, ::-1]]), np.repeat([0, 1], 4)
