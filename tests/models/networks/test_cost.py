"""Counting what a network costs, against what hand and paper say."""

import json
import logging
from pathlib import Path
from typing import Any

import keras
import pytest
from keras import layers, ops

from models.networks.cost import COST_FILE, Cost, network_cost, report_cost
from tests.models.networks.examples import build


def floats(frames: Any) -> Any:
    return ops.cast(frames, "float32")


@pytest.mark.parametrize(
    ("layer", "shape", "parameters", "multiply_adds"),
    [
        (layers.Conv2D(4, 3, padding="same"), (8, 10, 3), 27 * 4 + 4, 8 * 10 * 4 * 27),
        (layers.Conv2D(4, 3, 2, "same", use_bias=False), (8, 10, 3), 27 * 4, 4 * 5 * 4 * 27),
        (layers.Conv2D(4, (5, 1)), (8, 10, 3), 15 * 4 + 4, 4 * 10 * 4 * 15),
        (layers.DepthwiseConv2D(3, padding="same"), (8, 10, 3), 27 + 3, 8 * 10 * 3 * 9),
        (layers.Conv3D(4, 3, (1, 2, 2), "same"), (6, 8, 10, 3), 81 * 4 + 4, 6 * 4 * 5 * 4 * 81),
        (layers.Dense(7), (3,), 3 * 7 + 7, 3 * 7),
        (layers.Dense(7), (8, 10, 3), 3 * 7 + 7, 8 * 10 * 3 * 7),
        (layers.LSTM(5, return_sequences=True), (6, 3), 4 * (3 * 5 + 5 * 5 + 5), 6 * 4 * (3 * 5 + 5 * 5)),
        (layers.GRU(5), (6, 3), 3 * (3 * 5 + 5 * 5 + 2 * 5), 6 * 3 * (3 * 5 + 5 * 5)),
        (layers.BatchNormalization(), (8, 10, 3), 4 * 3, 0),
    ],
)
def test_a_layer_costs_what_the_hand_says(
    layer: layers.Layer, shape: tuple[int, ...], parameters: int, multiply_adds: int
) -> None:
    frames = keras.Input(shape, dtype="uint8")
    assert network_cost(keras.Model(frames, layer(floats(frames)))) == Cost(parameters, multiply_adds)


def test_attention_costs_four_projections_and_two_products_of_all_pairs() -> None:
    frames = keras.Input((6, 8), dtype="uint8")
    tokens = floats(frames)
    attended = layers.MultiHeadAttention(num_heads=2, key_dim=5)(tokens, tokens)
    projections = 3 * 6 * 8 * 10 + 6 * 10 * 8
    pairs = 2 * 2 * 6 * 6 * 5
    assert network_cost(keras.Model(frames, attended)) == Cost(4 * 80 + 3 * 10 + 8, projections + pairs)


def test_layers_inside_of_layers_count() -> None:
    frames = keras.Input((4, 3), dtype="uint8")
    inner = keras.Sequential([layers.Dense(5), layers.Dense(7)])
    assert network_cost(keras.Model(frames, inner(floats(frames)))).multiply_adds == 4 * (3 * 5 + 5 * 7)


def test_r2plus1d_18_costs_what_torchvision_states_of_its_own() -> None:
    model = build("r2plus1d", "r2plus1d_18", num_frames=16, height=112, width=112, num_classes=400)
    assert round(network_cost(model).multiply_adds / 1e9, 2) == 40.52


def test_c3d_costs_what_the_hand_says() -> None:
    model = build("c3d", "c3d", num_frames=16, height=112, width=112, num_classes=400)
    maps = [
        (16 * 112 * 112, 3 * 64),
        (16 * 56 * 56, 64 * 128),
        (8 * 28 * 28, 128 * 256 + 256 * 256),
        (4 * 14 * 14, 256 * 512 + 512 * 512),
        (2 * 7 * 7, 512 * 512 + 512 * 512),
    ]
    hidden = 1 * 4 * 4 * 512 * 4096 + 4096 * 4096 + 4096 * 400
    assert network_cost(model).multiply_adds == sum(27 * pixels * weights for pixels, weights in maps) + hidden


def test_a_clip_is_what_is_counted_not_a_batch() -> None:
    short, long = (network_cost(build("single_frame", num_frames=frames)) for frames in (2, 8))
    assert short == long
    two, four = (network_cost(build("movinet", num_frames=frames, num_classes=2)) for frames in (2, 4))
    assert two.parameters == four.parameters
    hidden_and_logits = 192 * 512 + 512 * 2
    assert four.multiply_adds - hidden_and_logits == 2 * (two.multiply_adds - hidden_and_logits)


def test_the_cost_is_told_to_the_user_and_kept_with_the_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    frames = keras.Input((8, 10, 3), dtype="uint8")
    network = keras.Model(frames, layers.Dense(50_000)(floats(frames)), name="dense")
    with caplog.at_level(logging.INFO):
        report_cost(network, tmp_path / "run")
    assert "dense: 200,000 parameters, 0.024 GFLOPs a clip (0.012 billion multiply-adds)" in caplog.text
    assert json.loads((tmp_path / "run" / COST_FILE).read_text()) == {
        "network": "dense",
        "parameters": 200_000,
        "multiply_adds": 12_000_000,
        "flops": 24_000_000,
    }
