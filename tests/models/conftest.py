"""What is slow to make and is made once: Transform's output on a few drawn clips."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.once import made_once

if TYPE_CHECKING:  # importing them for real would slow down the tests that need no TensorFlow
    import tensorflow_transform as tft

    from models.config import ModelConfig

TRAIN_LABELS = (0, 1, 2, 0, 1, 2, 0, 1)


@pytest.fixture(scope="session")
def model_config() -> "ModelConfig":
    """The smallest network there is, for clips of 4 stored frames."""
    from models.config import ModelConfig

    return ModelConfig(preset="tiny", num_frames=2, height=32, width=40, crop_margin=1.1)


@pytest.fixture(scope="session")
def train_examples() -> list[bytes]:
    """Serialized Examples of 8 clips of 3 classes."""
    from tests.models.clips import CLASSES, clip_example, draw_clip, encode_clip

    return [
        clip_example(CLASSES[label_id], encode_clip(draw_clip(label_id, seed)))
        for seed, label_id in enumerate(TRAIN_LABELS)
    ]


@pytest.fixture(scope="session")
def transform(
    model_config: "ModelConfig", train_examples: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> "tft.TFTransformOutput":
    """Transform's output for the training clips."""
    import tensorflow_transform as tft

    from tests.models.clips import run_transform

    def make(folder: Path) -> str:
        run_transform(folder, train_examples, model_config)
        return str(folder / "transform")

    return tft.TFTransformOutput(made_once(tmp_path_factory, "transform", make))


@pytest.fixture(scope="session")
def source(
    transform: "tft.TFTransformOutput",
    model_config: "ModelConfig",
    train_examples: list[bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> Any:
    """The training clips, in two files."""
    from models.data import ClipSource
    from tests.models.clips import write_examples

    folder = tmp_path_factory.mktemp("examples")
    write_examples(folder / "train-0.gz", train_examples[:5])
    write_examples(folder / "train-1.gz", train_examples[5:])
    return ClipSource([f"{folder}/train-*"], transform, model_config)
