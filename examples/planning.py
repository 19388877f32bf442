"""Decides what happens in the videos of the demo data set: who does what, where and when."""

from __future__ import annotations

import math
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from examples import figure
from examples.figure import LABELS, Action, Build, Camera, Pose

WIDTH, HEIGHT = 160, 120
FPS_CHOICES = (12, 15, 24, 25, 30)
ACTION_SECONDS, IDLE_SECONDS = (0.8, 1.8), (0.4, 1.2)
_SKIN_TONES = ((198, 222, 245), (160, 195, 232), (125, 165, 210), (85, 125, 175), (60, 90, 135), (45, 62, 95))
_HAIR_TONES = ((30, 28, 25), (35, 50, 75), (70, 120, 165), (120, 125, 130), (30, 55, 125))

# Arguments of `plan_videos` for long videos, of people who are in no ordinary data set of the same seed.
LONG_VIDEOS: dict[str, Any] = {
    "first_person": 101,
    "num_people": 4,
    "videos_per_person": 1,
    "actions_per_video": 24,
    "idle_seconds": (0.6, 4.0),
}


class Person(NamedTuple):
    """An actor: the body, and the mean duration of an action."""

    name: str
    build: Build
    action_seconds: float


class Scene(NamedTuple):
    """The place of one video: `places` are the relative x to stop at, the first with the stool."""

    background: str
    camera: Camera
    fps: int
    places: tuple[float, ...]


class ActionInterval(NamedTuple):
    """One action on the frames `first_frame` to `last_frame`, both included."""

    action: Action
    first_frame: int
    last_frame: int


class VideoPlan(NamedTuple):
    """All that it takes to render and to annotate one video: `poses` has one posture per frame."""

    path: str
    person: Person
    scene: Scene
    intervals: tuple[ActionInterval, ...]
    poses: tuple[Pose, ...]
    pixel_seed: tuple[int, ...]


def plan_videos(
    seed: int = 7,
    num_people: int = 56,
    videos_per_person: int = 2,
    actions_per_video: int = 3,
    idle_seconds: tuple[float, float] = IDLE_SECONDS,
    first_person: int = 1,
) -> list[VideoPlan]:
    """Decides everything but the pixels: who does what, where and when; a video has `actions_per_video` or a few more."""
    if seed < 0 or num_people < 1 or not 1 <= videos_per_person <= 26 or actions_per_video < 1:
        limits = "seed must be at least 0, the others at least 1 and videos_per_person at most 26."
        raise ValueError(f"{limits} Received: {seed=}, {num_people=}, {videos_per_person=}, {actions_per_video=}")
    plans = []
    for index in range(first_person, first_person + num_people):
        rng = np.random.default_rng((seed, index))
        person = draw_person(rng, index)
        scenes = [draw_scene(rng) for _ in range(videos_per_person)]
        scripts = draw_scripts(rng, person.build, scenes, actions_per_video)
        for letter, scene, script in zip(string.ascii_lowercase, scenes, scripts, strict=False):
            intervals, poses = schedule(rng, person, scene, script, idle_seconds)
            path, pixel_seed = f"videos/{person.name}_{letter}.mp4", (seed, index, ord(letter))
            plans.append(VideoPlan(path, person, scene, tuple(intervals), tuple(poses), pixel_seed))
    return plans


def draw_person(rng: Generator, index: int) -> Person:
    # Steps of the golden ratio keep the hues of any number of people apart.
    hue = index * 0.618 + rng.uniform(0, 0.05)
    build = Build(
        leg_length=rng.uniform(0.47, 0.53),
        arm_length=rng.uniform(0.31, 0.36),
        head_radius=rng.uniform(0.065, 0.085),
        shoulder_width=rng.uniform(0.19, 0.26),
        hip_width=rng.uniform(0.10, 0.14),
        limb_radius=rng.uniform(0.028, 0.042),
        raised_angle=rng.uniform(2.4, 2.9),
        step_scale=rng.uniform(0.8, 1.2),
        shirt=figure.hsv(hue, rng.uniform(0.6, 1.0), rng.uniform(0.55, 0.95)),
        trousers=figure.hsv(rng.uniform(), rng.uniform(0.1, 0.7), rng.uniform(0.2, 0.6)),
        skin=_SKIN_TONES[rng.integers(len(_SKIN_TONES))],
        hair=_HAIR_TONES[rng.integers(len(_HAIR_TONES))],
    )
    return Person(f"person_{index:02d}", build, action_seconds=rng.uniform(0.95, 1.6))


