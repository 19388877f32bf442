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
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy import stats
from sklearn.model_selection import StratifiedGroupKFold

from benchmarks import tutorial
from benchmarks.timing import in_own_process, timed
from benchmarks.training import Trained, answers, train, write_parts
from components.annotations.files.fetch import load_annotations
from components.annotations.files.manifest import build_manifest
from components.annotations.records.record import Segment, TimeUnit
from components.storage.local import LocalRoot
from components.video.decoder import Decoder
from components.video_example_gen.ingest import Accepted, IngestedClip, VideoIngest, VideoTask
from foundation.machine import num_cores
from pipeline.config import Config, load_config

_NUM_CORES = num_cores()
_NUM_FOLDS = 5


@dataclass(frozen=True)
class SharedClip:
    """A clip as both recipes take it: as Examples (several if the configuration has views or windows), and in its file."""

    examples: tuple[bytes, ...]
    in_file: tutorial.LabelledFrames
    group: str


@dataclass(frozen=True)
class TrainingPlan:
    """What one training is given."""

    config: Config
    classes: tuple[str, ...]
    train: tuple[SharedClip, ...]
    evaluation: tuple[SharedClip, ...]
    test: tuple[SharedClip, ...]
    seed: int
    cpu_seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--folds", type=int, default=_NUM_FOLDS)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    config = load_config(arguments.config)
    classes, clips = ingest(config)
    results = []
    for fold in range(arguments.folds):
        for seed in range(arguments.seeds):
            train, evaluation, test = split(clips, fold)
            plan = TrainingPlan(config, classes, train, evaluation, test, seed, arguments.seconds * _NUM_CORES)
            ours = in_own_process(train_ours, plan)
            theirs = in_own_process(train_tutorial, replace(plan, cpu_seconds=ours["cpu_seconds"]))
            results.append({"fold": fold, "seed": seed, "ours": ours, "tutorial": theirs})
            print(json.dumps(results[-1]), flush=True)
    print(json.dumps(summarise(results), indent=2))


def ingest(config: Config) -> tuple[tuple[str, ...], list[SharedClip]]:
    """All clips of a data set, in the order of the videos' names."""
    root = LocalRoot(Path(config.data.videos))
    manifest = build_manifest(load_annotations(config.data, ()).records, root)
    classes = tuple(sorted({segment.label for some in manifest.segments_by_video.values() for segment in some}))
    clips = []
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
                        clips.append(SharedClip(tuple(examples), in_file, result.group))
                        examples = []
    return classes, clips


def locate(path: Path, segment: Segment, label_id: int) -> tutorial.LabelledFrames:
    """A segment by the numbers of its frames."""
    capture = cv2.VideoCapture(str(path))
    rate = capture.get(cv2.CAP_PROP_FPS) if segment.time_unit is TimeUnit.SECONDS else 1.0
    num_frames = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    end = num_frames if segment.end is None else min(num_frames, round(segment.end * rate))
    return tutorial.LabelledFrames(str(path), min(round(segment.start * rate), end - 1), end, label_id)


def split(clips: Sequence[SharedClip], fold: int) -> tuple[tuple[SharedClip, ...], ...]:
    """Train, evaluation and test: the fold is test, the next one evaluation."""
    labels, groups = [clip.in_file.label_id for clip in clips], [clip.group for clip in clips]
    folds = StratifiedGroupKFold(_NUM_FOLDS, shuffle=True, random_state=0).split(labels, labels, groups)
    fold_of = np.empty(len(clips), int)
    for number, (_, members) in enumerate(folds):
        fold_of[members] = number
    parts: dict[str, list[SharedClip]] = {"train": [], "evaluation": [], "test": []}
    for clip, number in zip(clips, (fold_of - fold) % _NUM_FOLDS, strict=True):
        parts[("test", "evaluation")[number] if number < 2 else "train"].append(clip)
    return tuple(tuple(part) for part in parts.values())


def train_ours(plan: TrainingPlan) -> dict[str, Any]:
    """Accuracy on the test clips, and what training took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = {
            part: [one for clip in getattr(plan, part) for one in clip.examples]
            for part in ("train", "evaluation", "test")
        }
        write_parts(folder, parts, plan.config, plan.classes)

        def fit_epochs(epochs: int) -> Trained:
            return train(folder, plan.config, plan.classes, epochs=epochs, seed=plan.seed)

        one, three = fit_epochs(1).cpu_seconds, fit_epochs(3).cpu_seconds
        # What an epoch takes once the network is traced and the clips are decoded.
        later = (three - one) / 2
        trained = fit_epochs(max(1, round(1 + (plan.cpu_seconds - one) / later)))
        labels, found = answers(trained, folder / "test.gz")
        return {
            "accuracy": round(float((labels == found).mean()), 4),
            "cpu_seconds": round(trained.cpu_seconds, 1),
            "epochs": len(trained.fitted.history),
        }


def train_tutorial(plan: TrainingPlan) -> dict[str, Any]:
    """The same for the tutorial's recipe."""
    clips = [clip.in_file for clip in (*plan.train, *plan.evaluation)]
    (network, num_steps), times = timed(lambda: tutorial.train(clips, len(plan.classes), plan.cpu_seconds, plan.seed))
    accuracy = tutorial.accuracy(network, [clip.in_file for clip in plan.test], tutorial.frame_step(clips))
    return {
        "accuracy": round(accuracy, 4),
        "cpu_seconds": round(times["cpu_seconds"], 1),
        "epochs": round(num_steps * tutorial.BATCH_SIZE / len(clips), 1),
    }


def summarise(results: Sequence[dict[str, Any]], other: str = "tutorial") -> dict[str, Any]:
    """Means over all runs with their 95 % intervals."""
    values = {name: np.array([result[name]["accuracy"] for result in results]) for name in ("ours", other)}
    values["difference"] = values["ours"] - values[other]
    summary: dict[str, Any] = {"runs": len(results)}
    for name, numbers in values.items():
        summary[name] = {"mean": round(float(numbers.mean()), 3)}
        if len(numbers) > 1:
            width = stats.t.ppf(0.975, len(numbers) - 1) * numbers.std(ddof=1) / np.sqrt(len(numbers))
            summary[name]["interval"] = [round(float(numbers.mean() + sign * width), 3) for sign in (-1, 1)]
    return summary


if __name__ == "__main__":
    main()
