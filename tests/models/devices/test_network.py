"""A network's functions for devices: floats in, and the answers of the network that was trained."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from foundation.messages.errors import UserError
from models.config import ModelConfig
from models.devices.convert import representative_inputs
from models.devices.files import NEXT, PROBABILITIES
from models.devices.network import clip_function, frame_function, load_network
from models.export_info import WEIGHTS_FILE, read_export_info
from tests.models.clips import causal_network, linear_tracker, one_stage_network
from tests.models.exported import save_network
from tests.models.networks.examples import noise, randomize


def expected(network: keras.Model, clips: np.ndarray) -> np.ndarray:
    return np.asarray(keras.ops.softmax(network(clips, training=False)))


def test_a_clip_of_floats_gets_the_answer_of_the_uint8_clip(model_config: ModelConfig) -> None:
    network = one_stage_network(model_config)
    clips = noise(1, model_config.num_frames, model_config.height, model_config.width)
    answer = clip_function(network).function(tf.constant(clips, tf.float32))
    np.testing.assert_allclose(answer[PROBABILITIES], expected(network, clips), atol=1e-6)


def test_a_tracker_gives_its_boxes_too(model_config: ModelConfig) -> None:
    clips = noise(1, model_config.num_frames, model_config.height, model_config.width)
    network = linear_tracker(model_config)
    answer = clip_function(network).function(tf.constant(clips, tf.float32))
    np.testing.assert_allclose(answer["boxes"], network(clips, training=False)["boxes"], atol=1e-6)


def test_steps_that_begin_with_zeros_give_the_answer_of_the_whole_clip(model_config: ModelConfig) -> None:
    network = causal_network(model_config)
    randomize(network)
    clips = noise(1, model_config.num_frames, model_config.height, model_config.width)
    device = frame_function(network)
    last = representative_inputs(device, clips, streaming=True)[-1]
    answer = device.function(*(last[spec.name] for spec in device.inputs))
    np.testing.assert_allclose(answer[PROBABILITIES], expected(network, clips), atol=1e-5)
    assert {NEXT + spec.name for spec in device.inputs[1:]} | {PROBABILITIES} == set(answer)
    assert int(answer[f"{NEXT}num_frames"][0]) == model_config.num_frames


def test_a_recurrent_network_has_no_loop(model_config: ModelConfig) -> None:
    config = model_config.model_copy(update={"network": "cnn_gru"})
    from models.networks.build import build_network

    graph = clip_function(build_network(config, num_classes=3, dropout=0)).function.get_concrete_function().graph
    assert not [operation for operation in graph.get_operations() if "While" in operation.type]


def test_an_exported_network_has_its_weights_and_its_normalisation(model_config: ModelConfig, tmp_path: Path) -> None:
    config = model_config.model_copy(update={"network": "single_frame"})
    network, info = save_network(tmp_path, config)
    clips = noise(1, config.num_frames, config.height, config.width)
    np.testing.assert_allclose(load_network(tmp_path, info)(clips), network(clips), atol=1e-6)


def test_an_export_without_weights_is_refused(model_config: ModelConfig, tmp_path: Path) -> None:
    save_network(tmp_path, model_config.model_copy(update={"network": "majority"}))
    (tmp_path / WEIGHTS_FILE).unlink()
    with pytest.raises(UserError, match="train that model once more"):
        load_network(tmp_path, read_export_info(tmp_path))