def draw_scene(rng: Generator) -> Scene:
    relative_height = rng.uniform(0.45, 0.85)
    # Raised arms reach 1.15 times the standing height, and 0.5 times to either side.
    floor_y = HEIGHT * rng.uniform(min(1.15 * relative_height, 0.96), 0.98)
    margin = 0.5 * relative_height * HEIGHT / WIDTH
    places = [margin + (1 - 2 * margin) * (third + rng.uniform(0, 0.15)) for third in (0.0, 0.425, 0.85)]
    camera = Camera(WIDTH, HEIGHT, relative_height * HEIGHT, floor_y)
    background, fps = str(rng.choice(figure.BACKGROUNDS)), int(rng.choice(FPS_CHOICES))
    return Scene(background, camera, fps, places=tuple(rng.permutation(places).tolist()))


def draw_scripts(
    rng: Generator, build: Build, scenes: Sequence[Scene], actions_per_scene: int = 3
) -> list[list[Action]]:
    """Returns one chain of at least `actions_per_scene` per scene, with each class equally often over all scenes."""
    num_rounds = math.ceil(len(scenes) * actions_per_scene / len(LABELS))
    lengths = np.bincount(np.arange(num_rounds * len(LABELS)) % len(scenes)).tolist()
    scripts: list[list[Action]] = []
    while [len(script) for script in scripts] != lengths:
        quota = Counter(dict.fromkeys(LABELS, num_rounds))
        scripts = [_draw_script(rng, build, *each, quota) for each in zip(scenes, lengths, strict=True)]
    # Whatever comes before, after or along with an action must be as likely with its twin.
    if rng.random() < 0.5:
        scripts = [[action.reversed() for action in reversed(script)] for script in scripts]
    return scripts


def _draw_script(rng: Generator, build: Build, scene: Scene, size: int, quota: Counter[str]) -> list[Action]:
    """Returns `size` actions, fewer at a dead end, and takes them from `quota`."""
    sitting = int(rng.integers(2))
    x = scene.places[0] if sitting else float(rng.choice(scene.places))
    pose = Pose(x, arms=int(rng.integers(2)), sitting=sitting)
    script: list[Action] = []
    while len(script) < size:
        possible = figure.possible_actions(pose, build, scene.camera, scene.places)
        options = [action for action in possible if quota[action.label] > 0]
        if not options:
            break
        action = replace(options[rng.integers(len(options))], left_first=rng.random() < 0.5)
        quota[action.label] -= 1
        script.append(action)
        pose = action.after
    return script


def schedule(
    rng: Generator,
    person: Person,
    scene: Scene,
    script: Sequence[Action],
    idle_seconds: tuple[float, float] = IDLE_SECONDS,
) -> tuple[list[ActionInterval], list[Pose]]:
    """Returns when each action happens, with idle time around it, and the posture of every frame."""
    num_idle = np.rint(rng.uniform(*idle_seconds, len(script) + 1) * scene.fps).astype(int).tolist()
    intervals, poses = [], [script[0].before] * num_idle[0]
    for action, num_idle_after in zip(script, num_idle[1:], strict=True):
        seconds = np.clip(person.action_seconds * rng.uniform(0.85, 1.15), *ACTION_SECONDS)
        num_frames = round(seconds * scene.fps)
        intervals.append(ActionInterval(action, len(poses), len(poses) + num_frames - 1))
        poses += [figure.action_pose(action, frame / (num_frames - 1)) for frame in range(num_frames)]
        poses += [action.after] * num_idle_after
    return intervals, with_sway(rng, scene, poses)


def with_sway(rng: Generator, scene: Scene, poses: Sequence[Pose]) -> list[Pose]:
    """The postures of a body that never quite stands still."""
    size, hertz, start = rng.uniform(0.004, 0.012), rng.uniform(0.3, 0.6), rng.uniform(0, 2 * math.pi)
    sway = size * np.sin(2 * math.pi * hertz * np.arange(len(poses)) / scene.fps + start)
    return [replace(pose, sway=dx) for pose, dx in zip(poses, sway.tolist(), strict=True)]
