"""What is converted answers as the network does, whichever runtime reads it; what cannot be converted is named."""

from pathlib import Path

import keras
import numpy as np
import pytest

from models.config import ModelConfig
from models.devices.convert import representative_inputs
from models.devices.files import PROBABILITIES, NotConvertibleError, Tensors, open_file
from models.devices.network import DeviceFunction, clip_function, frame_function
from models.devices.to_tflite import to_tflite
from tests.models.clips import causal_network, one_stage_network
from tests.models.networks.examples import noise, randomize


def asked(device: DeviceFunction, inputs: Tensors) -> Tensors:
    answer = device.function(*(inputs[spec.name] for spec in device.inputs))
    return {name: value.numpy() for name, value in answer.items()}


def clips_for(config: ModelConfig, num_clips: int) -> np.ndarray:
    return noise(num_clips, config.num_frames, config.height, config.width)


@pytest.mark.parametrize("kind", ["tflite", "onnx"])
def test_a_stream_with_its_state_answers_as_the_network_does(
    kind: str, model_config: ModelConfig, tmp_path: Path
) -> None:
    network = causal_network(model_config)
    randomize(network)
    device = frame_function(network)
    if kind == "onnx":
        pytest.importorskip("tf2onnx", reason="the extra onnx is not installed")
        from models.devices.to_onnx import to_onnx

        content = to_onnx(device)
    else:
        content = to_tflite(device, network)
    (tmp_path / "file").write_bytes(content)
    file = open_file(tmp_path / "file", "onnx" if kind == "onnx" else "tflite")
    for inputs in representative_inputs(device, clips_for(model_config, 1), streaming=True):
        expected, answer = asked(device, inputs), file(inputs)
        assert set(answer) == set(expected)
        for name, value in expected.items():
            np.testing.assert_allclose(answer[name], value, atol=1e-4, rtol=1e-4)


def test_int8_takes_and_gives_floats_and_is_near(model_config: ModelConfig, tmp_path: Path) -> None:
    network = one_stage_network(model_config)
    device = clip_function(network)
    inputs = representative_inputs(device, clips_for(model_config, 8), streaming=False)
    (tmp_path / "file").write_bytes(to_tflite(device, network, inputs))
    file = open_file(tmp_path / "file", "tflite")
    assert file(inputs[0])[PROBABILITIES].dtype == np.float32
    for one in inputs:
        np.testing.assert_allclose(file(one)[PROBABILITIES], asked(device, one)[PROBABILITIES], atol=0.05)


def test_an_operation_that_tensorflow_lite_lacks_is_named(model_config: ModelConfig) -> None:
    frames = keras.Input((model_config.num_frames, model_config.height, model_config.width, 3), dtype="uint8")
    pooled = keras.layers.MaxPooling3D((1, 8, 8))(keras.ops.cast(frames, "float32"))
    network = keras.Model(frames, keras.layers.Dense(3)(keras.ops.mean(pooled, axis=(1, 2, 3))))
    with pytest.raises(NotConvertibleError) as caught:
        to_tflite(clip_function(network), network)
    assert caught.value.operations == ("MaxPool3D",)
