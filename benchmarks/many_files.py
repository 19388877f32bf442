"""How fast clips of many files are read for a training, and for how long a training waits for them.

    .venv/bin/python -m benchmarks.many_files [--files 256] [--clips 20000] [--decoded 512] [--workers 4]

Writes the clips of a demo data set again and again, in as many files as ingest makes at the most. Prints JSON: bytes of a clip;
wall and CPU milliseconds a clip of the look at all labels before a training, of reading an epoch's records from files, of a
second epoch of records that are kept in memory, of the part of one worker of several (a clip of its own), and of decoding;
and, of a training of the smallest network on some of the clips in as many files, the share of the second epoch's time for
which it waited for clips, for each way of keeping them.
"""

import argparse
import itertools
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from benchmarks.clips import demo_examples, transform, write_records
from benchmarks.timing import timed
from components.video.config import SamplingConfig
from foundation.machine import num_cores
from models.config import ModelConfig
from models.data import ClipSource
from models.networks.build import build_network
from models.training.batches import Batches, own_part
from models.training.checkpoints import CheckpointFolder
from models.training.config import TrainingConfig
from models.training.fit import fit

_MODEL = ModelConfig(preset="tiny", num_frames=8, height=64, width=80)
_SAMPLING = SamplingConfig(num_frames=24, short_side=80)
_BATCH_SIZE = 16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=256)
    parser.add_argument("--clips", type=int, default=20_000)
    parser.add_argument("--decoded", type=int, default=512, help="clips that are decoded and learned from")
    parser.add_argument("--workers", type=int, default=4)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(measure(Path(name), **vars(arguments)), indent=2))


def measure(folder: Path, files: int, clips: int, decoded: int, workers: int) -> dict[str, Any]:
    classes, examples = demo_examples(folder / "data", 48, _SAMPLING, num_people=4, videos_per_person=1)
    write_records(folder / "few.gz", examples)
    graph = transform(folder / "few.gz", folder / "transform", _SAMPLING, _MODEL, classes)
    many, some, evaluation = (
        ClipSource((_write_files(folder / name, examples, files, number),), graph, _MODEL)
        for name, number in (("many", clips), ("some", decoded), ("evaluation", _BATCH_SIZE))
    )
    # Before anything else does it: it is done once.
    look = _a_clip(lambda: many.labels(classes), clips)
    worker = tf.distribute.InputContext(workers, 0, workers)
    part = own_part(many.records_of_shuffled_files(tf.constant(0, tf.int64)), _BATCH_SIZE, worker)
    kept = many.records().cache()
    return {
        "files": files,
        "clips": clips,
        "cores": num_cores(),
        "bytes_of_a_clip": round(many.stored_bytes / clips),
        "milliseconds_a_clip": {
            "labels": look,
            "records_from_files": _a_clip(
                lambda: _exhaust(many.records_of_shuffled_files(tf.constant(1, tf.int64))), clips
            ),
            f"own_records_of_one_of_{workers}_workers": _a_clip(lambda: _exhaust(part), clips // workers),
            "records_into_memory": _a_clip(lambda: _exhaust(kept), clips),
            "records_in_memory": _a_clip(lambda: _exhaust(kept), clips),
            "decoded": _a_clip(lambda: _exhaust(some.clips()), decoded),
        },
        "training": _trainings(folder, Batches(some, evaluation, classes, TrainingConfig(batch_size=_BATCH_SIZE))),
    }


def _write_files(folder: Path, examples: Sequence[bytes], num_files: int, num_clips: int) -> str:
    """Clips in files, as ingest writes them; returns the pattern of the files."""
    folder.mkdir()
    clips = itertools.cycle(examples)
    for number in range(num_files):
        path = f"{folder}/data_tfrecord-{number:05d}-of-{num_files:05d}.gz"
        with tf.io.TFRecordWriter(path, tf.io.TFRecordOptions("GZIP", compression_level=0)) as writer:
            for _ in range((number + 1) * num_clips // num_files - number * num_clips // num_files):
                writer.write(next(clips))
    return f"{folder}/*.gz"


def _exhaust(elements: tf.data.Dataset) -> None:
    elements.reduce(tf.constant(0), lambda count, _: count + 1).numpy()


def _a_clip(work: Callable[[], object], num_clips: int) -> dict[str, float]:
    _, times = timed(work)
    return {
        "clock": round(1000 * times["seconds"] / num_clips, 4),
        "cpu": round(1000 * times["cpu_seconds"] / num_clips, 4),
    }


def _trainings(folder: Path, batches: Batches) -> dict[str, Any]:
    stored_megabytes = (batches.train.stored_bytes + batches.evaluation.stored_bytes) // 2**20 + 1
    rooms = {"clips in memory": 4000, "records in memory": stored_megabytes, "nothing in memory": 0}
    return {way: _train(Path(tempfile.mkdtemp(dir=folder)), batches, room) for way, room in rooms.items()}


def _train(folder: Path, batches: Batches, cache_megabytes: int) -> dict[str, float]:
    """The measures of the second of two epochs; the first one traces the network and fills the memory."""
    training = batches.training.model_copy(update={"cache_megabytes": cache_megabytes, "epochs": 2})
    ready = Batches(batches.train, batches.evaluation, batches.classes, training)
    keras.utils.set_random_seed(0)
    build = lambda: build_network(_MODEL, num_classes=len(batches.classes), dropout=0.4)  # noqa: E731
    strategy = tf.distribute.get_strategy()
    second = fit(build, ready, strategy, CheckpointFolder(f"{folder}/checkpoints"), str(folder)).history[1]
    return {name: round(second[name], 4) for name in ("input_wait_share", "clips_per_second", "loss")}


if __name__ == "__main__":
    main()
