"""Which frames and pixels of a clip the network sees."""

import numpy as np
import pytest
import tensorflow as tf

from models.config import ModelConfig
from models.views import centre_boxes, centre_view
from tests.models.clips import coordinates


def config(num_frames: int = 4, crop_margin: float = 1.25) -> ModelConfig:
    return ModelConfig(num_frames=num_frames, height=16, width=24, crop_margin=crop_margin)


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


def test_boxes_and_their_validity_are_those_of_the_frames_at_the_centre() -> None:
    model = config(num_frames=2)  # clips of 20 x 30 pixels, of which 16 x 24 are seen
    edges = tf.constant([[[0.2, 0.2, 0.5, 0.5], [0.1 + 0.2, 0.1, 0.9, 0.9], [0.0] * 4, [0.0, 0.0, 0.1, 0.1]]])
    boxes, validity = centre_boxes(edges, tf.constant([[1.0, 0.5, 0.0, 1.0]]), model)
    np.testing.assert_allclose(boxes, [[[0.25, 0, 1, 1], [0] * 4]], atol=1e-6)
    assert validity.numpy().tolist() == [[0.5, 0]]  # nothing is left of the last one


def test_a_clip_without_frames_is_an_invalid_argument() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match="a clip needs at least one frame"):
        centre_view(coordinates(0, config())[tf.newaxis], config())
