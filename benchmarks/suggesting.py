"""What annotating the clips that `clipgate suggest` ranks first is worth, beside as many that are drawn at random.

    .venv/bin/python -m benchmarks.suggesting --config examples/frames.yaml
    .venv/bin/python -m benchmarks.suggesting --annotations FIGHTS/annotations.csv --videos FIGHTS

The encoder of the network `frames` sees each clip once. For each seed the groups are dealt into three parts, each of which is
held out in turn. Of the others a few clips of each class, of as few groups as have them, are annotated; the rest is a pool.
A linear layer learns from what is annotated, in numbers that are standardised as in the network, and `choose` ranks the pool by
it. Then it learns from the first of these as well, or from as many of ten random draws. Prints JSON: mean recall of the classes
on what was held out, a line for each seed; then means, and 95 % intervals of the means and of the mean difference, by Student's
t over the seeds. The ranking was developed on seeds from 100 on.
"""

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from pipeline.config import Config, load_config
from pipeline.suggestion.choosing import choose
from pipeline.suggestion.seeing import reduced
from pipeline.suggestion.spans import Floats, Known, SeenSpan

_NUM_PARTS = 3
_NUM_DRAWS = 10
# Of the squared weights: an input of length 1 moves a logit as far as it has to.
_INVERSE_PENALTY = 10.0

# What `frames` keeps of each channel: a mean and a drift of each part of a grid, and jerks.
_KINDS = (9, 9, 1)

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Clips:
    """All clips: features float32 [clips, width], ids of their labels and groups int64 [clips].

    `widths`: of each kind of features, as they follow each other; each kind counts alike.
    """

    features: Floats
    labels: Indices
    groups: Indices
    classes: tuple[str, ...]
    widths: tuple[int, ...]


class Deal(NamedTuple):
    """Numbers of the clips that are annotated from the start, that may be, and that are held out."""

    start: Indices
    pool: Indices
    test: Indices


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, help="of a training with the network frames")
    parser.add_argument("--annotations", help="instead of --config")
    parser.add_argument("--videos")
    parser.add_argument("--start", type=int, default=6, help="clips of each class that are annotated from the start")
    parser.add_argument("--count", type=int, default=24, help="clips that are annotated then")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(10)))
    arguments = parser.parse_args()
    config = load_config(arguments.config) if arguments.config else config_of(arguments.annotations, arguments.videos)
    clips = look_at(config)
    print(json.dumps({"clips": Counter(clips.classes[label] for label in clips.labels)}), flush=True)
    results = []
    for seed in arguments.seeds:
        results.append(measure(clips, seed, arguments.start, arguments.count))
        print(json.dumps({"seed": seed, **results[-1]}), flush=True)
    print(json.dumps(summarise(results), indent=2))


def config_of(annotations: str, videos: str) -> Config:
    """A configuration of `frames` for clips of any camera."""
    return Config.model_validate(
        {
            "output_dir": tempfile.gettempdir(),
            "data": {"annotations": annotations, "videos": videos},
            "sampling": {"num_frames": 24, "short_side": 128},
            "model": {
                "network": "frames",
                "preset": "efficientnet_lite0",
                "num_frames": 8,
                "height": 120,
                "width": 160,
            },
        }
    )


def look_at(config: Config) -> Clips:
    """What the encoder of `frames` makes of all clips of a data set."""
    from benchmarks.against_tutorial import ingest
    from benchmarks.training import prepare_training, write_parts
    from models.training.feature_batches import compute_features
    from models.training.learning import up_to_summary

    classes, clips = ingest(config)
    examples = [example for clip in clips for example in clip.examples]
    with tempfile.TemporaryDirectory() as name:
        write_parts(Path(name), {"train": examples, "evaluation": examples[:1]}, config, classes)
        prepared = prepare_training(Path(name), config, classes, epochs=1, seed=0)
        seen = compute_features(prepared.batches, up_to_summary(prepared.begin()))
    num_channels = seen.train.shape[1] // sum(_KINDS)
    groups = np.unique([clip.group for clip in clips], return_inverse=True)[1]
    return Clips(
        seen.train, seen.train_labels, groups.astype(np.int64), classes, tuple(kind * num_channels for kind in _KINDS)
    )


