"""The benchmark of suggestions, on drawn features: where a class is rare, what comes first teaches more than random clips."""

import numpy as np
import pytest

from benchmarks.suggesting import Clips, measure, summarise

_CLASSES, _GROUPS, _WIDTH = 4, 20, 60


@pytest.fixture
def clips() -> Clips:
    """Clips of twenty groups, which look alike within a group; of the last class there is one in each second group."""
    rng = np.random.default_rng(7)
    centres, habits = rng.normal(size=(_CLASSES, _WIDTH)), rng.normal(size=(_GROUPS, _WIDTH))
    rows = [
        (label, group)
        for group in range(_GROUPS)
        for label in range(_CLASSES)
        for _ in range(5 if label < _CLASSES - 1 else (group + 1) % 2)
    ]
    labels, groups = np.array(rows).T
    noise = rng.normal(size=(len(rows), _WIDTH))
    features = (0.8 * centres[labels] + 0.7 * habits[groups] + noise).astype(np.float32)
    return Clips(features, labels, groups, ("sit", "walk", "wave", "fall"), (_WIDTH,))


def test_what_is_suggested_teaches_more_than_random_clips(clips: Clips) -> None:
    results = [measure(clips, seed, start=2, count=16) for seed in range(3)]
    assert all(result["suggested"] > result["start"] for result in results)
    difference = summarise(results)["difference"]
    assert isinstance(difference, dict)
    assert difference["mean"] > 0


def test_the_same_seed_gives_the_same_result(clips: Clips) -> None:
    assert measure(clips, 5, start=2, count=4) == measure(clips, 5, start=2, count=4)
