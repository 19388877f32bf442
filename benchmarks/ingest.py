"""How fast ingest is, and how much memory it takes.

    .venv/bin/python -m benchmarks.ingest [--repetitions 3]

All on generated videos of 320x240 pixels and about six seconds, one clip each, in one run, and alternating where two things are
compared. `short_actions` is the same with the demo's annotations: actions of about one second, so that half of all frames are
stored. Prints JSON; the ratios are:

    generator_to_bare_loop     frames/s of a whole VideoExampleGen (its start-up excluded) to those of OpenCV's read loop
                               over the same files, on as many processes
    two_decoders_to_one        clips/s with two decoding processes to those with one
    examples_to_tutorial       clips/s that the trainer reads from Examples to those of a Python generator that opens each
                               video, seeks a random start and reads 10 frames 15 apart, as tutorials do
    memory_of_tenfold_clips    peak memory of ingest for ten times the clips
"""

import argparse
import csv
import itertools
import json
import multiprocessing
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types.standard_artifacts import Examples

from benchmarks import tutorial
from benchmarks.clips import transform
from benchmarks.stages import ProcessMemory
from benchmarks.timing import timed
from benchmarks.videos import read_video, write_video
from components.annotations.config import DataConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.files.fingerprint import find_labels
from components.annotations.splits.config import SplitsConfig
from components.artifacts import IngestLedger
from components.video.config import SamplingConfig
from components.video_example_gen.component import VideoExampleGen
from components.video_example_gen.executor import VideoExampleGenExecutor
from components.video_example_gen.ledger import read_summary
from examples import demo_data
from foundation.machine import num_cores
from models.config import ModelConfig
from models.data import ClipSource
from pipeline.beam.options import ingest_beam_args

