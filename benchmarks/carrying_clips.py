"""Should Transform store decoded clips, or should the trainer decode JPEG frames itself?

    .venv/bin/python -m benchmarks.carrying_clips [--clips 500]

Ingests demo videos, carries the clips through Transform's graph both ways in one run, and prints JSON: bytes on disk, seconds
that Transform takes, and CPU milliseconds per clip that reading an epoch costs, with ratios materialised / not materialised.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft

from benchmarks.clips import demo_examples, transform, write_records
from benchmarks.timing import timed
from components.video.config import SamplingConfig
from models import features
from models.config import ModelConfig
from models.data import ClipSource
from models.preprocessing import unpack_clips

_REPETITIONS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=500)
    num_clips = parser.parse_args().clips
    sampling = SamplingConfig(num_frames=24, short_side=80)
    model = ModelConfig(num_frames=8, height=64, width=80)
    with tempfile.TemporaryDirectory() as folder:
        result = measure(Path(folder), num_clips, sampling, model)
    print(json.dumps(result, indent=2))


def measure(folder: Path, num_clips: int, sampling: SamplingConfig, model: ModelConfig) -> dict[str, Any]:
    """Both ways on the same clips; reading alternates between them."""
    raw, transformed = folder / "raw.gz", folder / "transformed.gz"
    classes, examples = demo_examples(folder / "data", num_clips, sampling)
    write_records(raw, examples)

    seconds = {}
    for way, target in (("not_materialised", None), ("materialised", transformed)):
        output, times = timed(partial(transform, raw, folder / way, sampling, model, classes, target))
        seconds[way] = times["seconds"]
    readers: dict[str, Callable[[], tf.data.Dataset]] = {
        "not_materialised": ClipSource([str(raw)], output, model).clips,
        "materialised": lambda: read_materialised(transformed, output, sampling.num_frames, model),
    }
    milliseconds: dict[str, list[float]] = {way: [] for way in readers}
    for _ in range(_REPETITIONS):
        for way, read in readers.items():
            milliseconds[way].append(cpu_milliseconds_per_clip(read(), num_clips))
    ways = {
        way: {
            "bytes_on_disk": raw.stat().st_size + (transformed.stat().st_size if way == "materialised" else 0),
            "transform_seconds": round(seconds[way], 1),
            "read_cpu_milliseconds_per_clip": round(statistics.median(milliseconds[way]), 2),
        }
        for way in readers
    }
    ratios = {
        name: round(ways["materialised"][name] / ways["not_materialised"][name], 2) for name in ways["materialised"]
    }
    return {"clips": num_clips, **ways, "ratio_materialised_to_not": ratios}


def read_materialised(
    path: Path, output: tft.TFTransformOutput, num_frames: int, model: ModelConfig
) -> tf.data.Dataset:
    """Stored clips as the trainer would read them."""
    spec = output.transformed_feature_spec()

    def parse(serialized: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        values = tf.io.parse_example(serialized, spec)
        return unpack_clips(values[features.CLIP], num_frames, model), values[features.LABEL_ID]

    return tf.data.TFRecordDataset(str(path), "GZIP").batch(4).map(parse, tf.data.AUTOTUNE).unbatch()


def cpu_milliseconds_per_clip(clips: tf.data.Dataset, num_clips: int) -> float:
    """CPU time of this process for one pass."""
    count, times = timed(lambda: sum(1 for _ in clips))
    assert count == num_clips
    return 1000 * times["cpu_seconds"] / num_clips


if __name__ == "__main__":
    main()
