"""Share of training time spent waiting for input.

    taskset -c 0,1 .venv/bin/python -m benchmarks.input
    taskset -c 0,1 .venv/bin/python -m benchmarks.input --preset tiny --height 64 --width 80 --num-frames 8 --clips 96

Trains with the real loop on clips of the demo data, and prints JSON: for each way of keeping the clips, with the default
augmentation and with every kind of it, what the trainer's history says of an epoch after the first one, in which the network
is traced and the clips are decoded.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from benchmarks.clips import transform, write_examples
from components.video.config import SamplingConfig
from examples import demo_data
from models.augmentation.config import AugmentationConfig
from models.config import ModelConfig
from models.data import ClipSource
from models.networks.build import build_network
from models.training.batches import Batches
from models.training.checkpoints import CheckpointFolder
from models.training.config import TrainingConfig
from models.training.fit import fit

_EVERYTHING = AugmentationConfig(
    speed=0.3,
    time_shift=0.1,
    rotation=10,
    zoom=0.2,
    shear=5,
    shift=0.1,
    saturation=0.3,
    hue=0.05,
    blur=1,
    noise=0.05,
    mixup=0.2,
    cutmix=1,
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    defaults = ModelConfig()
    parser.add_argument("--preset", default=defaults.preset)
    parser.add_argument("--num-frames", type=int, default=defaults.num_frames)
    parser.add_argument("--height", type=int, default=defaults.height)
    parser.add_argument("--width", type=int, default=defaults.width)
    parser.add_argument("--clips", type=int, default=24)
    arguments = vars(parser.parse_args())
    num_clips = arguments.pop("clips")
    with tempfile.TemporaryDirectory() as folder:
        ways = measure(Path(folder), num_clips, ModelConfig(**arguments))
    print(json.dumps({**arguments, "cores": len(os.sched_getaffinity(0)), "clips": num_clips, "ways": ways}, indent=2))


def measure(folder: Path, num_clips: int, model: ModelConfig) -> dict[str, Any]:
    """Two epochs in each way; the measures of the second one."""
    sampling = SamplingConfig()
    demo_data.generate(folder / "data", num_people=4, videos_per_person=1)
    classes = write_examples(folder / "data", folder / "raw.gz", num_clips, sampling)
    output = transform(
        folder / "raw.gz", folder / "transform", num_stored=sampling.num_frames, model=model, classes=classes
    )
    source = ClipSource([str(folder / "raw.gz")], output, model)
    ways = {}
    for keeping, cache_megabytes in (("in_memory", 4000), ("from_files", 0)):
        for changes, augmentation in (("default", AugmentationConfig()), ("everything", _EVERYTHING)):
            training = TrainingConfig(epochs=2, augmentation=augmentation, cache_megabytes=cache_megabytes)
            keras.utils.set_random_seed(0)
            history = fit(
                lambda: build_network(model, num_classes=len(classes), dropout=0.4),
                Batches(source, source, classes, training),
                tf.distribute.get_strategy(),
                CheckpointFolder(f"{folder}/{keeping}_{changes}/checkpoint"),
                f"{folder}/{keeping}_{changes}/run",
            ).history
            ways[f"{keeping}, {changes} augmentation"] = {
                "input_wait_share": round(history[1]["input_wait_share"], 4),
                "clips_per_second": round(history[1]["clips_per_second"], 2),
            }
    return ways


if __name__ == "__main__":
    main()
