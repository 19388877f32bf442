"""Numbers beside the pixels in every network: they count, and gaps that were never seen in training do not."""

import keras
import numpy as np
import pytest

from models.config import ModelConfig
from models.metadata import Numbers
from models.networks.build import build_network
from models.networks.catalogue import NETWORKS
from models.networks.cost import network_cost
from models.networks.inputs import takes_numbers
from models.networks.outputs import outputs_of
from models.training.learning import from_summary, up_to_summary
from tests.models.networks.examples import noise

NUMBERS = Numbers(("age", "mass"))
LEARNING = [name for name, network in NETWORKS.items() if network.learns]


def build(name: str, numbers: Numbers = NUMBERS) -> keras.Model:
    keras.utils.set_random_seed(2)
    config = ModelConfig(network=name, num_frames=4, height=32, width=32)
    return build_network(config, num_classes=3, dropout=0.1, numbers=numbers)


def logits(network: keras.Model, *numbers: float) -> np.ndarray:
    clips = noise(1, 4, 32, 32)
    seen = np.array([numbers], np.float32)
    return np.asarray(outputs_of(network, (clips, seen), training=False).logits)


@pytest.mark.parametrize("name", LEARNING)
def test_the_logits_depend_on_the_numbers(name: str) -> None:
    network = build(name)
    assert takes_numbers(network)
    assert np.abs(logits(network, 1, 0, 0, 0) - logits(network, -1, 0, 0, 0)).max() > 1e-3


def test_marks_begin_without_effect() -> None:
    network = build("single_frame")
    np.testing.assert_array_equal(logits(network, 1, 0, 1, 1), logits(network, 1, 0, 0, 0))


def test_a_network_without_numbers_is_what_it_was() -> None:
    network = build("r2plus1d", Numbers())
    assert [tuple(one.shape) for one in network.inputs] == [(None, 4, 32, 32, 3)]
    assert not [layer.name for layer in network.layers if layer.name.startswith("metadata")]


def test_features_that_are_computed_once_are_joined_with_numbers_later() -> None:
    network = build("frames")
    seen = np.asarray(up_to_summary(network)(noise(1, 4, 32, 32)))
    numbers = np.array([[1, -1, 0, 1]], np.float32)
    rest = from_summary(network)
    assert takes_numbers(rest)
    np.testing.assert_allclose(rest((seen, numbers), training=False), logits(network, *numbers[0]), atol=1e-6)


def test_the_cost_counts_what_sees_the_numbers() -> None:
    plain, more = (network_cost(build("single_frame", numbers)) for numbers in (Numbers(), NUMBERS))
    assert more.parameters - plain.parameters == 2 * 32 + 32 + 2 * 32 + 32 * 3
