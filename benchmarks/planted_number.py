"""Does a number beside the pixels tell two classes apart that look alike, and what is the model worth without it?

    .venv/bin/python -m benchmarks.planted_number [--clips 120]

Draws clips of three classes. `walk` and `jump` look the same, and their `speed` is two deviations below or above a middle;
`sit` looks different. Of every tenth clip the number is not known. Trains the same small network with the number and without,
and prints JSON: the recall of each class on test clips, of the model without the number, of the one with it, and of the latter
asked without numbers.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks.clips import transform, write_records
from components.video.config import SamplingConfig
from components.video.images import encode_jpeg
from models import features
from models.config import ModelConfig
from models.metadata import MetadataConfig
from models.trainer import train
from models.training.config import TrainingConfig
from models.training.job import Job

CLASSES = ("walk", "jump", "sit")
COLUMN = "speed"
_PLACES = {"walk": 1, "jump": 1, "sit": 3}  # of a bright bar, in fifths of the width
_SPEEDS = {"walk": -2.0, "jump": 2.0, "sit": 0.0}  # in deviations from the middle
_SAMPLING = SamplingConfig(num_frames=4, min_frames=1, short_side=32)
_METADATA = MetadataConfig(columns=(COLUMN,))
_HEIGHT, _WIDTH = 32, 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=120, help="of each split")
    num_clips = parser.parse_args().clips
    with tempfile.TemporaryDirectory() as folder:
        result = measure(Path(folder), num_clips)
    print(json.dumps(result, indent=2))


def measure(folder: Path, num_clips: int) -> dict[str, Any]:
    """Train with and without the number, and count."""
    test = plant(folder, num_clips)
    # By pixels alone it takes three times as long until the third class is known.
    without, with_number = (train_on(folder, metadata, epochs=60) for metadata in ((), (COLUMN,)))
    return {
        "clips": num_clips,
        "without_number": recalls(without, test, told=False),
        "with_number": recalls(with_number, test, told=True),
        "with_number_asked_without": recalls(with_number, test, told=False),
    }


def plant(folder: Path, num_clips: int) -> list[bytes]:
    """Write Examples of all splits into `folder`; return those of the test split."""
    examples: list[bytes] = []
    for seed, split in enumerate(("train", "eval", "test")):
        draw = np.random.default_rng(seed)
        examples = [_example(CLASSES[i % len(CLASSES)], i, draw) for i in range(num_clips)]
        target = folder / f"Split-{split}"
        target.mkdir()
        write_records(target / "clips.gz", examples)
    return examples


def train_on(folder: Path, metadata: tuple[str, ...], epochs: int = 20) -> Path:
    """A network on what `plant` has written, exported; `metadata` as in the configuration."""
    name = "_".join(("model", *metadata))
    model = ModelConfig(
        network="single_frame", num_frames=1, height=_HEIGHT, width=_WIDTH, crop_margin=1, metadata=metadata
    )
    graph = folder / f"{name}_transform"
    transform(folder / "Split-train" / "clips.gz", graph, _SAMPLING, model, CLASSES, metadata=_METADATA)
    config = {
        "model": model.model_dump_json(),
        "metadata": _METADATA.model_dump_json(),
        "training": TrainingConfig(epochs=epochs, batch_size=12, learning_rate=3e-3).model_dump_json(),
        "sampling": _SAMPLING.model_dump_json(),
        "classes": json.dumps(CLASSES),
        "tuner": "",
        "training_key": name,
        "checkpoint_dir": str(folder / f"{name}_checkpoint"),
        "code_digest": "",
    }
    files = [(str(folder / f"Split-{split}" / "clips.gz"),) for split in ("train", "eval")]
    train(Job(*files, str(graph), str(folder / name), str(folder / f"{name}_run"), None, config))
    return folder / name


def recalls(export: Path, examples: list[bytes], *, told: bool) -> dict[str, float]:
    """The recall of each class, asked through `predict_jpeg`, or through the signature that takes the number."""
    signatures = tf.saved_model.load(str(export)).signatures
    found = [tf.train.Example.FromString(example).features.feature for example in examples]
    inputs = {"frames": tf.constant([list(one[features.FRAMES].bytes_list.value) for one in found])}
    if told:
        values = [next(iter(one[f"meta_{COLUMN}"].float_list.value), float("nan")) for one in found]
        inputs[f"meta_{COLUMN}"] = tf.constant(values, tf.float32)
    answers = signatures["predict_jpeg_with_metadata" if told else "predict_jpeg"](**inputs)["label"].numpy()
    labels = np.array([one[features.LABEL].bytes_list.value[0] for one in found])
    return {label: float(np.mean(answers[labels == label.encode()] == label.encode())) for label in CLASSES}


def _example(label: str, index: int, draw: np.random.Generator) -> bytes:
    clip = draw.integers(0, 60, (_SAMPLING.num_frames, _HEIGHT, _WIDTH, 3), dtype=np.uint8)
    left = _PLACES[label] * _WIDTH // 5
    clip[:, :, left : left + _WIDTH // 5] += 180
    values: dict[str, Any] = {
        name: [0.5] * length for name, length in features.feature_lengths(_SAMPLING.num_frames).items()
    }
    values |= {name: ["anything"] for name in features.BYTES_FEATURES}
    values |= {features.LABEL: [label], features.FRAMES: [encode_jpeg(frame, quality=90) for frame in clip]}
    speed = float(draw.normal(20 + 4 * _SPEEDS[label], 4))
    if index % 10:
        values[f"meta_{COLUMN}"] = [speed]
    return features.make_example(values)


if __name__ == "__main__":
    main()
