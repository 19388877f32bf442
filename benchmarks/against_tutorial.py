"""The accuracy of a configuration beside that of a tutorial's recipe, after the same seconds of training on the same cores.

    .venv/bin/python -m benchmarks.against_tutorial --config examples/demo.yaml --seconds 120 --folds 1 --seeds 3
    .venv/bin/python -m benchmarks.against_tutorial --config fights.yaml --seconds 180 --folds 5 --seeds 3

The clips are dealt into five folds whose groups are disjoint. For each of the first `--folds` folds and each seed, both recipes
are tested on the clips of the fold, which they have not seen; ours has the next fold to choose its epoch by, the other (see
`benchmarks/tutorial.py`) trains on that one too. Ours finds out with a few epochs how many fit into the time, and the
tutorial's gets what ours took. Time is CPU time, `--seconds` times the number of cores, so that nobody gains when other work
wants the machine. Each training runs in a process of its own. Prints JSON: accuracies, means, and 95 % intervals of the means
and of the mean difference, by Student's t over the runs.
"""

import argparse
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy import stats
from sklearn.model_selection import StratifiedGroupKFold

from benchmarks import tutorial
from benchmarks.training import Trained, answers, train, write_parts
from components.annotations.files.fetch import load_annotations
from components.annotations.files.manifest import build_manifest
from components.annotations.records.record import Segment, TimeUnit
from components.storage.local import LocalRoot
from components.video.decoder import Decoder
from components.video_example_gen.ingest import Accepted, IngestedClip, VideoIngest, VideoTask
from pipeline.config import Config, load_config

_NUM_CORES = os.cpu_count() or 1
_NUM_FOLDS = 5


@dataclass(frozen=True)
class Sample:
    """A clip as both recipes take it: as Examples (several if the configuration has views or windows), and in its file."""

    examples: tuple[bytes, ...]
    in_file: tutorial.Clip
    group: str


@dataclass(frozen=True)
class Run:
    """What one training needs: its clips, and where it may write."""

    config: Config
    classes: tuple[str, ...]
    train: tuple[Sample, ...]
    evaluation: tuple[Sample, ...]
    test: tuple[Sample, ...]
    seed: int
    cpu_seconds: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--folds", type=int, default=_NUM_FOLDS)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    config = load_config(arguments.config)
    classes, samples = ingest(config)
    results = []
    for fold in range(arguments.folds):
        for seed in range(arguments.seeds):
            train, evaluation, test = split(samples, fold)
            run = Run(config, classes, train, evaluation, test, seed, arguments.seconds * _NUM_CORES)
            ours = in_own_process(train_ours, run)
            theirs = in_own_process(train_tutorial, replace(run, cpu_seconds=ours["cpu_seconds"]))
            results.append({"fold": fold, "seed": seed, "ours": ours, "tutorial": theirs})
            print(json.dumps(results[-1]), flush=True)
    print(json.dumps(summarise(results), indent=2))


def ingest(config: Config) -> tuple[tuple[str, ...], list[Sample]]:
    """All clips of a data set, in the order of the videos' names."""
    root = LocalRoot(Path(config.data.videos))
    manifest = build_manifest(load_annotations(config.data, ()), root)
    classes = tuple(sorted({segment.label for some in manifest.segments_by_video.values() for segment in some}))
    samples = []
    with Decoder() as decoder:
        videos = VideoIngest(root, config.sampling, None, decoder)
        for video, segments in manifest.segments_by_video.items():
            examples: list[bytes] = []
            # A segment's answer follows its clips; those of segments that overlap would be mixed up.
            for segment in segments:
                for result in videos.ingest(VideoTask(video, (segment,), "train")):
                    if isinstance(result, IngestedClip):
                        examples.append(result.example)
                    elif isinstance(result, Accepted):
                        label_id = classes.index(segment.label)
                        in_file = locate(Path(config.data.videos, video), segment, label_id)
                        samples.append(Sample(tuple(examples), in_file, result.group))
                        examples = []
    return classes, samples


