"""The exported model answers for videos that arrive frame by frame."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from models.config import ModelConfig
from models.serving import ServingModule
from tests.models.clips import CLASSES, causal_network
from tests.models.exported import Signature, load_signatures
from tests.models.networks.examples import Clips, noise, randomize

NUM_FRAMES = 5
ANSWER = {"probabilities", "label", "classes"}


@pytest.fixture(scope="module")
def signatures(
    transform: tft.TFTransformOutput, model_config: ModelConfig, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Signature]:
    """Of a saved and reloaded network that sees `NUM_FRAMES` frames."""
    config = model_config.model_copy(update={"network": "movinet", "num_frames": NUM_FRAMES})
    network = causal_network(config)
    randomize(network)
    module = ServingModule(network, transform, config, CLASSES)
    wanted = ("predict_frames", "stream_init", "stream_step")
    folder = tmp_path_factory.mktemp("model")
    tf.saved_model.save(module, str(folder), signatures={name: module.signatures()[name] for name in wanted})
    return load_signatures(folder)


def stream(signatures: dict[str, Signature], clips: Clips, chunks: list[int]) -> dict[str, tf.Tensor]:
    """The answer after the last chunk."""
    state = signatures["stream_init"](num_streams=tf.constant(len(clips)))
    for chunk in np.split(clips, np.cumsum(chunks)[:-1], axis=1):
        answer = signatures["stream_step"](frames=tf.constant(chunk), **state)
        state = {name: answer[name] for name in state}
    assert set(answer) == ANSWER | set(state)
    return {name: answer[name] for name in ANSWER}


@pytest.mark.parametrize("chunks", [[1] * NUM_FRAMES, [2, 3], [NUM_FRAMES]])
@pytest.mark.parametrize(("height", "width"), [(40, 56), (64, 30)])
def test_a_stream_of_frames_of_any_size_gets_the_answer_of_the_whole_clip(
    signatures: dict[str, Signature], chunks: list[int], height: int, width: int
) -> None:
    clips = noise(2, NUM_FRAMES, height, width)
    expected = signatures["predict_frames"](frames=tf.constant(clips))
    answer = stream(signatures, clips, chunks)
    np.testing.assert_allclose(answer["probabilities"], expected["probabilities"], atol=1e-4)
    assert answer["label"].numpy().tolist() == expected["label"].numpy().tolist()
    assert answer["classes"].numpy().tolist() == expected["classes"].numpy().tolist()


def test_videos_in_a_batch_do_not_see_each_other(signatures: dict[str, Signature]) -> None:
    clips = noise(3, NUM_FRAMES, 40, 56)
    together = stream(signatures, clips, [2, 3])["probabilities"]
    alone = stream(signatures, clips[1:2], [2, 3])["probabilities"]
    np.testing.assert_allclose(together[1:2], alone, atol=1e-5)
    assert np.ptp(together, axis=0).max() > 1e-3


def test_a_step_without_frames_is_an_invalid_argument(signatures: dict[str, Signature]) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least one frame"):
        stream(signatures, noise(1, 0, 40, 56), [0])


def test_the_state_does_not_grow(signatures: dict[str, Signature]) -> None:
    first = signatures["stream_init"](num_streams=tf.constant(1))
    later = signatures["stream_step"](frames=tf.constant(noise(1, 7, 40, 56)), **first)
    assert {name: value.shape for name, value in first.items()} == {name: later[name].shape for name in first}
    assert keras.backend.standardize_dtype(first["num_frames"].dtype) == "int32"
