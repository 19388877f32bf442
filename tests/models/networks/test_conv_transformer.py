"""The transformer: size against the formula, and the place and time of what it sees."""

import keras
import numpy as np
import pytest

from models.networks.blocks import Regularization
from models.networks.conv_transformer import PRESETS, ConvTransformerPreset, Positions, conv_transformer
from tests.models.networks.examples import build, logits_of, noise, randomize, trainable


def count_weights(preset: ConvTransformerPreset, time: int, rows: int, columns: int) -> int:
    """Trainable parameters of the backbone for a grid of tokens.

    A block of width d has four d x d projections and two d x 4d ones, each with a bias, two normalisations and two scales.
    """
    d = preset.width
    widths = (3, *preset.stem_widths)
    stem = sum(27 * before * after + 2 * after for before, after in zip(widths, widths[1:], strict=False))
    block = 4 * (d * d + d) + (4 * d * d + 4 * d) + (4 * d * d + d) + 2 * 2 * d + 2 * d
    blocks = (preset.space_depth + preset.time_depth) * block
    return stem + (widths[-1] + 1) * d + blocks + 2 * 2 * d + (time + rows + columns) * d


@pytest.mark.parametrize("preset", ["tiny", "small"])
def test_a_preset_has_as_many_weights_as_the_formula_says(preset: str) -> None:
    network = build("conv_transformer", preset, num_frames=6, height=48, width=64)
    assert trainable(network) == count_weights(PRESETS[preset], 3, 6, 8) + (PRESETS[preset].width + 1) * 5


def test_vivit_b_has_the_size_of_the_published_network() -> None:
    """115.1 million parameters for the factorised encoder of ViViT-B/16x2 (the paper's table 1)."""
    network = build("conv_transformer", "vivit_b", num_frames=16, height=112, width=112, num_classes=400)
    assert round(trainable(network) / 1e6, 1) == 115.1


def test_tokens_stand_for_two_frames_and_eight_by_eight_pixels() -> None:
    inputs = keras.Input((16, 112, 112, 3))
    network = keras.Model(inputs, conv_transformer(inputs, PRESETS["tiny"], Regularization()))
    assert network.get_layer("stem_tokens").output.shape == (None, 8, 14, 14, 96)
    assert network.output_shape == (None, 96)


def test_each_axis_has_an_embedding_of_its_own_for_each_place() -> None:
    layer = Positions(axes=(1, 3))
    tokens = np.zeros((1, 2, 3, 4, 5), np.float32)
    added = keras.ops.convert_to_numpy(layer(tokens))
    time, columns = (keras.ops.convert_to_numpy(weight) for weight in layer.weights)
    assert (time.shape, columns.shape) == ((2, 1, 1, 5), (1, 1, 4, 5))
    np.testing.assert_allclose(added[0], np.broadcast_to(time + columns, (2, 3, 4, 5)), atol=1e-6)
    assert np.ptp(time, axis=0).min() > 0


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_the_order_of_tokens_matters_along_each_axis_because_of_their_positions(axis: int) -> None:
    model = build("conv_transformer", num_frames=8)
    randomize(model)
    for weight in model.weights:
        if weight.name.startswith("position"):
            weight.assign(50 * weight)  # they start small beside the tokens below
    after_stem = keras.Model(model.get_layer("stem_tokens").output, model.output)
    tokens = np.random.default_rng(0).normal(size=(1, 4, 4, 4, 96)).astype(np.float32)
    reversed_tokens = np.flip(tokens, axis)
    assert np.abs(logits_of(after_stem, tokens) - logits_of(after_stem, reversed_tokens)).max() > 0.01
    for weight in model.weights:
        if weight.name == f"position_axis{axis}":
            weight.assign(np.zeros(weight.shape))
    np.testing.assert_allclose(logits_of(after_stem, tokens), logits_of(after_stem, reversed_tokens), atol=1e-4)


def test_clips_do_not_see_each_other() -> None:
    model = build("conv_transformer")
    clips = noise(3)
    np.testing.assert_allclose(logits_of(model, clips)[1:2], logits_of(model, clips[1:2]), atol=1e-4)
