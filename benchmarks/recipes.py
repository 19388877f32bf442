"""Which network learns how much from how few clips: each recipe on the same clips, beside the others.

    .venv/bin/python -m benchmarks.recipes --annotations FILE --videos DIR [--clips 8 25 75] [--folds 2] [--recipes frames ...]
    .venv/bin/python -m benchmarks.recipes --postures

The clips are dealt into five folds whose groups are disjoint: a fold is tested, the next one chooses the epoch, and of the
others so many clips a class are learned from, from all of their groups in turn; so it is repeated for each fold and seed.
`--postures`: drawn people who hold one of four postures, in place of data of one's own. Prints JSON: a line for each training,
then for each recipe and number of clips the mean accuracy, its range, and the computing time of a training.
"""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.against_tutorial import SharedClip, ingest
from benchmarks.looks import record_postures
from benchmarks.pretrained import deal, train_whole
from benchmarks.timing import in_own_process
from pipeline.config import Config

RECIPES: Mapping[str, dict[str, Any]] = {
    "frames": {"model": {"network": "frames", "preset": "efficientnet_lite0", "num_frames": 8, "height": 160, "width": 224}},
    "frames, differences": {
        "model": {
            "network": "frames", "preset": "efficientnet_lite0", "modality": "differences",
            "num_frames": 8, "height": 160, "width": 224,
        },
    },
    "r2plus1d tiny": {"model": {"preset": "tiny", "num_frames": 16, "height": 80, "width": 80}},
    "r2plus1d tiny, differences": {
        "model": {"preset": "tiny", "modality": "differences", "num_frames": 16, "height": 80, "width": 80}
    },
}  # fmt: skip
_PEOPLE = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--annotations")
    parser.add_argument("--videos")
    parser.add_argument("--postures", action="store_true")
    parser.add_argument("--clips", type=int, nargs="+", default=[8, 25, 75], help="a class")
    parser.add_argument("--recipes", nargs="+", choices=RECIPES, default=list(RECIPES))
    parser.add_argument("--folds", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        annotations, videos = arguments.annotations, arguments.videos
        if arguments.postures:
            record_postures(Path(name), _PEOPLE)
            annotations, videos = f"{name}/annotations.csv", name
        configs = {recipe: configure(annotations, videos, RECIPES[recipe]) for recipe in arguments.recipes}
        classes, clips = ingest(next(iter(configs.values())))
        found: dict[tuple[str, int], list[dict[str, float]]] = defaultdict(list)
        for one in deal(clips, arguments.folds, arguments.seeds):
            for num_clips in arguments.clips:
                fewer = replace(one, train=spread(clips, one.train, num_clips))
                for recipe, config in configs.items():
                    result = in_own_process(train_whole, config, classes, clips, fewer)
                    found[recipe, num_clips].append(result)
                    print(json.dumps({"recipe": recipe, "clips": num_clips, "fold": one.fold, **result}), flush=True)
    print(json.dumps([summarise(*key, results) for key, results in found.items()], indent=2))


def configure(annotations: str, videos: str, changes: Mapping[str, Any]) -> Config:
    return Config.model_validate(
        {
            "name": "recipes",
            "output_dir": "out",
            "data": {"annotations": annotations, "videos": videos},
            "sampling": {"num_frames": 24, "short_side": 160},
            "training": {"class_weights": True},
            **changes,
        }
    )


def spread(clips: Sequence[SharedClip], numbers: Sequence[int], num_clips: int) -> list[int]:
    """So many of the numbered clips of each class, or all of them: one of each group, then a second, and so on."""
    by_class: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number in numbers:
        by_class[clips[number].in_file.label_id][clips[number].group].append(number)
    chosen: list[int] = []
    for groups in by_class.values():
        turns = [(turn, number) for own in groups.values() for turn, number in enumerate(own)]
        chosen += [number for _, number in sorted(turns, key=lambda each: each[0])[:num_clips]]
    return sorted(chosen)


def summarise(recipe: str, num_clips: int, results: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    accuracies = [result["accuracy"] for result in results]
    return {
        "recipe": recipe,
        "clips": num_clips,
        "accuracy": round(float(np.mean(accuracies)), 3),
        "range": [min(accuracies), max(accuracies)],
        "cpu_seconds": round(float(np.median([result["cpu_seconds"] for result in results])), 1),
    }


if __name__ == "__main__":
    main()
