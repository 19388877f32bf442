"""What holds for every network behind the one interface."""

import re
from importlib import import_module

import keras
import numpy as np
import pytest
import tensorflow as tf
from pydantic import ValidationError

from models.config import ModelConfig
from models.networks.catalogue import NETWORKS
from models.networks.causal import is_causal
from models.networks.outputs import is_tracker, outputs_of
from models.training.fused_adam import FusedAdam
from tests.models.networks.examples import build, logits_of, moving_bars, noise, randomize

LEARNING = [name for name, network in NETWORKS.items() if network.learns]
# The others share their way through time with one of these, and training takes seconds.
IN_TIME = ["r2plus1d", "c3d", "cnn_gru", "conv_transformer"]


@pytest.mark.parametrize("name", LEARNING)
def test_the_catalogue_says_what_a_network_is(name: str) -> None:
    network = NETWORKS[name]
    assert network.presets == tuple(import_module(f"models.networks.{network.module}").PRESETS)
    model = build(name, drop_path=0.4)
    drops_paths = any(layer.name.endswith("drop_path") for layer in model._flatten_layers())
    assert (drops_paths, is_causal(model), is_tracker(model)) == (
        network.has_residual_blocks,
        network.streams,
        network.tracks,
    )


def test_every_network_starts_with_a_tiny_preset() -> None:
    assert {network.presets[0] for network in NETWORKS.values()} == {"tiny"}


def test_a_preset_of_another_network_is_refused_with_those_of_this_one() -> None:
    with pytest.raises(ValidationError, match=r"the network c3d has no preset \w+; choose one of tiny, small, c3d"):
        ModelConfig(network="c3d", preset="movinet_a0")


@pytest.mark.parametrize("name", ["resnet", 5, None, []])
def test_an_unknown_network_is_refused_once_with_those_that_there_are(name: object) -> None:
    with pytest.raises(ValidationError) as failure:
        ModelConfig(network=name, preset="tiny")
    (problem,) = failure.value.errors()
    *others, last = map(repr, NETWORKS)
    assert (problem["loc"], problem["msg"]) == (("network",), f"Input should be {', '.join(others)} or {last}")


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(("num_frames", "height", "width"), [(1, 16, 17), (5, 33, 47)])
def test_any_number_of_frames_and_any_size_give_one_logit_a_class(
    network: str, num_frames: int, height: int, width: int
) -> None:
    model = build(network, num_frames=num_frames, height=height, width=width)
    assert model.input.dtype == "uint8"
    logits = logits_of(model, noise(2, num_frames, height, width))
    assert logits.shape == (2, 5)
    assert logits.dtype == np.float32
    assert np.isfinite(logits).all()


@pytest.mark.parametrize("network", LEARNING)
def test_normalisation_is_part_of_the_network(network: str) -> None:
    mean, std = (0.2, 0.4, 0.6), (0.1, 0.2, 0.3)
    model = build(network, channel_mean=mean, channel_std=std)
    seen = keras.Model(model.input, model.get_layer("stem_normalize").output)
    clips = noise(1)
    expected = (clips / 255 - np.array(mean)) / np.array(std)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(seen(clips)), expected, atol=1e-5)


@pytest.mark.parametrize("network", LEARNING)
def test_names_of_layers_tell_how_deep_they_are(network: str) -> None:
    model = build(network)
    names = [layer.name for layer in model.layers if layer.weights]
    places = [re.match(r"stem|stage\d|head|logits", name) for name in names]
    assert all(places), names
    assert [place[0] for place in places if place] == sorted(
        (place[0] for place in places if place),
        key=lambda place: ("stem", "stage", "head", "logits").index(place.rstrip("0123456789")),
    )


@pytest.mark.parametrize("network", ["r2plus1d", "cnn_lstm", "conv_transformer", "movinet", "single_frame"])
def test_stochastic_depth_changes_training_only_and_grows_with_depth(network: str) -> None:
    plain, deep = build(network), build(network, drop_path=0.4)
    randomize(plain)
    deep.set_weights(plain.get_weights())
    clips = noise(2)
    np.testing.assert_allclose(logits_of(deep, clips), logits_of(plain, clips), atol=1e-5)
    rates = [layer.rate for layer in deep._flatten_layers() if layer.name.endswith("drop_path")]
    assert rates == sorted(rates)
    assert 0 < rates[0] < rates[-1] == pytest.approx(0.4)


@pytest.mark.parametrize("network", LEARNING)
def test_dropout_changes_training_only(network: str) -> None:
    model = build(network, dropout=0.9)
    clips = noise(2)
    answers = [outputs_of(model, clips, training=True).logits for _ in range(3)]
    assert np.ptp(answers, axis=0).max() > 1e-3
    np.testing.assert_array_equal(logits_of(model, clips), logits_of(model, clips))


@pytest.mark.parametrize("network", NETWORKS)
def test_a_network_trained_in_bfloat16_is_one_in_float32(network: str) -> None:
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = build(network)
    finally:
        keras.config.set_dtype_policy("float32")
    exact = build(network)
    exact.set_weights(mixed.get_weights())
    clips = noise(4)
    logits = logits_of(mixed, clips)
    assert logits.dtype == np.float32
    np.testing.assert_allclose(logits, logits_of(exact, clips), atol=0.05 * max(1, np.abs(logits).max()))


@pytest.mark.parametrize("network", IN_TIME)
def test_a_network_learns_the_direction_of_time(network: str) -> None:
    """On clips of which half are the others in reverse."""
    keras.utils.set_random_seed(0)
    clips, labels = moving_bars()
    model = build(network, num_frames=clips.shape[1], num_classes=2, dropout=0)
    optimizer = FusedAdam(1e-3)
    optimizer.build(model.trainable_variables)

    @tf.function(autograph=False)
    def step() -> None:
        with tf.GradientTape() as tape:
            logits = outputs_of(model, clips, training=True).logits
            loss = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    for number in range(1, 41):
        step()
        if number % 10 == 0 and (chosen := logits_of(model, clips).argmax(axis=1)).tolist() == labels.tolist():
            break
    assert chosen.tolist() == labels.tolist()
