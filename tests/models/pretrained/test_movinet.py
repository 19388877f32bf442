"""Model Garden's MoViNets for streams: a checkpoint is imported, and says what the authors' own network says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from models.base_model import open_base
from models.config import ModelConfig
from models.networks import causal
from models.networks import movinet as network_module
from models.networks.build import build_network
from models.networks.conv_norm import hard_swish, swish
from models.pretrained.foreign import find_foreign
from models.pretrained.importing import import_weights
from models.pretrained.movinet import layout
from models.training.warm_start import begin_with, read_weights
from tests.models.networks.examples import logits_of
from tests.models.pretrained.checkpoint_writing import write_checkpoint
from tests.models.pretrained.waves import Array, coloured_clips, movinet_tensors

# As TensorFlow 2.16 and tf-models-official 2.16 have computed and written it.
EXPECTED = json.loads(Path(__file__).with_name("movinet.json").read_text())
PRESET = "movinet_a0_stream"
CLASSES = ("climb", "jump", "run", "sit", "walk")
SIZES = [(3, 32, 32), (4, 47, 33)]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("movinet")
    file = find_foreign(write_checkpoint(folder / "ckpt-1", movinet_tensors(EXPECTED["shapes"])))
    assert file is not None
    card = import_weights(file, folder / "weights", CLASSES)
    assert (card.preset, card.num_classes) == (PRESET, len(CLASSES))
    return folder / "weights"


def begun(path: Path, num_frames: int, height: int, width: int) -> keras.Model:
    """A network that begins with the weights in `path`, as a training does."""
    config = ModelConfig(network="movinet", preset=PRESET, num_frames=num_frames, height=height, width=width)
    weights = read_weights(open_base(path), config)
    assert weights.normalization == ([0, 0, 0], [1, 1, 1])
    mean, std = weights.normalization
    network = build_network(config, num_classes=len(CLASSES), dropout=0.4, channel_mean=mean, channel_std=std)
    begin_with(network, weights, CLASSES)
    return network


def logits_of_stream(network: keras.Model, clips: Array) -> Array:
    """The logits after each frame: [time, batch, classes]."""
    state, answers = causal.initial_state(network, len(clips)), []
    for frame in np.split(clips, clips.shape[1], axis=1):
        logits, state = causal.step(network, frame, state)
        answers.append(ops.convert_to_numpy(logits))
    return np.stack(answers)


def expected_of(size: tuple[int, int, int]) -> Array:
    """The logits after each frame: [time, batch, classes]."""
    return np.array(EXPECTED["stream"]["x".join(map(str, size))])


@pytest.mark.parametrize("size", SIZES)
def test_an_imported_network_says_what_the_authors_says_of_clips_and_streams(
    imported: Path, size: tuple[int, int, int]
) -> None:
    network, clips, expected = begun(imported, *size), coloured_clips(1, *size), expected_of(size)
    largest = np.abs(expected).max()
    np.testing.assert_allclose(logits_of(network, clips), expected[-1], rtol=0, atol=1e-5 * largest)
    np.testing.assert_allclose(logits_of_stream(network, clips), expected, rtol=0, atol=1e-5 * largest)
    assert np.ptp(expected, axis=0).max() > 0.1 * largest  # frames matter, and not biases alone


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("hard_sigmoid", lambda x: ops.relu6(x + 3) / 6),  # not rounded
        ("hard_swish", swish),
        ("swish", hard_swish),  # in the hidden layer
    ],
)
def test_other_arithmetic_would_be_noticed(
    imported: Path, name: str, other: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_module, name, other)
    expected = expected_of(SIZES[0])[-1]
    logits = logits_of(begun(imported, *SIZES[0]), coloured_clips(1, *SIZES[0]))
    assert np.abs(logits - expected).max() > 2e-5 * np.abs(expected).max()


@pytest.mark.parametrize("preset", [PRESET, "movinet_a1_stream", "movinet_a2_stream"])
def test_every_weight_of_a_network_has_a_part_of_the_checkpoint(preset: str) -> None:
    config = ModelConfig(network="movinet", preset=preset, num_frames=1, height=32, width=32)
    network = build_network(config, num_classes=2, dropout=0)
    assert set(layout(preset).parts) == {weight.path for weight in network.weights}


def test_the_layout_has_all_that_the_authors_network_has() -> None:
    assert layout(PRESET).tensors == EXPECTED["shapes"].keys()
