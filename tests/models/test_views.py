"""Which frames and pixels of a clip the network sees."""

import numpy as np
import pytest
import tensorflow as tf

from models.config import AugmentationConfig, ModelConfig
from models.views import RandomView, centre_view

PLAIN = AugmentationConfig(crop=False, flip=False, min_time_span=1, brightness=0, contrast=0)


def config(num_frames: int = 4, crop_margin: float = 1.25) -> ModelConfig:
    return ModelConfig(num_frames=num_frames, height=16, width=24, crop_margin=crop_margin)


def coordinates(num_stored: int, model: ModelConfig) -> tf.Tensor:
    """A clip whose three channels are frame, row and column: uint8 [num_stored, clip_height, clip_width, 3]."""
    axes = np.meshgrid(range(num_stored), range(model.clip_height), range(model.clip_width), indexing="ij")
    return tf.constant(np.stack(axes, axis=-1), tf.uint8)


def random_views(
    augmentation: AugmentationConfig,
    *,
    num_views: int = 100,
    num_stored: int = 24,
    label_id: int = 0,
    protected_ids: tuple[int, ...] = (),
) -> np.ndarray:
    """Views of one clip of coordinates: uint8 [num_views, 4, 16, 24, 3]."""
    view = RandomView(config(), augmentation, protected_ids)
    clip = coordinates(num_stored, config())
    seeds = tf.stack([tf.range(num_views, dtype=tf.int64), tf.fill([num_views], tf.constant(7, tf.int64))], axis=1)
    label = tf.constant(label_id, tf.int64)
    views = tf.data.Dataset.from_tensor_slices(seeds).map(lambda seed: view(clip, label, seed)).batch(num_views)
    return next(views.as_numpy_iterator())


def is_mirrored(views: np.ndarray) -> np.ndarray:
    return views[:, 0, 0, 0, 2] > views[:, 0, 0, -1, 2]


@pytest.mark.parametrize(
    ("num_stored", "frames"),
    [(4, [0, 1, 2, 3]), (8, [1, 3, 5, 7]), (2, [0, 0, 1, 1]), (1, [0, 0, 0, 0]), (6, [0, 2, 3, 5])],
)
def test_the_centre_view_spreads_its_frames_evenly(num_stored: int, frames: list[int]) -> None:
    view = centre_view(coordinates(num_stored, config())[tf.newaxis], config())
    assert view[0, :, 0, 0, 0].numpy().tolist() == frames


@pytest.mark.parametrize("crop_margin", [1, 1.25, 1.3])
def test_the_centre_view_is_cropped_at_the_centre(crop_margin: float) -> None:
    model = config(crop_margin=crop_margin)
    view = centre_view(coordinates(4, model)[tf.newaxis], model)[0, 0].numpy()
    assert view.shape == (16, 24, 3)
    assert view[0, 0, 1:].tolist() == [(model.clip_height - 16) // 2, (model.clip_width - 24) // 2]


def test_a_network_of_a_single_frame_sees_the_middle_one() -> None:
    view = centre_view(coordinates(5, config(1))[tf.newaxis], config(1))
    assert view[0, :, 0, 0, 0].numpy().tolist() == [2]


def test_a_clip_without_frames_is_an_invalid_argument() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match="a clip needs at least one frame"):
        centre_view(coordinates(0, config())[tf.newaxis], config())


@pytest.mark.parametrize("num_stored", [1, 3, 4, 24])
def test_a_random_view_without_any_randomness_is_cropped_like_the_centre_view(num_stored: int) -> None:
    views = random_views(PLAIN, num_views=5, num_stored=num_stored)
    centre = centre_view(coordinates(num_stored, config())[tf.newaxis], config())
    assert views.dtype == np.uint8
    np.testing.assert_array_equal(views[..., 1:], np.repeat(centre[..., 1:], 5, axis=0))


def test_the_same_seed_gives_the_same_view_and_another_one_another() -> None:
    moved = AugmentationConfig(brightness=0, contrast=0)
    first, second = random_views(moved), random_views(moved)
    np.testing.assert_array_equal(first, second)
    assert len({view.tobytes() for view in first}) == len(first)


def test_frames_stay_in_order_and_come_one_from_each_part_of_the_stretch() -> None:
    frames = random_views(PLAIN)[:, :, 0, 0, 0].astype(int)
    assert (frames // 6 == [0, 1, 2, 3]).all()
    assert len({tuple(view) for view in frames}) > 50


@pytest.mark.parametrize("min_time_span", [0.3, 0.8])
def test_a_view_covers_at_least_its_share_of_the_time(min_time_span: float) -> None:
    frames = random_views(PLAIN.model_copy(update={"min_time_span": min_time_span}), num_views=300)[:, :, 0, 0, 0]
    assert (np.diff(frames.astype(int), axis=1) >= 0).all()
    assert frames.min() == 0
    assert frames.max() == 23
    # The first and the last of four frames lie at least half of the stretch apart.
    assert np.ptp(frames.astype(int), axis=1).min() >= int(24 * min_time_span / 2) - 1


def test_crops_reach_every_place_and_stay_inside_the_clip() -> None:
    views = random_views(PLAIN.model_copy(update={"crop": True}), num_views=300)
    corners = views[:, 0, 0, 0, 1:]
    assert set(corners[:, 0]) == set(range(20 - 16 + 1))
    assert set(corners[:, 1]) == set(range(30 - 24 + 1))
    assert (views[:, 0, -1, -1, 1:] - corners == [15, 23]).all()
    assert (views[..., 1:] == views[:, :1, ..., 1:]).all()


def test_about_half_of_the_views_are_mirrored() -> None:
    views = random_views(PLAIN.model_copy(update={"flip": True}), num_views=400, protected_ids=(1, 2))
    assert 160 < is_mirrored(views).sum() < 240


def test_protected_classes_are_never_mirrored() -> None:
    flip = PLAIN.model_copy(update={"flip": True})
    for label_id in (1, 2):
        assert not is_mirrored(random_views(flip, label_id=label_id, protected_ids=(1, 2))).any()


def test_without_flip_nothing_is_mirrored() -> None:
    assert not is_mirrored(random_views(PLAIN)).any()


def test_brightness_and_contrast_change_all_frames_alike_and_stay_in_range() -> None:
    model, augmentation = config(), PLAIN.model_copy(update={"brightness": 0.4, "contrast": 0.5})
    view = RandomView(model, augmentation, ())
    grey = tf.random.stateless_uniform([1, model.clip_height, model.clip_width, 3], [1, 2], 0, 256, tf.int32)
    clip = tf.cast(tf.tile(grey, [6, 1, 1, 1]), tf.uint8)
    views = [view(clip, tf.constant(0, tf.int64), tf.constant([seed, 0], tf.int64)).numpy() for seed in range(20)]
    means = [one.mean() for one in views]
    assert min(means) < 100
    assert max(means) > 150
    for one in views:
        assert (one == one[:1]).all()
    assert len({round(float(one.std())) for one in views}) > 5