def locate(path: Path, segment: Segment, label_id: int) -> tutorial.Clip:
    """A segment by the numbers of its frames."""
    capture = cv2.VideoCapture(str(path))
    rate = capture.get(cv2.CAP_PROP_FPS) if segment.time_unit is TimeUnit.SECONDS else 1.0
    num_frames = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    end = num_frames if segment.end is None else min(num_frames, round(segment.end * rate))
    return tutorial.Clip(str(path), min(round(segment.start * rate), end - 1), end, label_id)


def split(samples: Sequence[Sample], fold: int) -> tuple[tuple[Sample, ...], ...]:
    """Train, evaluation and test: the fold is test, the next one evaluation."""
    labels, groups = [sample.in_file.label_id for sample in samples], [sample.group for sample in samples]
    folds = StratifiedGroupKFold(_NUM_FOLDS, shuffle=True, random_state=0).split(labels, labels, groups)
    fold_of = np.empty(len(samples), int)
    for number, (_, members) in enumerate(folds):
        fold_of[members] = number
    parts: dict[str, list[Sample]] = {"train": [], "evaluation": [], "test": []}
    for sample, number in zip(samples, (fold_of - fold) % _NUM_FOLDS, strict=True):
        parts[("test", "evaluation")[number] if number < 2 else "train"].append(sample)
    return tuple(tuple(part) for part in parts.values())


def in_own_process(train: Callable[[Run], dict[str, Any]], run: Run) -> dict[str, Any]:
    """What one training leaves in memory must not slow down the next."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(train, (run,))


def train_ours(run: Run) -> dict[str, Any]:
    """Accuracy on the test clips, and what training took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = {
            part: [one for sample in getattr(run, part) for one in sample.examples]
            for part in ("train", "evaluation", "test")
        }
        write_parts(folder, parts, run.config, run.classes)

        def fit_epochs(epochs: int) -> Trained:
            return train(folder, run.config, run.classes, epochs=epochs, seed=run.seed)

        one, three = fit_epochs(1).cpu_seconds, fit_epochs(3).cpu_seconds
        # What an epoch takes once the network is traced and the clips are decoded.
        later = (three - one) / 2
        trained = fit_epochs(max(1, round(1 + (run.cpu_seconds - one) / later)))
        labels, found = answers(trained, folder / "test.gz")
        return {
            "accuracy": round(float((labels == found).mean()), 4),
            "cpu_seconds": round(trained.cpu_seconds, 1),
            "epochs": len(trained.fitted.history),
        }


def train_tutorial(run: Run) -> dict[str, Any]:
    """The same for the tutorial's recipe."""
    clips = [sample.in_file for sample in (*run.train, *run.evaluation)]
    started = time.process_time()
    network, num_steps = tutorial.train(clips, len(run.classes), run.cpu_seconds, run.seed)
    cpu_seconds = time.process_time() - started
    accuracy = tutorial.accuracy(network, [sample.in_file for sample in run.test], tutorial.frame_step(clips))
    return {
        "accuracy": round(accuracy, 4),
        "cpu_seconds": round(cpu_seconds, 1),
        "epochs": round(num_steps * tutorial.BATCH_SIZE / len(clips), 1),
    }


def summarise(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Means over all runs with their 95 % intervals."""
    values = {name: np.array([result[name]["accuracy"] for result in results]) for name in ("ours", "tutorial")}
    values["difference"] = values["ours"] - values["tutorial"]
    summary: dict[str, Any] = {"runs": len(results)}
    for name, numbers in values.items():
        summary[name] = {"mean": round(float(numbers.mean()), 3)}
        if len(numbers) > 1:
            width = stats.t.ppf(0.975, len(numbers) - 1) * numbers.std(ddof=1) / np.sqrt(len(numbers))
            summary[name]["interval"] = [round(float(numbers.mean() + sign * width), 3) for sign in (-1, 1)]
    return summary


if __name__ == "__main__":
    main()
