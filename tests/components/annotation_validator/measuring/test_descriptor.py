"""Alike motions have alike descriptors, wherever they happen; their reversals do not."""

import numpy as np
import pytest

from components.annotation_validator.measuring.descriptor import DESCRIPTOR_SIZE, describe
from components.annotation_validator.measuring.motion import measure_motion
from tests.components.annotation_validator.measuring.scenes import film, moves, times


def descriptor(frames: np.ndarray) -> np.ndarray:
    motion = measure_motion(times(frames), frames)
    return describe(motion, frames, 0.0, len(frames) / 12, None)


RIGHT = moves((4, 20), num_frames=24)


def test_it_is_a_vector_of_length_one() -> None:
    vector = descriptor(film(RIGHT))
    assert vector.shape == (DESCRIPTOR_SIZE,)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-3)


def test_direction_matters_and_noise_light_and_background_hardly_do() -> None:
    right = descriptor(film(RIGHT))
    again = descriptor(film(RIGHT, noise=3.0, light=lambda index: 0.8, seed=5))
    left, down = descriptor(film(RIGHT)[::-1]), descriptor(film(RIGHT, vertical=True))
    assert right @ again > 0.8
    assert max(right @ left, right @ down) < 0.6


def test_where_nothing_moves_there_is_no_direction() -> None:
    assert not descriptor(film(moves(num_frames=24))).any()
