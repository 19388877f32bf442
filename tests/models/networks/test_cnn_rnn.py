"""CNN and recurrent layer: size against the formulas, and each frame by itself before the sequence."""

import keras
import numpy as np
import pytest
from keras import layers

from models.networks.cnn_rnn import PRESETS, frame_states
from models.networks.outputs import outputs_of
from tests.models.networks.examples import build, logits_of, noise, randomize, trainable
from tests.models.networks.test_resnet import count_weights


@pytest.mark.parametrize("preset", ["tiny", "small"])
@pytest.mark.parametrize(("network", "gates", "biases"), [("cnn_lstm", 4, 1), ("cnn_gru", 3, 2)])
def test_a_preset_has_as_many_weights_as_the_formula_says(network: str, gates: int, biases: int, preset: str) -> None:
    """A gate has a matrix for its input, one for its state, and biases: two of them where the reset comes after the product."""
    sizes = PRESETS[preset]
    map_size = 2 * 3 * sizes.frames.stage_widths[-1]
    frame = map_size * sizes.frame_width + 2 * sizes.frame_width
    recurrent = gates * ((sizes.frame_width + sizes.units) * sizes.units + biases * sizes.units)
    expected = count_weights(sizes.frames) + frame + recurrent + (sizes.units + 1) * 5
    assert trainable(build(network, preset, height=64, width=96)) == expected


@pytest.mark.parametrize("recurrent", [layers.LSTM, layers.GRU])
def test_the_state_after_a_frame_depends_on_that_frame_and_earlier_ones(recurrent: type[layers.Layer]) -> None:
    inputs = keras.Input((4, 32, 32, 3))
    network = keras.Model(inputs, frame_states(recurrent, inputs, PRESETS["tiny"], 0))
    clips = noise(1).astype(np.float32) / 255
    changed = clips.copy()
    changed[:, 2] = 0
    states, other = (keras.ops.convert_to_numpy(network(x, training=False)) for x in (clips, changed))
    assert states.shape == (1, 4, 64)
    np.testing.assert_allclose(states[:, :2], other[:, :2], atol=1e-6)
    assert np.abs(states - other)[:, 2:].max(axis=(0, 2)).min() > 1e-4


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_tracker_has_the_network_without_boxes_in_it(cell: str) -> None:
    plain, tracker = build(f"cnn_{cell}"), build(f"cnn_{cell}_tracker")
    sizes = PRESETS["tiny"]
    assert trainable(tracker) - trainable(plain) == (sizes.frame_width + sizes.units + 1) * 4
    for weight in plain.weights:
        next(own for own in tracker.weights if own.path == weight.path).assign(weight)
    clips = noise(2)
    np.testing.assert_allclose(logits_of(tracker, clips), logits_of(plain, clips), atol=1e-5)


@pytest.mark.parametrize("num_frames", [1, 4])
def test_a_tracker_gives_each_frame_a_box_whose_edges_are_in_order(num_frames: int) -> None:
    tracker = build("cnn_gru_tracker", num_frames=num_frames)
    randomize(tracker)
    boxes = keras.ops.convert_to_numpy(outputs_of(tracker, noise(3, num_frames), training=False).boxes)
    assert boxes.shape == (3, num_frames, 4)
    assert boxes.dtype == np.float32
    assert (boxes[..., 2:] > boxes[..., :2]).all()
    assert np.ptp(boxes, axis=0).max() > 1e-3
