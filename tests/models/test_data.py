"""From files of Examples to batches."""

from collections import Counter

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from models.config import AugmentationConfig, ModelConfig, TrainingConfig
from models.data import ClipSource, evaluation_batches, training_batches
from models.preprocessing import fit_clips
from models.views import RandomView, centre_view
from tests.models.clips import CLASSES, NUM_STORED, draw_clip
from tests.models.conftest import TRAIN_LABELS

PLAIN = AugmentationConfig(crop=False, flip=False, min_time_span=1, brightness=0, contrast=0)


def passes(source: ClipSource, *, in_memory: bool, seed: int = 0, num_passes: int = 2) -> list[list[tuple[bytes, int]]]:
    """Views and labels of several passes over the training batches."""
    training = TrainingConfig(batch_size=3, seed=seed, augmentation=AugmentationConfig())
    view = RandomView(source.model, training.augmentation, ())
    batches = training_batches(source, len(TRAIN_LABELS), view, training, in_memory=in_memory)
    assert batches.element_spec[0].shape[1:] == (2, 32, 40, 3)
    return [
        [
            (clip.tobytes(), int(label))
            for clips, labels in batches.as_numpy_iterator()
            for clip, label in zip(clips, labels, strict=True)
        ]
        for _ in range(num_passes)
    ]


def test_clips_come_in_the_order_of_the_files_as_transform_sees_them(
    source: ClipSource, model_config: ModelConfig
) -> None:
    clips, labels = zip(*source.clips().as_numpy_iterator(), strict=True)
    assert labels == TRAIN_LABELS
    drawn = np.stack([draw_clip(label, seed) for seed, label in enumerate(TRAIN_LABELS)])
    fitted = fit_clips(tf.constant(drawn), model_config).numpy()
    # JPEG is lossy.
    assert abs(np.stack(clips).astype(int) - fitted).mean() < 8


def test_shuffled_clips_are_the_same_ones_in_an_order_that_changes(source: ClipSource) -> None:
    shuffled = source.clips(shuffle_seed=1)
    first, second = ([clip.tobytes() for clip, _ in shuffled.as_numpy_iterator()] for _ in range(2))
    in_order = [clip.tobytes() for clip, _ in source.clips().as_numpy_iterator()]
    assert sorted(first) == sorted(second) == sorted(in_order)
    assert first != second
    assert first != in_order


def test_labels_are_counted_and_unknown_ones_are_not(source: ClipSource) -> None:
    assert source.label_counts(CLASSES) == [3, 3, 2]
    assert source.label_counts(("sit", "other")) == [2, 0]


def test_the_size_of_a_clip_is_that_of_its_pixels(source: ClipSource) -> None:
    clip, _ = next(source.clips().as_numpy_iterator())
    assert source.num_frames == NUM_STORED
    assert source.clip_bytes == clip.nbytes


@pytest.mark.parametrize("in_memory", [True, False])
def test_each_pass_of_training_has_every_clip_once_in_a_new_order_and_view(source: ClipSource, in_memory: bool) -> None:
    first, second = passes(source, in_memory=in_memory)
    assert Counter(label for _, label in first) == Counter(label for _, label in second) == Counter(TRAIN_LABELS)
    assert not {view for view, _ in first} & {view for view, _ in second}
    assert [label for _, label in first] != [label for _, label in second]


@pytest.mark.parametrize("in_memory", [True, False])
def test_the_same_seed_gives_the_same_batches(source: ClipSource, in_memory: bool) -> None:
    first, again, other = (passes(source, in_memory=in_memory, seed=seed, num_passes=1) for seed in (5, 5, 6))
    assert first == again != other


@pytest.mark.parametrize("in_memory", [True, False])
def test_evaluation_sees_the_centre_views_in_order(
    source: ClipSource, model_config: ModelConfig, in_memory: bool
) -> None:
    batches = list(evaluation_batches(source, 3, in_memory=in_memory).as_numpy_iterator())
    assert [len(labels) for _, labels in batches] == [3, 3, 2]
    clips = np.stack([clip for clip, _ in source.clips().as_numpy_iterator()])
    np.testing.assert_array_equal(np.concatenate([views for views, _ in batches]), centre_view(clips, model_config))
    assert np.concatenate([labels for _, labels in batches]).tolist() == list(TRAIN_LABELS)


def test_sources_of_one_transform_output_share_its_graph(source: ClipSource, transform: tft.TFTransformOutput) -> None:
    assert transform.transform_features_layer() is source.transform.transform_features_layer()