_NUM_CORES = num_cores()
_SIZE = (320, 240)
_SAMPLING = SamplingConfig()
_BARE_LOOP = """
import sys, time, cv2
started, frames = time.perf_counter(), 0
for name in sys.stdin.read().splitlines():
    capture = cv2.VideoCapture(name)
    while capture.read()[0]:
        frames += 1
print(frames, time.perf_counter() - started)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=3)
    repetitions = parser.parse_args().repetitions
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        demo_data.generate(folder / "demo", num_people=16, videos_per_person=4)
        enlarge_videos(folder / "demo")
        rows = read_rows(folder / "demo")
        short_actions = [copy_videos(folder, rows, name, factor) for name, factor in (("few", 0.4), ("more", 3))]
        rows = one_row_a_video(rows)
        tiny, full = copy_videos(folder, rows, "tiny", 0.4), copy_videos(folder, rows, "full", 10)
        for measure in (
            lambda: {"cores": _NUM_CORES, **compare_speeds(folder, tiny, full, repetitions)},
            lambda: {"short_actions": compare_speeds(folder, *short_actions, repetitions)},
            lambda: compare_reading(folder, full, repetitions),
            lambda: compare_memory(folder, copy_videos(folder, rows, "tenfold", 100), full),
        ):
            print(json.dumps(measure(), indent=2), flush=True)


def enlarge_videos(folder: Path) -> None:
    """Scale videos to the size of UCF101's and Kinetics' smallest: 320x240."""
    for path in folder.rglob("*.mp4"):
        frames, fps = read_video(path)
        write_video(path, [cv2.resize(frame, _SIZE, interpolation=cv2.INTER_CUBIC) for frame in frames], fps)


def read_rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "annotations.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def one_row_a_video(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """As in UCF101, whose clips of seven seconds on average have one label each; here any label will do."""
    videos = sorted({row["path"] for row in rows})
    return [{"path": video, "label": f"action_{number % 2}"} for number, video in enumerate(videos)]


def copy_videos(folder: Path, rows: list[dict[str, str]], name: str, factor: float) -> Path:
    """A data set of `factor` times as many videos as the demo's, no two of them with the same bytes."""
    source, target = folder / "demo", folder / name
    videos = sorted({row["path"] for row in rows})
    target.mkdir()
    copies: dict[str, list[str]] = {video: [] for video in videos}
    for number in range(round(factor * len(videos))):
        # Every person comes early, so that a small share can be split too.
        video = videos[number * 4 % len(videos) + number * 4 // len(videos) % 4]
        copy = f"{number:05d}.mp4"
        # A box that players skip.
        padding = bytes(number + 1)
        box = (8 + len(padding)).to_bytes(4, "big") + b"free" + padding
        (target / copy).write_bytes((source / video).read_bytes() + box)
        copies[video].append(copy)
    with (target / "annotations.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "path": copy} for row in rows for copy in copies[row["path"]])
    return target


def here(num_decoders: int) -> list[str]:
    """Beam's options on this machine."""
    return ["--runner=FnApiRunner", *ingest_beam_args(num_decoders)]


def ingest(data: Path, output: Path, beam_args: Sequence[str]) -> tuple[float, int]:
    """Run VideoExampleGen; returns seconds and the number of clips."""
    shutil.rmtree(output, ignore_errors=True)
    return attempt(data, output, beam_args)


def attempt(data: Path, output: Path, beam_args: Sequence[str]) -> tuple[float, int]:
    """As `ingest`, but what an earlier attempt has completed in the same place stays."""
    config = DataConfig(annotations=str(data / "annotations.csv"), videos=str(data))
    examples, ledger = Examples(), IngestLedger()
    examples.uri, ledger.uri = str(output / "examples"), str(output / "ledger")
    context = BaseBeamExecutor.Context(beam_pipeline_args=list(beam_args), tmp_dir=str(output / "tmp"), unique_id="0")
    component = VideoExampleGen(
        data=config,
        splits=SplitsConfig(train=0.5, eval=0.25, test=0.25),
        negatives=None,
        sampling=_SAMPLING,
        classes=find_labels(load_annotations(config).records),
        fingerprint="",
    )
    executor = VideoExampleGenExecutor(context)
    outputs = {"examples": [examples], "ledger": [ledger]}
    _, times = timed(lambda: executor.Do({}, outputs, component.exec_properties))
    summary = read_summary(output / "ledger")
    return times["seconds"], sum(split["clips"] for split in summary["splits"].values())


def compare_speeds(folder: Path, tiny: Path, full: Path, repetitions: int) -> dict[str, Any]:
    """The generator against a bare loop, and two decoders against one."""
    rates: dict[str, list[float]] = {"bare_loop": [], "one_decoder": [], "two_decoders": [], "generator": []}
    clips = {}
    more_frames = count_frames(full) - count_frames(tiny)
    for _ in range(repetitions):
        for name, decoders in (("generator", _NUM_CORES), ("one_decoder", 1), ("two_decoders", 2)):
            start_up, few = ingest(tiny, folder / "out", here(decoders))
            seconds, many = ingest(full, folder / "out", here(decoders))
            clips[name] = many - few
            rates[name].append((seconds - start_up) / (many - few))
        frames, seconds = bare_loop(full)
        rates["bare_loop"].append(frames / seconds)
    median = {name: statistics.median(values) for name, values in rates.items()}
    frames_per_second = more_frames / clips["generator"] / median["generator"]
    return {
        "bare_loop_frames_per_second": round(median["bare_loop"]),
        "generator_frames_per_second": round(frames_per_second),
        "generator_to_bare_loop": round(frames_per_second / median["bare_loop"], 2),
        "one_decoder_clips_per_second": round(1 / median["one_decoder"], 1),
        "two_decoders_clips_per_second": round(1 / median["two_decoders"], 1),
        "two_decoders_to_one": round(median["one_decoder"] / median["two_decoders"], 2),
        "clips": clips["generator"],
    }


def count_frames(data: Path) -> int:
    return sum(map(num_frames, data.glob("*.mp4")))


def num_frames(video: Path) -> int:
    """As the header says; demo videos do not lie."""
    return int(cv2.VideoCapture(str(video)).get(cv2.CAP_PROP_FRAME_COUNT))


def bare_loop(data: Path) -> tuple[int, float]:
    """Frames that OpenCV reads, and the seconds of the slowest of as many processes as there are cores."""
    videos = sorted(map(str, data.glob("*.mp4")))
    processes = [
        subprocess.Popen([sys.executable, "-c", _BARE_LOOP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(_NUM_CORES)
    ]
    for number, process in enumerate(processes):
        assert process.stdin
        process.stdin.write("\n".join(videos[number::_NUM_CORES]))
        process.stdin.close()
    results = [process.stdout.read().split() for process in processes if process.stdout]
    return sum(int(frames) for frames, _ in results), max(float(seconds) for _, seconds in results)


def compare_reading(folder: Path, data: Path, repetitions: int) -> dict[str, Any]:
    """What the trainer reads from Examples, against the way of tutorials."""
    ingest(data, folder / "out", here(_NUM_CORES))
    config = DataConfig(annotations=str(data / "annotations.csv"), videos=str(data))
    classes = find_labels(load_annotations(config).records)
    model = ModelConfig()
    shards = sorted((folder / "out" / "examples" / "Split-train").glob("*.gz"))
    output = transform(shards[0], folder / "transform", _SAMPLING, model, classes)
    source = ClipSource([str(shard) for shard in shards], output, model)
    videos = sorted(data.glob("*.mp4"))
    rates: dict[str, list[float]] = {"examples": [], "tutorial": []}
    for _ in range(repetitions):
        rates["examples"].append(clips_per_second(source.clips(), 1000))
        rates["tutorial"].append(clips_per_second(tutorial_clips(videos), 60))
    median = {name: statistics.median(values) for name, values in rates.items()}
    return {
        "examples_clips_per_second": round(median["examples"], 1),
        "tutorial_clips_per_second": round(median["tutorial"], 1),
        "examples_to_tutorial": round(median["examples"] / median["tutorial"], 1),
    }


def tutorial_clips(videos: list[Path]) -> tf.data.Dataset:
    """Each video opened anew, a random start sought by frame number, frames resized by TensorFlow."""
    clips = [tutorial.LabelledFrames(str(video), 0, num_frames(video), 0) for video in videos]

    def generate() -> Iterator[npt.NDArray[np.float32]]:
        for clip in random.sample(clips, len(clips)):
            yield tutorial.read(clip, tutorial.STEP)

    shape = (tutorial.NUM_FRAMES, tutorial.SIZE, tutorial.SIZE, 3)
    return tf.data.Dataset.from_generator(generate, output_signature=tf.TensorSpec(shape, tf.float32))


def clips_per_second(clips: tf.data.Dataset, num_clips: int) -> float:
    """After the first clip, so that start-up does not count."""
    iterator = iter(clips.repeat())
    next(iterator)
    _, times = timed(lambda: deque(itertools.islice(iterator, num_clips), maxlen=0))
    return num_clips / times["seconds"]


def compare_memory(folder: Path, tenfold: Path, full: Path) -> dict[str, Any]:
    """Peak memory of ingest and its decoders, for a data set and for ten times as much."""
    mebibytes = {}
    for name, data in (("once", full), ("tenfold", tenfold)):
        process = multiprocessing.get_context("spawn").Process(target=ingest, args=(data, folder / "out", _NUM_CORES))
        process.start()
        assert process.pid
        memory = ProcessMemory(process.pid)
        memory.start()
        process.join()
        mebibytes[name] = memory.take_mebibytes()
    return {
        "memory_mebibytes": mebibytes,
        "memory_of_tenfold_clips": round(mebibytes["tenfold"] / mebibytes["once"], 2),
    }


if __name__ == "__main__":
    main()
