"""Share of training time spent waiting for input.

    taskset -c 0,1 .venv/bin/python -m benchmarks.input
    taskset -c 0,1 .venv/bin/python -m benchmarks.input --preset tiny --height 64 --width 80 --num-frames 8 --clips 96

Trains with the real loop on clips of the demo data, and prints JSON: for each way of keeping the clips, with the default
augmentation and with every kind of it, what the trainer's history says of an epoch after the first one, in which the network
is traced and the clips are decoded.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.clips import demo_examples
from benchmarks.training import train, write_parts
from components.video.config import SamplingConfig
from foundation.machine import num_cores
from models.augmentation.config import AugmentationConfig
from models.config import ModelConfig
from models.training.config import TrainingConfig
from pipeline.config import load_config

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
    print(json.dumps({**arguments, "cores": num_cores(), "clips": num_clips, "ways": ways}, indent=2))


def measure(folder: Path, num_clips: int, model: ModelConfig) -> dict[str, Any]:
    """Two epochs in each way; the measures of the second one."""
    changes = {"sampling": SamplingConfig(), "model": model, "training": TrainingConfig()}
    config = load_config(Path("examples/demo.yaml")).model_copy(update=changes)
    classes, examples = demo_examples(folder / "data", num_clips, config.sampling, num_people=4, videos_per_person=1)
    write_parts(folder, {"train": examples, "evaluation": examples}, config, classes)
    ways = {}
    for keeping, cache_megabytes in (("in_memory", 4000), ("from_files", 0)):
        for name, augmentation in (("default", AugmentationConfig()), ("everything", _EVERYTHING)):
            training = TrainingConfig(augmentation=augmentation, cache_megabytes=cache_megabytes)
            trained = train(folder, config.model_copy(update={"training": training}), classes, epochs=2, seed=0)
            second = trained.fitted.history[1]
            ways[f"{keeping}, {name} augmentation"] = {
                "input_wait_share": round(second["input_wait_share"], 4),
                "clips_per_second": round(second["clips_per_second"], 2),
            }
    return ways


if __name__ == "__main__":
    main()
