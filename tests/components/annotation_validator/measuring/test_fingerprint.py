"""Copies have one fingerprint; other videos of the same camera have not."""

import cv2
import numpy as np
import pytest

from components.annotation_validator.inputs.measures import Fingerprint
from components.annotation_validator.measuring.fingerprint import fingerprint
from tests.components.annotation_validator.measuring.scenes import film, moves, times

VIDEO = film(moves((6, 20), (40, 60)))


def print_of(frames: np.ndarray, fps: float = 12.0) -> Fingerprint:
    return fingerprint(times(frames, fps), frames)


def similarity(one: Fingerprint, other: Fingerprint) -> float:
    return float(min(one.still @ other.still, one.moving @ other.moving))


def test_a_copy_of_other_brightness_size_rate_and_encoding_is_the_same() -> None:
    small = np.stack([cv2.resize(cv2.resize(frame, (40, 40)), (64, 64)) for frame in VIDEO])
    dark = (small * 0.7 + 12 + np.random.default_rng(0).normal(0, 3, small.shape)).astype(np.uint8)
    assert similarity(print_of(VIDEO), print_of(dark)) > 0.95
    assert similarity(print_of(VIDEO), print_of(VIDEO[::2], fps=6.0)) > 0.95


def test_a_mirrored_copy_is_that_of_the_mirrored_fingerprint() -> None:
    mirrored = print_of(np.ascontiguousarray(VIDEO[:, :, ::-1]))
    assert similarity(print_of(VIDEO).mirrored(), mirrored) > 0.99
    assert similarity(print_of(VIDEO), mirrored) < 0.5


def test_the_same_scene_with_another_action_is_another_video() -> None:
    other = print_of(film(moves((25, 39), (62, 70))))
    assert print_of(VIDEO).still @ other.still > 0.8
    assert similarity(print_of(VIDEO), other) < 0.8


@pytest.mark.parametrize("num_frames", [1, 2])
def test_a_frame_or_two_are_no_error(num_frames: int) -> None:
    assert print_of(VIDEO[:num_frames]).moving.shape == (704,)
