"""C3D: size and shapes against the paper."""

import keras
import pytest

from models.networks.blocks import Regularization
from models.networks.c3d import PRESETS, c3d
from tests.models.networks.examples import build, trainable


def test_c3d_has_the_size_of_the_published_network() -> None:
    """78,409,573 parameters with 101 classes: 8 convolutions with a bias each, where ours has two values of normalisation."""
    widths = (3, 64, 128, 256, 256, 512, 512, 512, 512)
    convolutions = sum(27 * before * after + 2 * after for before, after in zip(widths, widths[1:], strict=False))
    hidden = (512 * 4 * 4 + 1) * 4096 + (4096 + 1) * 4096 + (4096 + 1) * 101
    network = build("c3d", "c3d", num_frames=16, height=112, width=112, num_classes=101)
    assert trainable(network) == convolutions + hidden == 78_409_573 + sum(widths[1:])


@pytest.mark.parametrize("preset", ["tiny", "small"])
def test_a_smaller_preset_has_one_convolution_a_stage_and_no_hidden_layer(preset: str) -> None:
    widths = (3, *PRESETS[preset].stage_widths)
    convolutions = sum(27 * before * after + 2 * after for before, after in zip(widths, widths[1:], strict=False))
    assert trainable(build("c3d", preset)) == convolutions + (widths[-1] + 1) * 5


def test_each_pooling_halves_space_and_all_but_the_first_halve_time() -> None:
    inputs = keras.Input((16, 112, 112, 3))
    network = keras.Model(inputs, c3d(inputs, PRESETS["c3d"], Regularization()))
    shapes = [network.get_layer(f"stage{stage}_pool").output.shape[1:-1] for stage in range(5)]
    assert shapes == [(16, 56, 56), (8, 28, 28), (4, 14, 14), (2, 7, 7), (1, 4, 4)]
    assert network.output_shape == (None, 4096)
