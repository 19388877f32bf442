"""The two floors see what they should see, and no more."""

import keras
import numpy as np
import pytest

from models.networks.floors import OneFrame
from tests.models.networks.examples import build, logits_of, noise, randomize


def test_majority_says_the_shares_of_the_classes_whatever_it_sees() -> None:
    network = build("majority", num_classes=3, class_shares=[0.6, 0.3, 0.1])
    probabilities = keras.ops.convert_to_numpy(keras.ops.softmax(logits_of(network, noise(2))))
    np.testing.assert_allclose(probabilities, [[0.6, 0.3, 0.1]] * 2, atol=1e-6)


def test_of_several_labels_each_has_the_probability_that_a_clip_has_it() -> None:
    shares = [0.6, 1, 0]
    logits = logits_of(build("majority", num_classes=3, class_shares=shares, labels="several"), noise(1))
    np.testing.assert_allclose(keras.ops.sigmoid(logits), [shares], atol=1e-6)
    assert np.isfinite(logits).all()


def test_a_class_without_training_clips_gets_no_share_but_a_finite_loss() -> None:
    network = build("majority", num_classes=3, class_shares=[0.5, 0.5, 0])
    logits = logits_of(network, noise(1))
    np.testing.assert_allclose(keras.ops.softmax(logits), [[0.5, 0.5, 0]], atol=1e-6)
    assert np.isfinite(logits).all()


@pytest.mark.parametrize(("num_frames", "middle"), [(1, 0), (2, 1), (5, 2)])
def test_in_evaluation_the_middle_frame_decides(num_frames: int, middle: int) -> None:
    network = build("single_frame", num_frames=num_frames)
    randomize(network)
    clips, others = noise(2, num_frames, seed=1), noise(2, num_frames, seed=2)
    others[:, middle] = clips[:, middle]
    np.testing.assert_allclose(logits_of(network, clips), logits_of(network, others), atol=1e-6)


def test_in_training_each_clip_shows_any_of_its_frames() -> None:
    clips = np.tile(np.arange(3, dtype=np.float32)[None, :, None, None, None], (64, 1, 2, 2, 1))
    clips += 10 * np.arange(64, dtype=np.float32)[:, None, None, None, None]
    shown = keras.ops.convert_to_numpy(OneFrame()(clips, training=True))
    assert shown.shape == (64, 2, 2, 1)
    times = shown[:, 0, 0, 0] - 10 * np.arange(64)
    assert set(times.tolist()) == {0, 1, 2}
