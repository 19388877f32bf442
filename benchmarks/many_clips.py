"""What it takes to find neighbours and copies among many clips, all compared or by an index, and what an index misses.

    .venv/bin/python -m benchmarks.many_clips [--clips 5000 --clips 20000 --clips 80000] [--kind motion --kind looks]

Prints JSON, a line for each number and kind. Neighbours of `motion` and `looks`: drawn vectors of the descriptors' sizes, whose
neighbours are about as far away as those of the demo's clips (17 and 71 degrees), of 50 classes and of groups of 6 clips; one
label in 50 is exchanged, and one clip in 1,000 is of no class. `copies`: drawn fingerprints of videos, 20 of which show one
scene; one video in 20 is a copy, with cosines of 0.91 to 0.999, every other one mirrored. Of all and of the index, each in a
process of its own:

    cpu_seconds, mebibytes     of all threads; by how much the search raised the peak of its memory

and of what both found:

    recall                     share of the exact neighbours, or copies, that the index finds
    same_vote                  share of the clips whose neighbours vote for the same class
    doubtful_labels, outliers  how many clips the check names by all, by the index, and by both
    not_alike                  how many pairs only the index names
"""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.manifest import peak_mebibytes
from benchmarks.timing import in_own_process, timed
from components.annotation_validator.checks import doubtful_labels, outliers
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.inputs.embeddings import NUM_NEIGHBOURS, Embedding, neighbourhood_of
from components.annotation_validator.inputs.measures import Fingerprint, Vector
from components.annotation_validator.inputs.nearest import (
    Ids,
    Nearest,
    alike_in_cells,
    alike_of_all,
    nearest_in_graph,
    nearest_of_all,
)
from components.annotation_validator.inputs.segments import CheckedSegment
from components.annotations.records.record import Segment, Source

_KINDS = "motion", "looks", "copies"
_NUM_CLASSES, _CLIPS_OF_A_GROUP = 50, 6
_EVERY_EXCHANGED, _EVERY_ODD, _EVERY_COPY = 50, 1000, 20
_VIDEOS_OF_A_SCENE = 20
_BAR = 0.9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, action="append")
    parser.add_argument("--kind", choices=_KINDS, action="append")
    arguments = parser.parse_args()
    for num_clips in arguments.clips or (5_000, 20_000, 80_000):
        for kind in arguments.kind or _KINDS:
            found = compare(kind, num_clips, in_own_process)
            print(json.dumps({"kind": kind, "clips": num_clips, **found}), flush=True)


def compare(kind: str, num_clips: int, call: Callable[..., Any]) -> dict[str, Any]:
    """What all and the index cost and find; `call` calls a function with arguments, wherever it likes."""
    return compare_copies(num_clips, call) if kind == "copies" else compare_neighbours(kind, num_clips, call)


def compare_neighbours(kind: str, num_clips: int, call: Callable[..., Any]) -> dict[str, Any]:
    (everything, all_costs), (found, graph_costs) = (
        call(search_neighbours, kind, num_clips, in_graph) for in_graph in (False, True)
    )
    _, labels, _ = draw_clips(kind, num_clips)
    names = [f"class {label}" for label in labels]
    votes = [neighbourhood_of(nearest, names).votes.argmax(axis=1) for nearest in (everything, found)]
    named = [named_by_checks(nearest, names) for nearest in (everything, found)]
    return {
        "all": all_costs,
        "index": graph_costs,
        "recall": round(recall(everything.ids, found.ids), 4),
        "same_vote": round(float((votes[0] == votes[1]).mean()), 4),
        **{
            check: [len(by_all), len(by_index), len(by_all & by_index)]
            for check, (by_all, by_index) in zip(("doubtful_labels", "outliers"), zip(*named, strict=True), strict=True)
        },
    }


def compare_copies(num_clips: int, call: Callable[..., Any]) -> dict[str, Any]:
    (everything, all_costs), (found, cell_costs) = (
        call(search_copies, num_clips, in_cells) for in_cells in (False, True)
    )
    return {
        "all": all_costs,
        "index": cell_costs,
        "copies": len(everything),
        "recall": round(len(everything & found) / len(everything), 4),
        "not_alike": len(found - everything),
    }


def search_neighbours(kind: str, num_clips: int, in_graph: bool) -> tuple[Nearest, dict[str, float]]:
    vectors, _, groups = draw_clips(kind, num_clips)
    find = nearest_in_graph if in_graph else nearest_of_all
    return _costs(lambda: find(vectors, groups, NUM_NEIGHBOURS))


def search_copies(num_videos: int, in_cells: bool) -> tuple[set[tuple[bool, int, int]], dict[str, float]]:
    still, moving = draw_fingerprints(num_videos)
    mirror = _mirror(still, moving)
    mirrored = still * mirror.still, moving * mirror.moving
    find = alike_in_cells if in_cells else alike_of_all
    return _costs(
        lambda: {
            (is_mirrored, pair.one, pair.other)
            for is_mirrored, others in ((False, (still, moving)), (True, mirrored))
            for pair in find((still, moving), others, _BAR)
        }
    )


