"""A grey scene in which a square moves when it is told to."""

from collections.abc import Callable, Iterable

import numpy as np

from components.annotation_validator.inputs.measures import Curve
from components.video.images import Frame

SIDE = 64


def film(
    positions: Iterable[float],
    *,
    noise: float = 0.0,
    light: Callable[[int], float] = lambda index: 1.0,
    seed: int = 0,
    vertical: bool = False,
) -> Frame:
    """uint8 [num_frames, 64, 64]: a textured wall, and a bright square of 14 pixels that begins at each position."""
    rng = np.random.default_rng(seed)
    wall = 90 + 40 * np.kron(rng.random((8, 8)), np.ones((8, 8)))
    frames = []
    for index, position in enumerate(positions):
        frame = wall.copy()
        place = slice(round(position), round(position) + 14)
        frame[(place, slice(25, 39)) if vertical else (slice(25, 39), place)] = 230
        frame = frame * light(index) + rng.normal(0, noise, frame.shape)
        frames.append(np.clip(frame, 0, 255).astype(np.uint8))
    return np.stack(frames)


def times(frames: Frame, fps: float = 12.0) -> Curve:
    """Presentation times of frames."""
    return np.arange(len(frames)) / fps


def moves(*stretches: tuple[int, int], num_frames: int = 72, speed: float = 1.5) -> list[float]:
    """Positions of a square that moves in the frames of each stretch, first to before last, and rests otherwise."""
    position, positions = 3.0, []
    for index in range(num_frames):
        position += speed * any(first <= index < last for first, last in stretches)
        positions.append(position)
    return positions
