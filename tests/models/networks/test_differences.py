"""A network can see what changed between frames in place of the frames."""

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from models.config import ModelConfig
from models.networks.catalogue import NETWORKS
from models.networks.differences import FrameDifferences
from tests.models.networks.examples import build, logits_of, noise, randomize


def differences(clips: np.ndarray) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(FrameDifferences()(clips.astype(np.float32))))


def test_a_difference_is_the_change_of_brightness_in_units_of_the_clips_contrast() -> None:
    clips = np.random.default_rng(0).normal(size=(2, 5, 6, 7, 3))
    brightness = clips.mean(axis=-1)
    expected = np.abs(np.diff(brightness, axis=1)) / brightness.std(axis=(1, 2, 3), keepdims=True)
    found = differences(clips)
    assert found.shape == (2, 5, 6, 7, 1)
    np.testing.assert_allclose(found[:, 1:, ..., 0], expected, atol=1e-5)
    np.testing.assert_array_equal(found[:, 0], found[:, 1])


def test_a_clip_without_contrast_has_no_motion() -> None:
    assert not differences(np.full((1, 3, 4, 4, 3), 7.0)).any()


def test_a_network_of_differences_sees_neither_brightness_nor_contrast() -> None:
    network = build("r2plus1d", modality="differences")
    randomize(network)
    clips = noise(2) // 2
    np.testing.assert_allclose(logits_of(network, clips + 60), logits_of(network, clips), atol=1e-4)
    np.testing.assert_allclose(logits_of(network, clips * 2), logits_of(network, clips), atol=1e-4)
    assert np.abs(logits_of(network, noise(2, seed=1)) - logits_of(network, clips)).max() > 1e-3


@pytest.mark.parametrize("network", [name for name, network in NETWORKS.items() if not network.takes_differences])
def test_a_network_that_cannot_take_differences_is_refused(network: str) -> None:
    with pytest.raises(ValidationError, match=f"the network {network} takes rgb only"):
        ModelConfig(network=network, preset="tiny", modality="differences")


def test_one_frame_has_no_differences() -> None:
    with pytest.raises(ValidationError, match="one frame has no difference"):
        ModelConfig(preset="tiny", num_frames=1, modality="differences")