def measure(clips: Clips, seed: int, start: int, count: int) -> dict[str, float]:
    """Mean recall with what was annotated from the start, with what was suggested, and with random clips."""
    rng = np.random.default_rng(seed)
    recalls: dict[str, list[float]] = {"start": [], "suggested": [], "random": []}
    for deal in deals(clips, seed, start, rng):
        probabilities, standardized = learn(clips, deal.start)
        recalls["start"].append(mean_recall(clips, probabilities, deal.test))
        chosen = suggested(clips, deal, probabilities, standardized, count)
        recalls["suggested"].append(recall_with(clips, deal, chosen))
        draws = (rng.permutation(deal.pool)[:count] for _ in range(_NUM_DRAWS))
        recalls["random"].append(float(np.mean([recall_with(clips, deal, drawn) for drawn in draws])))
    return {name: round(float(np.mean(values)), 4) for name, values in recalls.items()}


def deals(clips: Clips, seed: int, start: int, rng: np.random.Generator) -> Iterator[Deal]:
    parts = StratifiedGroupKFold(_NUM_PARTS, shuffle=True, random_state=seed)
    for rest, test in parts.split(clips.labels, clips.labels, clips.groups):
        order = np.concatenate([rest[clips.groups[rest] == group] for group in rng.permutation(clips.groups[rest])])
        order = order[np.sort(np.unique(order, return_index=True)[1])]
        first = [order[clips.labels[order] == label][:start] for label in np.unique(clips.labels)]
        annotated = np.concatenate(first)
        yield Deal(annotated, np.setdiff1d(rest, annotated), test)


def learn(clips: Clips, annotated: Indices) -> tuple[npt.NDArray[np.float64], Floats]:
    """What a linear layer that has learned from some clips makes of all of them, and what it is shown of them.

    Returns:
      Probabilities, float64 [clips, classes], and standardised features, float32 [clips, width].
    """
    seen = clips.features[annotated]
    deviation = seen.std(axis=0)
    deviation = np.maximum(deviation, 1e-3 * deviation.mean() + 1e-12)
    scale = np.concatenate([np.full(width, width**-0.5, np.float32) for width in clips.widths])
    shown = (clips.features - seen.mean(axis=0)) / deviation * scale
    # Classes count alike, as they do in mean recall.
    layer = LogisticRegression(C=_INVERSE_PENALTY, class_weight="balanced", max_iter=200)
    layer.fit(shown[annotated], clips.labels[annotated])
    probabilities = np.zeros((len(shown), len(clips.classes)))
    probabilities[:, layer.classes_] = layer.predict_proba(shown)
    return probabilities, np.asarray(shown, np.float32)


def suggested(
    clips: Clips, deal: Deal, probabilities: npt.NDArray[np.float64], standardized: Floats, count: int
) -> Indices:
    """What `clipgate suggest` would rank first."""
    features = reduced(standardized)

    def spans(numbers: Indices) -> list[SeenSpan]:
        return [
            SeenSpan(str(number), str(clips.groups[number]), 0.0, 1.0, probabilities[number], features[number])
            for number in numbers
        ]

    num_annotated = Counter(clips.classes[label] for label in clips.labels[deal.start])
    known = Known(clips.classes, spans(deal.start), num_annotated)
    return np.array([int(each.span.video) for each in choose(spans(deal.pool), known, count)])


def recall_with(clips: Clips, deal: Deal, chosen: Indices) -> float:
    """Mean recall when these clips were annotated too."""
    return mean_recall(clips, learn(clips, np.concatenate([deal.start, chosen]))[0], deal.test)


def mean_recall(clips: Clips, probabilities: npt.NDArray[np.float64], test: Indices) -> float:
    hits = probabilities[test].argmax(axis=1) == clips.labels[test]
    return float(np.mean([hits[clips.labels[test] == label].mean() for label in np.unique(clips.labels[test])]))


def summarise(results: Sequence[dict[str, float]]) -> dict[str, object]:
    """Means over the seeds, with 95 % intervals."""
    values = {name: np.array([result[name] for result in results]) for name in results[0]}
    values["difference"] = values["suggested"] - values["random"]
    summary: dict[str, object] = {"seeds": len(results)}
    for name, numbers in values.items():
        half = stats.t.ppf(0.975, len(numbers) - 1) * numbers.std(ddof=1) / np.sqrt(len(numbers))
        mean = float(numbers.mean())
        summary[name] = {"mean": round(mean, 3), "interval": [round(mean - half, 3), round(mean + half, 3)]}
    return summary


if __name__ == "__main__":
    main()
