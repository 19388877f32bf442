"""The accuracy of `frames`, which begins with ImageNet's weights, beside that of a network which begins with none.

    .venv/bin/python -m benchmarks.pretrained --config frames.yaml --beside fights.yaml --folds 5 --seeds 3

The clips are dealt into five folds whose groups are disjoint, as in `benchmarks.against_tutorial`: a fold is tested, the next
one chooses the epoch, and the others are trained on; so it is repeated for each fold and seed. The frozen encoder sees each
clip once for all of them, since what it makes of a clip depends on no other; a whole training, with that, is timed at the end.
Prints JSON: a line for each training, then means, and 95 % intervals of the means and of the mean difference, by Student's t
over the trainings.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from benchmarks.against_tutorial import SharedClip, ingest, split, summarise
from benchmarks.timing import in_own_process, timed
from benchmarks.training import answers, prepare_training, train, write_parts
from models.training.checkpoints import CheckpointFolder
from models.training.feature_batches import FeatureBatches, compute_features
from models.training.fit import fit
from models.training.learning import from_summary, standardize, up_to_summary, with_rate_of_linear_layer
from models.training.preparation import Preparation
from pipeline.config import Config, load_config


@dataclass(frozen=True)
class Deal:
    """Numbers of the clips that one training learns from, chooses its epoch by, and is tested on."""

    fold: int
    seed: int
    train: list[int]
    evaluation: list[int]
    test: list[int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, required=True, help="of a training with the network frames")
    parser.add_argument("--beside", type=Path, help="of another training on the same data")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    config = load_config(arguments.config)
    classes, clips = ingest(config)
    deals = list(deal(clips, arguments.folds, arguments.seeds))
    results: list[dict[str, Any]] = in_own_process(train_heads, config, classes, clips, deals)
    print(*map(json.dumps, results), sep="\n", flush=True)
    print(json.dumps({"ours": mean(results)}), flush=True)
    if arguments.beside:
        other = load_config(arguments.beside)
        _, their_clips = ingest(other)
        for one, result in zip(deals, results, strict=True):
            result["beside"] = in_own_process(train_whole, other, classes, their_clips, one)
            print(json.dumps(result), flush=True)
        print(json.dumps(summarise(results, "beside"), indent=2), flush=True)
    print(json.dumps({"a whole training": in_own_process(train_whole, config, classes, clips, deals[0])}))


def deal(clips: Sequence[SharedClip], num_folds: int, num_seeds: int) -> Iterator[Deal]:
    number_of = {id(clip): number for number, clip in enumerate(clips)}
    for fold in range(num_folds):
        parts = [[number_of[id(clip)] for clip in part] for part in split(clips, fold)]
        for seed in range(num_seeds):
            yield Deal(fold, seed, *parts)


def mean(results: Sequence[dict[str, Any]]) -> float:
    return round(float(np.mean([result["ours"]["accuracy"] for result in results])), 3)


def train_heads(
    config: Config, classes: Sequence[str], clips: Sequence[SharedClip], deals: Sequence[Deal]
) -> list[dict[str, Any]]:
    """Accuracy on the test clips of each deal, with an encoder that has seen all clips once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        examples = [example for clip in clips for example in clip.examples]
        write_parts(folder, {"train": examples, "evaluation": examples[:1]}, config, classes)
        prepared = prepare_training(folder, config, classes, epochs=config.training.epochs, seed=0)
        seen = with_rate_of_linear_layer(compute_features(prepared.batches, up_to_summary(prepared.begin())))
        return [{"fold": one.fold, "seed": one.seed, "ours": train_head(prepared, seen, one, name)} for one in deals]


def train_head(prepared: Preparation, seen: FeatureBatches, one: Deal, folder: str) -> dict[str, float]:
    features, labels = seen.train, seen.train_labels
    batches = replace(
        seen,
        train=features[one.train],
        evaluation=features[one.evaluation],
        train_labels=labels[one.train],
        eval_labels=labels[one.evaluation],
        training=seen.training.model_copy(update={"seed": one.seed}),
    )

    def build() -> keras.Model:
        network = prepared.build_for_training()
        standardize(network, batches)
        return from_summary(network)

    keras.utils.set_random_seed(one.seed)
    own = tempfile.mkdtemp(dir=folder)
    checkpoints = CheckpointFolder(f"{own}/checkpoint")
    fitted, times = timed(lambda: fit(build, batches, tf.distribute.get_strategy(), checkpoints, own))
    rest = build()
    rest.set_weights(fitted.weights)
    found = np.argmax(rest(features[one.test], training=False), axis=1)
    return _facts(found == labels[one.test], times["cpu_seconds"], len(fitted.history))


def train_whole(config: Config, classes: Sequence[str], clips: Sequence[SharedClip], one: Deal) -> dict[str, float]:
    """Accuracy on the test clips of a training of all that learns, from clips on."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = {
            part: [example for number in getattr(one, part) for example in clips[number].examples]
            for part in ("train", "evaluation", "test")
        }
        write_parts(folder, parts, config, classes)
        trained = train(folder, config, classes, epochs=config.training.epochs, seed=one.seed)
        labels, found = answers(trained, folder / "test.gz")
        return _facts(labels == found, trained.cpu_seconds, len(trained.fitted.history))


def _facts(hits: npt.NDArray[np.bool_], cpu_seconds: float, epochs: int) -> dict[str, float]:
    return {"accuracy": round(float(hits.mean()), 4), "cpu_seconds": round(cpu_seconds, 1), "epochs": epochs}


if __name__ == "__main__":
    main()
