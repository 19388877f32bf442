"""Frames as arrays: what is stored and measured of them."""

import math

import numpy as np
import pytest

from components.video.images import brightness, encode_jpeg, motion_energy, scale_short_side, thumbnail
from tests.components.video.videos import draw_frame


@pytest.mark.parametrize(
    ("size", "short_side", "expected"),
    [
        ((48, 96), 24, (24, 48)),
        ((96, 48), 24, (48, 24)),
        ((48, 96), 48, (48, 96)),
        ((48, 96), 64, (48, 96)),
        ((3, 900), 2, (2, 600)),
    ],
)
def test_the_shorter_side_is_scaled_down_never_up(
    size: tuple[int, int], short_side: int, expected: tuple[int, int]
) -> None:
    assert scale_short_side(np.zeros((*size, 3), np.uint8), short_side).shape == (*expected, 3)


def test_the_same_pixels_give_the_same_jpeg() -> None:
    frame = draw_frame(77)
    assert encode_jpeg(frame, 90) == encode_jpeg(frame.copy(), 90)
    assert len(encode_jpeg(frame, 20)) < len(encode_jpeg(frame, 90))


def test_motion_and_brightness_are_shares_of_the_possible() -> None:
    black, white = np.zeros((64, 64, 3), np.uint8), np.full((64, 64, 3), 255, np.uint8)
    small_black, small_white = thumbnail(black), thumbnail(white)
    assert motion_energy([small_black, small_white, small_black]) == 1.0
    assert motion_energy([small_white, small_white]) == motion_energy([small_white]) == 0.0
    assert (brightness(small_black), brightness(small_white)) == (0.0, 1.0)
    assert math.isfinite(motion_energy([thumbnail(black[:1, :1]), small_white]))
