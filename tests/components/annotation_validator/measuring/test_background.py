"""One room is told from others by what stands still in it."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.annotation_validator.analysis.scenes import find_alike, joined, likeness_of
from components.annotation_validator.measuring.background import describe_background
from components.video.images import Frame


def room(seed: int, num_things: int = 14) -> Frame:
    """A wall and a floor with things in front of them, [64, 64]."""
    rng = np.random.default_rng(seed)
    picture = np.full((64, 64), 150, np.uint8)
    picture[rng.integers(36, 54) :] = 90
    for _ in range(num_things):
        left, top = rng.integers(0, 56, 2).tolist()
        width, height = rng.integers(6, 24, 2).tolist()
        cv2.rectangle(picture, (left, top), (left + width, top + height), int(rng.integers(30, 230)), -1)
    return picture


def played(picture: Frame, actor: int, light: float = 1.0) -> Frame:
    """Somebody crosses the picture, and stays for a third of the time."""
    rng = np.random.default_rng(actor)
    frames = np.repeat(picture[np.newaxis], 30, axis=0).astype(np.float32)
    top, height, width = rng.integers(12, 28), rng.integers(20, 34), rng.integers(7, 12)
    for index, frame in enumerate(frames):
        left = min(2 * index, 30 + actor % 8)
        frame[top : top + height, left : left + width] = rng.integers(20, 240)
    return np.clip(frames * light + rng.normal(0, 2, frames.shape), 0, 255).astype(np.uint8)


def likeness(one: Frame, other: Frame) -> float:
    some, others = (describe_background(frames)[np.newaxis] for frames in (one, other))
    return float(likeness_of(some, others)[0, 0])


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("light", [0.6, 1.0, 1.2])
def test_a_room_is_the_same_for_other_actors_in_other_light(seed: int, light: float) -> None:
    assert likeness(played(room(seed), 1), played(room(seed), 2, light)) > 0.85


def test_other_rooms_are_others_whoever_acts_there() -> None:
    backgrounds = [describe_background(played(room(seed), actor=1)) for seed in range(40)]
    assert list(find_alike(backgrounds, 0.6)) == []


def test_walls_without_anything_in_front_of_them_are_no_scene() -> None:
    walls = [played(np.full((64, 64), 120, np.uint8), actor) for actor in (1, 1)]
    assert likeness(*walls) == 0.0


def test_black_bars_make_no_scene() -> None:
    barred = []
    for seed in range(12):
        frames = played(room(seed), seed)
        frames[:, :9] = frames[:, -9:] = frames[:, :, :7] = frames[:, :, -7:] = 3
        barred.append(describe_background(frames))
    assert list(find_alike(barred, 0.7)) == []


@pytest.mark.parametrize("frames", [np.zeros((1, 64, 64), np.uint8), np.full((2, 48, 64), 255, np.uint8)])
def test_pictures_of_one_colour_have_no_edges(frames: Frame) -> None:
    assert not describe_background(frames).any()


def test_pairs_are_found_whatever_their_numbers_and_joined() -> None:
    rooms = [describe_background(played(room(seed), seed)) for seed in range(70)]
    again = [describe_background(played(room(seed), 99 - seed)) for seed in (3, 66)]
    pairs = sorted((pair.one, pair.other) for pair in find_alike([*rooms, *again, again[0]], 0.8))
    assert pairs == [(3, 70), (3, 72), (66, 71), (70, 72)]
    assert joined(find_alike([*rooms, *again, again[0]], 0.8)) == [[3, 70, 72], [66, 71]]
    assert list(find_alike([], 0.8)) == []


@settings(deadline=None, database=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.5, 0.8, 0.95]))
def test_no_pair_is_passed_over(seed: int, bar: float) -> None:
    rng = np.random.default_rng(seed)
    rooms = rng.normal(size=(3, 16, 32)) * (rng.random((3, 16, 1)) < 0.8)
    noise = rng.uniform(0, 0.6, (70, 1, 1)) * rng.normal(size=(70, 16, 32))
    backgrounds = (rooms[rng.integers(0, 3, 70)] + noise).astype(np.float32)
    one, other = np.nonzero(np.triu(likeness_of(backgrounds, backgrounds) >= bar, 1))
    assert [(pair.one, pair.other) for pair in find_alike(list(backgrounds), bar)] == list(
        zip(one.tolist(), other.tolist(), strict=True)
    )
