"""Decides what happens in demo videos in which arms and legs act at once, so that a clip has several labels."""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from examples import figure
from examples.figure import Action, Build, Pose
from examples.planning import (
    ACTION_SECONDS,
    IDLE_SECONDS,
    ActionInterval,
    Person,
    Scene,
    VideoPlan,
    draw_person,
    draw_scene,
    with_sway,
)

_ARMS = figure.TWINS[0]
# How often legs act alone, arms alone, and both at once.
_SHARES = (0.25, 0.25, 0.5)
# Of two actions at once the one may begin or end later than the other, by up to this share of the longer one.
_MAX_DELAY_SHARE = 0.3


class Moment(NamedTuple):
    """What legs and arms do at the same time; None of what rests. At least one of them acts."""

    legs: Action | None
    arms: Action | None

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(action for action in self if action)

    @property
    def before(self) -> Pose:
        return self._joined([action.before for action in self.actions])

    @property
    def after(self) -> Pose:
        return self._joined([action.after for action in self.actions])

    def pose(self, legs_phase: float, arms_phase: float) -> Pose:
        """The posture at phases in [0, 1] of both actions."""
        phases = (phase for action, phase in zip(self, (legs_phase, arms_phase), strict=True) if action)
        return self._joined([figure.action_pose(*each) for each in zip(self.actions, phases, strict=True)])

    def reversed(self) -> Moment:
        return Moment(*(action and action.reversed() for action in self))

    @staticmethod
    def _joined(poses: Sequence[Pose]) -> Pose:
        return replace(poses[0], arms=poses[-1].arms)


def draw_moments(rng: Generator, build: Build, scene: Scene, num_moments: int) -> list[Moment]:
    """A chain of moments; each is as likely backwards, so that nothing but the motion tells an action from its twin."""
    sitting = int(rng.integers(2))
    x = scene.places[0] if sitting else float(rng.choice(scene.places))
    pose = Pose(x, arms=int(rng.integers(2)), sitting=sitting)
    moments = []
    for _ in range(num_moments):
        possible = figure.possible_actions(pose, build, scene.camera, scene.places)
        arms = next(action for action in possible if action.label in _ARMS)
        of_legs = [action for action in possible if action.label not in _ARMS]
        legs = replace(of_legs[rng.integers(len(of_legs))], left_first=rng.random() < 0.5)
        moment = (Moment(legs, None), Moment(None, arms), Moment(legs, arms))[rng.choice(3, p=_SHARES)]
        moments.append(moment)
        pose = moment.after
    if rng.random() < 0.5:
        moments = [moment.reversed() for moment in reversed(moments)]
    return moments


def schedule(
    rng: Generator,
    person: Person,
    scene: Scene,
    moments: Sequence[Moment],
    idle_seconds: tuple[float, float] = IDLE_SECONDS,
) -> tuple[list[ActionInterval], list[Pose]]:
    """When each action happens, with idle time around each moment, and the posture of every frame."""
    num_idle = np.rint(rng.uniform(*idle_seconds, len(moments) + 1) * scene.fps).astype(int).tolist()
    intervals, poses = [], [moments[0].before] * num_idle[0]
    for moment, num_idle_after in zip(moments, num_idle[1:], strict=True):
        seconds = np.clip(person.action_seconds * rng.uniform(0.85, 1.15), *ACTION_SECONDS)
        num_frames = round(seconds * scene.fps)
        first, last = _within(rng, num_frames, is_whole=len(moment.actions) == 1)
        spans = [(0, num_frames - 1), (first, last)]
        spans = spans if rng.random() < 0.5 else spans[::-1]
        intervals += [
            ActionInterval(action, len(poses) + span[0], len(poses) + span[1])
            for action, span in zip(moment, spans, strict=True)
            if action
        ]
        phases = ([_phase(frame, *span) for span in spans] for frame in range(num_frames))
        poses += [moment.pose(*each) for each in phases]
        poses += [moment.after] * num_idle_after
    return intervals, with_sway(rng, scene, poses)


def _within(rng: Generator, num_frames: int, *, is_whole: bool) -> tuple[int, int]:
    """The first and the last frame of the shorter one of two actions; half of the time it is as long as the other."""
    if is_whole or rng.random() < 0.5:
        return 0, num_frames - 1
    delay = math.floor(rng.uniform(0, _MAX_DELAY_SHARE) * num_frames)
    return (delay, num_frames - 1) if rng.random() < 0.5 else (0, num_frames - 1 - delay)


def _phase(frame: int, first: int, last: int) -> float:
    return min(max((frame - first) / (last - first), 0.0), 1.0)


def plan_videos_together(
    seed: int,
    num_people: int,
    videos_per_person: int,
    actions_per_video: int,
    idle_seconds: tuple[float, float] = IDLE_SECONDS,
    first_person: int = 1,
) -> list[VideoPlan]:
    """Decides everything but the pixels, as `plan_videos` does; a video has `actions_per_video` moments."""
    plans = []
    for index in range(first_person, first_person + num_people):
        rng = np.random.default_rng((seed, index, len(_SHARES)))
        person = draw_person(rng, index)
        for letter in string.ascii_lowercase[:videos_per_person]:
            scene = draw_scene(rng)
            moments = draw_moments(rng, person.build, scene, actions_per_video)
            intervals, poses = schedule(rng, person, scene, moments, idle_seconds)
            path, pixel_seed = f"videos/{person.name}_{letter}.mp4", (seed, index, ord(letter))
            plans.append(VideoPlan(path, person, scene, tuple(intervals), tuple(poses), pixel_seed))
    return plans
