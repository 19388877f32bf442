"""Which frames of a clip a random view shows."""

import numpy as np
import pytest
import tensorflow as tf

from models.augmentation.config import AugmentationConfig
from models.augmentation.temporal import draw_frame_indices
from tests.models.augmentation.drawing import PLAIN, changed, for_seeds

NUM_STORED = 24


def frames_of(config: AugmentationConfig, num_views: int = 200, num_stored: int = NUM_STORED) -> np.ndarray:
    """Frame indices of many views of four frames: int32 [num_views, 4]."""
    return np.asarray(for_seeds(lambda seed: draw_frame_indices(tf.constant(num_stored), 4, config, seed), num_views))


def test_frames_come_one_from_each_part_of_the_stretch() -> None:
    frames = frames_of(PLAIN)
    assert (frames // 6 == [0, 1, 2, 3]).all()
    assert len({tuple(view) for view in frames}) > 100


@pytest.mark.parametrize("min_time_span", [0.3, 0.8])
def test_a_view_covers_at_least_its_share_of_the_time(min_time_span: float) -> None:
    frames = frames_of(changed(min_time_span=min_time_span), num_views=300)
    assert frames.min() == 0
    assert frames.max() == NUM_STORED - 1
    # The first and the last of four frames lie at least half of the stretch apart.
    assert np.ptp(frames, axis=1).min() >= int(NUM_STORED * min_time_span / 2) - 1


def test_a_faster_view_covers_more_time_and_a_slower_one_less() -> None:
    stretches = np.ptp(frames_of(changed(min_time_span=0.4, speed=1), num_views=500), axis=1)
    plain = np.ptp(frames_of(changed(min_time_span=0.4), num_views=500), axis=1)
    assert stretches.min() < plain.min()
    assert np.std(stretches) > np.std(plain)


def test_a_shift_in_time_repeats_the_first_or_the_last_frame() -> None:
    frames = frames_of(changed(time_shift=0.5), num_views=300)
    assert (frames[:, 1] == 0).any()
    assert (frames[:, -2] == NUM_STORED - 1).any()
    assert ((frames[:, 1] == 0) & (frames[:, -2] == NUM_STORED - 1)).sum() == 0


@pytest.mark.parametrize("num_stored", [1, 2, 24])
def test_frames_stay_inside_the_clip_and_in_order_whatever_is_drawn(num_stored: int) -> None:
    frames = frames_of(changed(min_time_span=0.1, speed=3, time_shift=0.5), num_stored=num_stored)
    assert frames.min() >= 0
    assert frames.max() < num_stored
    assert (np.diff(frames, axis=1) >= 0).all()
