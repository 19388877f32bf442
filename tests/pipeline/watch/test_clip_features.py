"""Features of clips do not depend on how a client sends them, and change with what they are called after."""

import cv2
import numpy as np
import pytest
import tensorflow as tf

from components.video.images import encode_jpeg
from models.config import ModelConfig
from models.views import centre_frames
from pipeline.watch.clip_features import ClipFeatures, measure_frames, measure_jpegs, shown


def draw(num_frames: int = 24, scale: int = 1) -> np.ndarray:
    """A bar that moves over a gradient, RGB: uint8 [num_frames, 60 * scale, 80 * scale, 3]."""
    frames = np.zeros((num_frames, 60, 80, 3), np.float32)
    frames += np.linspace(40, 120, 80)[np.newaxis, np.newaxis, :, np.newaxis]
    for number, share in enumerate(np.linspace(0, 1, num_frames)):
        left = round(share * 60)
        frames[number, 10:50, left : left + 16] = (220, 180, 120)
    large = [cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR) for frame in frames]
    return np.clip(large, 0, 255).astype(np.uint8)


def test_neither_size_nor_number_of_frames_changes_what_a_clip_is_like() -> None:
    usual = measure_frames(draw(), 8)
    other = measure_frames(draw(num_frames=48, scale=3), 8)
    assert (usual.num_frames, usual.height, usual.width) == (24, 60, 80)
    assert (other.num_frames, other.height, other.width) == (48, 180, 240)
    np.testing.assert_allclose(other[3:6], usual[3:6], rtol=0.1)


def test_jpegs_and_frames_are_measured_alike() -> None:
    frames = draw()
    jpegs = [encode_jpeg(np.ascontiguousarray(frame[..., ::-1]), 95) for frame in frames]
    np.testing.assert_allclose(measure_jpegs(jpegs, 8), measure_frames(frames, 8), rtol=0.05)


def features(change: str) -> ClipFeatures:
    frames = draw()
    if change == "darker":
        frames = (frames * 0.5).astype(np.uint8)
    elif change == "still":
        frames[:] = frames[0]
    elif change == "blurred":
        frames = np.array([cv2.GaussianBlur(frame, (0, 0), 2) for frame in frames])
    elif change == "bluer":
        frames = np.clip(frames * np.array([0.7, 1, 1.3]), 0, 255).astype(np.uint8)
    return measure_frames(frames, 8)


def test_each_feature_follows_what_it_is_called_after() -> None:
    usual = features("none")
    assert features("darker").brightness == pytest.approx(usual.brightness / 2, rel=0.05)
    assert features("darker").contrast == pytest.approx(usual.contrast / 2, rel=0.05)
    assert features("still").motion == 0 < usual.motion
    assert features("blurred").sharpness < 0.7 * usual.sharpness
    assert features("bluer").warmth < usual.warmth - 0.1


@pytest.mark.parametrize("num_given", [1, 3, 8, 24, 100])
def test_the_frames_that_are_looked_at_are_those_that_the_network_is_shown(num_given: int) -> None:
    config = ModelConfig(num_frames=8)
    assert list(shown(range(num_given), 8)) == centre_frames(tf.constant(num_given), config).numpy().tolist()


@pytest.mark.parametrize("jpegs", [[], [b""], [b"no image"]])
def test_what_shows_nothing_is_refused(jpegs: list[bytes]) -> None:
    with pytest.raises(ValueError, match="a clip without frames|a frame that is no image"):
        measure_jpegs(jpegs, 4)
