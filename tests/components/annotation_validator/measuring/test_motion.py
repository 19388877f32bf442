"""Motion is what moves, not what flickers."""

import numpy as np
import pytest

from components.annotation_validator.measuring.motion import measure_motion
from tests.components.annotation_validator.measuring.scenes import film, moves, times


def test_noise_flicker_and_exposure_are_no_motion() -> None:
    frames = film(moves(), noise=4.0, light=lambda index: 0.8 + 0.1 * np.sin(index / 3) + 0.002 * index)
    moving = film(moves((0, 72), speed=0.5), noise=4.0)
    still, action = (measure_motion(times(each), each).curve().mean() for each in (frames, moving))
    assert still < 0.05 * action


def test_motion_is_where_the_square_is() -> None:
    frames = film(moves((0, 24), num_frames=24))
    motion = measure_motion(times(frames), frames)
    around, elsewhere = (0.0, 0.35, 1.0, 0.65), (0.0, 0.0, 1.0, 0.3)
    assert motion.share_inside([around] * 23, margin=0.03) == pytest.approx(1.0, abs=0.02)
    assert motion.share_inside([elsewhere] * 23, margin=0.0) == pytest.approx(0.0, abs=0.02)
    assert motion.share_inside([None] * 23, margin=0.0) is None


def test_the_same_speed_counts_the_same_at_any_frame_rate() -> None:
    fast = film(moves((0, 48), num_frames=48, speed=1.0))
    slow = fast[::2]
    curves = [measure_motion(times(fast, 24.0), fast).curve(), measure_motion(times(slow, 12.0), slow).curve()]
    assert curves[0].mean() == pytest.approx(curves[1].mean(), rel=0.3)


@pytest.mark.parametrize("num_frames", [1, 2])
def test_a_frame_or_two_are_no_error(num_frames: int) -> None:
    frames = film(moves(num_frames=num_frames))
    assert len(measure_motion(times(frames), frames).curve()) == num_frames - 1