def _costs(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak of what was drawn
    before = peak_mebibytes()
    result, times = timed(work)
    return result, {
        "cpu_seconds": round(times["cpu_seconds"], 1),
        "mebibytes": round(peak_mebibytes() - before),
    }


def recall(exact: Ids, found: Ids) -> float:
    """Share of the exact neighbours, int64 [num_clips, count], that are among those found."""
    return float((exact[:, :, None] == found[:, None, :]).any(axis=2).mean())


def named_by_checks(nearest: Nearest, labels: Sequence[str]) -> tuple[set[str], set[str]]:
    """Which segments `doubtful_labels` and `outliers` name, at their usual bars."""
    segments = tuple(
        CheckedSegment(str(row), Segment("v.mp4", label, Source("a.csv", row)), "v.mp4", label, 0.0, 1.0)
        for row, label in enumerate(labels)
    )
    embedding = Embedding(segments, np.zeros((0, 0), np.float32), neighbourhood_of(nearest, labels))
    inputs: Any = SimpleNamespace(features={}, embedding=embedding)
    config = ChecksConfig()
    by_check = (
        check.find(inputs, config.bar(name))
        for check, name in ((doubtful_labels, "doubtful_labels"), (outliers, "outliers"))
    )
    doubtful, odd = ({place.segment_id for found in all_ for place in found.places} for all_ in by_check)
    return doubtful, odd


def draw_clips(kind: str, num_clips: int) -> tuple[Vector, Ids, Ids]:
    """Vectors, float32 [num_clips, 216 or 768] of length 1, with the numbers of their classes and groups."""
    rng = np.random.default_rng(num_clips)
    labels, groups = rng.integers(0, _NUM_CLASSES, num_clips), rng.permutation(num_clips) // _CLIPS_OF_A_GROUP
    shown = labels.copy()
    odd = np.arange(0, num_clips, _EVERY_ODD)
    vectors = (_draw_motion if kind == "motion" else _draw_looks)(rng, labels, groups, odd)
    exchanged = np.arange(1, num_clips, _EVERY_EXCHANGED)
    shown[exchanged] = (labels[exchanged] + rng.integers(1, _NUM_CLASSES, len(exchanged))) % _NUM_CLASSES
    return _unit(vectors), shown, groups


def _draw_motion(rng: np.random.Generator, labels: Ids, groups: Ids, odd: Ids) -> Vector:
    """Roots of histograms of 216 bins: of a class, as groups and clips vary it."""
    of_class = rng.gamma(0.3, size=(_NUM_CLASSES, 216))
    of_group = np.exp(0.3 * rng.standard_normal((groups.max() + 1, 216), np.float32))
    histograms = of_class.astype(np.float32)[labels]
    histograms[odd] = rng.gamma(0.3, size=(len(odd), 216))
    histograms *= of_group[groups]
    histograms *= np.exp(0.4 * rng.standard_normal(histograms.shape, np.float32))
    return np.sqrt(histograms)


def _draw_looks(rng: np.random.Generator, labels: Ids, groups: Ids, odd: Ids) -> Vector:
    """What classes, groups and clips add up to in 66 directions of 768, as many as the demo's looks spread over."""
    num_directions, size = 66, 768
    mixed = rng.standard_normal((len(labels), num_directions), np.float32)
    of_class = 0.7 * rng.standard_normal((_NUM_CLASSES, num_directions), np.float32)[labels]
    of_class[odd] = 0
    mixed += of_class + 0.5 * rng.standard_normal((groups.max() + 1, num_directions), np.float32)[groups]
    directions = np.linalg.qr(rng.standard_normal((size, num_directions)))[0].T.astype(np.float32)
    vectors = mixed @ directions
    vectors += np.float32(0.2) * rng.standard_normal(vectors.shape, np.float32)
    return np.asarray(vectors)


def draw_fingerprints(num_videos: int) -> tuple[Vector, Vector]:
    """Fingerprints of videos, float32 [num_videos, 64] and [num_videos, 704], some of which are copies of others."""
    rng = np.random.default_rng(num_videos)
    scenes = rng.integers(0, max(1, num_videos // _VIDEOS_OF_A_SCENE), num_videos)
    of_scene = rng.standard_normal((scenes.max() + 1, 64), np.float32)
    still = _unit(of_scene[scenes] + np.float32(0.3) * rng.standard_normal((num_videos, 64), np.float32))
    mixed = rng.standard_normal((num_videos, 29), np.float32)  # the demo's motions spread over as many directions
    moving = _unit(mixed @ rng.standard_normal((29, 704), np.float32))
    copies, originals = np.split(rng.permutation(num_videos)[: 2 * (num_videos // _EVERY_COPY)], 2)
    cosines = np.linspace(0.91, 0.999, len(copies), dtype=np.float32)[:, None]
    mirror = _mirror(still, moving)
    for part, signs in ((still, mirror.still), (moving, mirror.moving)):
        aside = rng.standard_normal((len(copies), part.shape[1]), np.float32)
        aside -= (aside * part[originals]).sum(axis=1, keepdims=True) * part[originals]
        part[copies] = cosines * part[originals] + np.sqrt(1 - cosines**2) * _unit(aside)
        part[copies[::2]] *= signs
    return still, moving


def _mirror(still: Vector, moving: Vector) -> Fingerprint:
    """The signs by which fingerprints become those of mirror images."""
    return Fingerprint(np.ones_like(still[0]), np.ones_like(moving[0])).mirrored()


def _unit(vectors: Vector) -> Vector:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


if __name__ == "__main__":
    main()
