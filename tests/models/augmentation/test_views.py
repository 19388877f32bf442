"""Random views as a whole."""

import numpy as np
import pytest
import tensorflow as tf

from models.augmentation.config import AugmentationConfig
from models.augmentation.views import RandomViews
from models.views import centre_view
from tests.models.augmentation.drawing import MODEL, PLAIN, changed, for_seeds
from tests.models.clips import coordinates

EVERYTHING = AugmentationConfig(
    speed=0.3, time_shift=0.1, rotation=15, zoom=0.2, shear=5, shift=0.1, saturation=0.3, hue=0.1, blur=1, noise=0.05
)


def frames_of(
    augmentation: AugmentationConfig,
    *,
    num_views: int = 50,
    num_stored: int = 24,
    label_id: int | list[int] = 0,
    protected_ids: tuple[int, ...] = (),
) -> np.ndarray:
    """Views of one clip of coordinates: uint8 [num_views, 4, 16, 24, 3]."""
    views = RandomViews(MODEL, augmentation, protected_ids)
    clip, label = coordinates(num_stored, MODEL), tf.constant(label_id, tf.int64)
    return np.asarray(
        for_seeds(lambda seed: views.frames(clip, views.draw(tf.constant(num_stored), label, seed)), num_views)
    )


@pytest.mark.parametrize("num_stored", [1, 3, 4, 24])
def test_without_any_randomness_a_view_is_cropped_like_the_centre_view(num_stored: int) -> None:
    views = frames_of(PLAIN, num_views=5, num_stored=num_stored)
    centre = centre_view(coordinates(num_stored, MODEL)[tf.newaxis], MODEL)
    assert views.dtype == np.uint8
    np.testing.assert_array_equal(views[..., 1:], np.repeat(centre[..., 1:], 5, axis=0))


@pytest.mark.parametrize("augmentation", [AugmentationConfig(), EVERYTHING], ids=["defaults", "everything"])
def test_the_same_seed_gives_the_same_view_and_another_one_another(augmentation: AugmentationConfig) -> None:
    first, second = frames_of(augmentation), frames_of(augmentation)
    np.testing.assert_array_equal(first, second)
    assert len({view.tobytes() for view in first}) > len(first) / 2


def test_all_frames_are_seen_from_the_same_place() -> None:
    views = frames_of(changed(crop=True, flip=True, rotation=15, zoom=0.2, shear=5, shift=0.1))
    assert (views[..., 1:] == views[:, :1, ..., 1:]).all()


@pytest.mark.parametrize(
    ("label_id", "is_mirrored"), [(0, True), (1, False), (2, False), ([1, 0, 0], True), ([1, 1, 0], False)]
)
def test_protected_classes_are_never_mirrored(label_id: int | list[int], is_mirrored: bool) -> None:
    views = frames_of(changed(flip=True), label_id=label_id, protected_ids=(1, 2))
    assert (views[:, 0, 0, 0, 2] > views[:, 0, 0, -1, 2]).any() == is_mirrored


@pytest.mark.parametrize("warp", [{}, {"rotation": 20, "zoom": 0.3}], ids=["crop", "warp"])
def test_boxes_follow_the_frames_in_space_and_time(warp: dict[str, float]) -> None:
    """A white square that moves with time, and its box, seen in one view."""
    views = RandomViews(MODEL, changed(crop=True, flip=True, min_time_span=0.5, **warp), ())
    clip = np.zeros((12, 20, 30, 3), np.uint8)
    edges = np.zeros((12, 4), np.float32)
    for t in range(12):
        clip[t, 6:14, 8 + t : 16 + t] = 255
        edges[t] = [(8 + t) / 30, 6 / 20, (16 + t) / 30, 14 / 20]
    for seed in range(10):
        view = views.draw(tf.constant(12), tf.constant(0, tf.int64), tf.constant([seed, 7], tf.int64))
        squares = views.frames(tf.constant(clip), view).numpy()[..., 0] >= 128
        boxes, validity = views.boxes(tf.constant(edges), tf.ones(12), view)
        assert validity.numpy().tolist() == [1] * 4
        for square, (x_min, y_min, x_max, y_max) in zip(squares, boxes.numpy(), strict=True):
            rows, columns = np.nonzero(square)
            assert columns.min() / 24 >= x_min - 0.03
            assert (columns.max() + 1) / 24 <= x_max + 0.03
            assert rows.min() / 16 >= y_min - 0.045
            assert (rows.max() + 1) / 16 <= y_max + 0.045
            if not warp:
                assert len(rows) == pytest.approx((x_max - x_min) * 24 * (y_max - y_min) * 16, abs=0.01)
