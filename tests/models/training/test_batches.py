"""From Clips to batches."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from models.augmentation.config import AugmentationConfig
from models.config import ModelConfig
from models.data import ClipSource
from models.training.batches import Batches
from models.training.config import TrainingConfig
from models.views import centre_view
from tests.models.clips import CLASSES
from tests.models.conftest import TRAIN_LABELS

ONE = tf.distribute.InputContext()
Epoch = list[tuple[bytes, int]]


def batches_of(source: ClipSource, **changes: Any) -> Batches:
    return Batches(source, source, CLASSES, TrainingConfig(**({"batch_size": 4, "epochs": 3} | changes)))


def epochs_of(batches: Batches, first_epoch: int = 0, context: tf.distribute.InputContext = ONE) -> list[Epoch]:
    """Views and labels of every epoch from the first one on."""
    elements = [
        (clip.tobytes(), int(target.argmax()))
        for clips, targets in batches.training_batches(first_epoch, context).as_numpy_iterator()
        for clip, target in zip(clips, targets, strict=True)
    ]
    size = batches.steps_per_epoch * batches.training.batch_size // context.num_input_pipelines
    return [elements[i : i + size] for i in range(0, len(elements), size)]


def labels(epoch: Sequence[tuple[bytes, int]]) -> list[int]:
    return [label for _, label in epoch]


@pytest.fixture(scope="module", params=[4000, 0], ids=["in memory", "from files"])
def cache_megabytes(request: pytest.FixtureRequest) -> int:
    """Room for all decoded clips, or for none."""
    return int(request.param)


@pytest.fixture(scope="module")
def epochs(source: ClipSource, cache_megabytes: int) -> list[Epoch]:
    """Three epochs from the seed 0, which is a special one to TensorFlow's generators."""
    tf.random.set_seed(0)
    return epochs_of(batches_of(source, cache_megabytes=cache_megabytes))


def test_each_epoch_has_every_clip_once_in_a_new_order_and_view(epochs: list[Epoch]) -> None:
    first, second, third = epochs
    assert Counter(labels(first)) == Counter(labels(second)) == Counter(labels(third)) == Counter(TRAIN_LABELS)
    assert len({view for view, _ in first + second + third}) == 3 * len(TRAIN_LABELS)
    assert labels(first) != labels(second)


def test_batches_are_full_and_what_is_drawn_twice_has_two_views(source: ClipSource) -> None:
    batches = batches_of(source, batch_size=5)
    assert batches.steps_per_epoch == 2
    drawn = list(batches.training_batches(0, ONE).as_numpy_iterator())
    assert [len(targets) for _, targets in drawn] == [5] * 6
    first = [(view.tobytes(), int(target.argmax())) for batch in drawn[:2] for view, target in zip(*batch, strict=True)]
    assert len(first) == len({view for view, _ in first}) == 10
    assert Counter(labels(first)) >= Counter(TRAIN_LABELS)


def test_an_epoch_depends_neither_on_those_before_it_nor_on_tensorflows_own_generators(
    source: ClipSource, cache_megabytes: int, epochs: list[Epoch]
) -> None:
    tf.random.set_seed(1)
    assert epochs_of(batches_of(source, cache_megabytes=cache_megabytes), first_epoch=2) == epochs[2:]


def test_another_seed_gives_other_batches(source: ClipSource, cache_megabytes: int, epochs: list[Epoch]) -> None:
    (other,) = epochs_of(batches_of(source, cache_megabytes=cache_megabytes, seed=1, epochs=1))
    assert other != epochs[0]


def test_a_records_view_depends_neither_on_its_place_nor_on_how_records_are_kept(
    source: ClipSource, epochs: list[Epoch]
) -> None:
    (other_size,) = epochs_of(batches_of(source, epochs=1, batch_size=2))
    assert set(epochs[0]) == set(other_size)


@pytest.fixture(scope="module")
def larger(source: ClipSource) -> ClipSource:
    """64 clips: more than 2 MB with those of the other split when they are decoded, and less as they are stored."""
    return replace(source, patterns=[*source.patterns] * 8)


def test_what_fits_is_kept_in_memory_decoded_clips_first(larger: ClipSource) -> None:
    kept = [batches_of(larger, cache_megabytes=room).kept for room in (3, 2, 0)]
    assert kept == ["clips", "records", "nothing"]


def test_an_epoch_of_records_in_memory_is_that_of_clips_in_memory(larger: ClipSource) -> None:
    of_records = batches_of(larger, cache_megabytes=2, epochs=2)
    epochs = epochs_of(batches_of(larger, cache_megabytes=3, epochs=2))
    assert epochs_of(of_records) == epochs
    tf.random.set_seed(1)
    assert epochs_of(of_records, first_epoch=1) == epochs[1:]


def test_records_in_memory_are_shared_by_workers_as_one_would_have_them(larger: ClipSource) -> None:
    batches = batches_of(larger, cache_megabytes=2, epochs=1)
    (alone,) = epochs_of(batches)
    one, other = (epochs_of(batches, context=tf.distribute.InputContext(2, worker, 2))[0] for worker in range(2))
    assert Counter(one + other) == Counter(alone)


def test_balanced_sampling_draws_every_class_equally_often(source: ClipSource) -> None:
    for epoch in epochs_of(batches_of(source, batch_size=3, balanced_sampling=True)):
        assert Counter(labels(epoch)) == {0: 3, 1: 3, 2: 3}
        assert len({view for view, _ in epoch}) == 9


def test_the_workers_parts_make_up_the_batches_of_one(source: ClipSource) -> None:
    num_workers = 2
    batches = batches_of(source, epochs=1)

    def parts(worker: int) -> np.ndarray:
        context = tf.distribute.InputContext(num_workers, worker, num_workers)
        return np.stack([clips for clips, _ in batches.training_batches(0, context).as_numpy_iterator()])

    alone = [clips for clips, _ in batches.training_batches(0, ONE).as_numpy_iterator()]
    np.testing.assert_array_equal(np.concatenate([parts(i) for i in range(num_workers)], axis=1), alone)


def test_mixed_clips_have_mixed_targets(source: ClipSource) -> None:
    mixed = batches_of(source, augmentation=AugmentationConfig(mixup=1, cutmix=1))
    targets = np.concatenate([targets for _, targets in mixed.training_batches(0, ONE).as_numpy_iterator()])
    np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-5)
    assert ((targets > 0.05).sum(axis=1) > 1).any()


def test_evaluation_sees_the_centre_views_in_order_and_then_black_clips_without_a_class(
    source: ClipSource, model_config: ModelConfig, cache_megabytes: int
) -> None:
    num_workers = 3
    batches = batches_of(source, batch_size=3, cache_megabytes=cache_megabytes)
    contexts = [tf.distribute.InputContext(num_workers, i, num_workers) for i in range(num_workers)]
    parts = [list(batches.evaluation_batches(context).as_numpy_iterator()) for context in contexts]
    views, targets = (
        np.concatenate([part[step][i] for step in range(3) for part in parts]) for i in range(2)
    )  # [9, ...]
    clips = np.stack([clip.frames for clip in source.clips().as_numpy_iterator()])
    np.testing.assert_array_equal(views[:8], centre_view(clips, model_config))
    assert targets[:8].argmax(axis=1).tolist() == list(TRAIN_LABELS)
    assert not views[8].any()
    assert not targets[8].any()
