"""CNN and recurrent layer: size against the formulas, and each frame by itself before the sequence."""

import keras
import numpy as np
import pytest

from models.networks.cnn_rnn import PRESETS, frame_states
from tests.models.networks.examples import build, noise, trainable
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


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_the_state_after_a_frame_depends_on_that_frame_and_earlier_ones(cell: str) -> None:
    inputs = keras.Input((4, 32, 32, 3))
    network = keras.Model(inputs, frame_states(inputs, PRESETS["tiny"], cell))
    clips = noise(1).astype(np.float32) / 255
    changed = clips.copy()
    changed[:, 2] = 0
    states, other = (keras.ops.convert_to_numpy(network(x, training=False)) for x in (clips, changed))
    assert states.shape == (1, 4, 64)
    np.testing.assert_allclose(states[:, :2], other[:, :2], atol=1e-6)
    assert np.abs(states - other)[:, 2:].max(axis=(0, 2)).min() > 1e-4
