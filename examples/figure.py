"""An articulated figure: its motion, its joints, and the drawing of it and its surroundings.

Lengths of the body are in units of its standing height, x to the right and y up from the floor. The figure is
seen from the front and has no face, and its gait looks the same played backwards: one frame tells nothing
about the direction of a motion.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Color = tuple[int, int, int]
Point = tuple[float, float]

BACKGROUNDS = ("plain", "gradient", "room", "tiles", "stripes", "noise", "furniture")
TWINS = (("raise_arms", "lower_arms"), ("sit_down", "stand_up"), ("walk_right", "walk_left"))
TWIN_OF = {label: twin for pair in TWINS for label, twin in (pair, pair[::-1])}
LABELS = tuple(TWIN_OF)

SEAT_HEIGHT = 0.27
_NECK_LENGTH = 0.025
_STEP_LENGTH = 0.13
_OUTLINE_PX = 1
_SUBPIXEL_BITS = 4


class Build(NamedTuple):
    """One person's body: lengths in standing heights, colours in BGR.

    `raised_angle` is that of raised arms, in radians from hanging; `step_scale` is a factor on the steps.
    """

    leg_length: float
    arm_length: float
    head_radius: float
    shoulder_width: float
    hip_width: float
    limb_radius: float
    raised_angle: float
    step_scale: float
    shirt: Color
    trousers: Color
    skin: Color
    hair: Color


@dataclass(frozen=True)
class Pose:
    """One posture. `x` is relative to the frame's width; `arms`, `sitting` go from 0 (down, standing) to 1.

    `stride` in [-1, 1] is how far the left foot is to the right of where it rests, and the right foot to the
    left; `left_lift` and `right_lift` in [0, 1] say how high the feet are; `sway`, in standing heights, moves
    the shoulders sideways. Left and right are those of the image.
    """

    x: float
    arms: float
    sitting: float
    stride: float = 0.0
    left_lift: float = 0.0
    right_lift: float = 0.0
    sway: float = 0.0


@dataclass(frozen=True)
class Action:
    """A labelled motion between two postures at rest; a walk takes `num_cycles` double steps."""

    label: str
    before: Pose
    after: Pose
    num_cycles: int = 0
    left_first: bool = True

    def reversed(self) -> Action:
        return Action(TWIN_OF[self.label], self.after, self.before, self.num_cycles, self.left_first)


class Camera(NamedTuple):
    """The figure's place in the frame: sizes in pixels, y down from the top."""

    frame_width: int
    frame_height: int
    figure_height: float
    floor_y: float


class _Part(NamedTuple):
    """A round-ended stroke through `points`, float64 [num_points, 2] in pixels."""

    points: NDArray[np.float64]
    thickness: int
    color: Color
    filled: bool = False
    outlined: bool = True


def action_pose(action: Action, phase: float) -> Pose:
    """Returns the posture at `phase` in [0, 1] of the action.

    `action_pose(action, phase) == action_pose(action.reversed(), 1 - phase)`: twins show the same postures.
    """
    if action.label not in {base for base, _ in TWINS}:
        return action_pose(action.reversed(), 1.0 - phase)
    progress = phase * phase * (3.0 - 2.0 * phase)
    before, after = action.before, action.after
    stride = lift = 0.0
    if before.x != after.x:
        envelope = 1.0 - (2.0 * progress - 1.0) ** 4
        angle = 2.0 * math.pi * action.num_cycles * progress + (0.0 if action.left_first else math.pi)
        stride = envelope * math.sin(angle)
        # The foot that overtakes the body is the one in the air, also when this is played backwards.
        lift = envelope * math.cos(angle)
    return Pose(
        x=_mix(before.x, after.x, progress),
        arms=_mix(before.arms, after.arms, progress),
        sitting=_mix(before.sitting, after.sitting, progress),
        stride=stride,
        left_lift=max(0.0, lift),
        right_lift=max(0.0, -lift),
    )


def possible_actions(pose: Pose, build: Build, camera: Camera, places: Sequence[float]) -> list[Action]:
    """Returns what can follow a posture at rest; `places` are the x to stop at, the first with the stool."""
    actions = [Action("lower_arms" if pose.arms else "raise_arms", pose, replace(pose, arms=1 - pose.arms))]
    if pose.x == places[0]:
        label = "stand_up" if pose.sitting else "sit_down"
        actions.append(Action(label, pose, replace(pose, sitting=1 - pose.sitting)))
    for x in places if not pose.sitting else ():
        distance = abs(x - pose.x) * camera.frame_width / camera.figure_height
        if distance > 0:
            # A double step that covers four times the reach of a foot keeps the feet from sliding.
            num_cycles = max(1, round(distance / (4 * _STEP_LENGTH * build.step_scale)))
            label = "walk_right" if x > pose.x else "walk_left"
            actions.append(Action(label, pose, replace(pose, x=x), num_cycles))
    return actions


def draw_figure(image: Image, build: Build, pose: Pose, camera: Camera) -> None:
    """Draws the figure onto `image`, uint8 [height, width, 3] in BGR, in place."""
    for part in _body_parts(build, pose, camera):
        _draw_part(image, part)


def figure_box(build: Build, pose: Pose, camera: Camera) -> tuple[float, float, float, float]:
    """Returns the tight box (x_min, y_min, x_max, y_max) of the drawn figure, relative, within 0 to 1."""
    lows, highs = [], []
    for part in _body_parts(build, pose, camera):
        # Anti-aliasing makes a stroke wider by what measures 0.8 pixels on either side.
        margin = part.thickness / 2 + _OUTLINE_PX * part.outlined + 0.8
        lows.append(part.points.min(axis=0) - margin)
        highs.append(part.points.max(axis=0) + margin)
    # OpenCV's whole coordinates are pixel centres; boxes are measured from the edges of pixels.
    corners = np.array([np.min(lows, axis=0), np.max(highs, axis=0)]) + 0.5
    corners /= np.array([camera.frame_width, camera.frame_height])
    x_min, y_min, x_max, y_max = np.clip(corners, 0.0, 1.0).ravel().tolist()
    return x_min, y_min, x_max, y_max


def draw_background(rng: np.random.Generator, kind: str, camera: Camera) -> Image:
    """Returns a uint8 [height, width, 3] picture in muted colours, in front of which all clothes stand out."""
    first, second = (np.array(hsv(rng.uniform(), rng.uniform(0, 0.3), rng.uniform(0.5, 0.9))) for _ in "ab")
    y, x = np.mgrid[: camera.frame_height, : camera.frame_width]
    size = rng.integers(8, 28)
    weight: NDArray[np.float64] = np.zeros(x.shape)
    if kind == "gradient":
        weight = rng.permutation(np.array([x / x.max(), 1 - x / x.max(), y / y.max()]))[0]
    elif kind == "tiles":
        weight = 0.6 * ((x // size + y // size) % 2)
    elif kind == "stripes":
        weight = 0.6 * ((x if rng.random() < 0.5 else y) // size % 2)
    elif kind == "noise":
        weight = cv2.resize(rng.random((120 // size, 160 // size)), x.shape[::-1]).astype(np.float64)
    elif kind in ("room", "furniture"):
        weight = np.where(y > camera.floor_y - rng.uniform(4, 15), 1.0, 0.0)
    image: Image = (first + (second - first) * weight[..., None]).astype(np.uint8)
    for _ in range(rng.integers(2, 5) if kind == "furniture" else 0):
        left, width, height = rng.integers([0, 15, 15], [camera.frame_width, 50, 70]).tolist()
        bottom = round(camera.floor_y - rng.choice([4, 4, 50]))
        color = hsv(rng.uniform(), rng.uniform(0.1, 0.5), rng.uniform(0.3, 0.8))
        cv2.rectangle(image, (left, bottom - height), (left + width, bottom), color, -1)
    return image


def draw_stool(image: Image, x: float, color: Color, camera: Camera) -> None:
    """Draws the stool that the figure sits on at `x`, relative to the frame's width, in place."""
    outline = [(-0.155, 0.02), (-0.14, SEAT_HEIGHT), (0.14, SEAT_HEIGHT), (0.155, 0.02)]
    _draw_part(image, _Part(_to_pixels(outline, x, camera), _thickness(0.025, camera), color))


def hsv(hue: float, saturation: float, value: float) -> Color:
    """Returns a colour in BGR; `hue` counts turns of the colour wheel."""
    red, green, blue = (round(255 * channel) for channel in colorsys.hsv_to_rgb(hue % 1.0, saturation, value))
    return blue, green, red


def _body_parts(build: Build, pose: Pose, camera: Camera) -> list[_Part]:
    """Returns what to draw, from back to front."""
    limb, radius = build.limb_radius, build.head_radius
    hip_y = _mix(build.leg_length, SEAT_HEIGHT + limb + 0.02, pose.sitting)
    torso_length = 1.0 - build.leg_length - _NECK_LENGTH - 2 * radius
    # On the way down and up the body leans towards the camera, which foreshortens it.
    shoulder_y = hip_y + torso_length * (1.0 - 0.4 * pose.sitting * (1.0 - pose.sitting)) - limb
    shoulder, hip = build.shoulder_width / 2, build.hip_width / 2

    def part(points: list[Point], radius: float, color: Color, **options: bool) -> _Part:
        return _Part(_to_pixels(points, pose.x, camera), _thickness(radius, camera), color, **options)

    left, right = pose.sway - shoulder + limb, pose.sway + shoulder - limb
    trunk = [(left, shoulder_y), (right, shoulder_y), (hip, hip_y), (-hip, hip_y)]
    parts = [part(trunk, limb, build.shirt, filled=True)]
    for side in (-1, 1):
        knee, ankle = _leg(build, pose, hip_y, side)
        parts.append(part([(side * hip, hip_y), knee, ankle], limb, build.trousers))
        toes, heel = (ankle[0] - 0.012, ankle[1]), (ankle[0] + 0.012, ankle[1])
        parts.append(part([toes, heel], limb * 1.1, build.hair))
    for side in (-1, 1):
        elbow, hand = _arm(build, pose, shoulder_y, side)
        parts.append(part([(pose.sway + side * shoulder, shoulder_y), elbow, hand], limb * 0.8, build.shirt))
        parts.append(part([hand], limb * 0.9, build.skin))
    head = (pose.sway * 1.2, shoulder_y + limb + _NECK_LENGTH + radius)
    parts.append(part([(pose.sway, shoulder_y + limb), head], limb * 0.9, build.skin, outlined=False))
    parts.append(part([head], radius, build.skin))
    # Hair inside the outline of the head shows no profile.
    parting_y, hair_radius = head[1] + radius * 0.45, radius * 0.45
    hair = [(head[0] - hair_radius, parting_y), (head[0] + hair_radius, parting_y)]
    parts.append(part(hair, hair_radius, build.hair, outlined=False))
    return parts


def _leg(build: Build, pose: Pose, hip_y: float, side: int) -> tuple[Point, Point]:
    """Returns knee and ankle; a seated thigh points at the camera, so that little of its length is seen."""
    hip, sole = build.hip_width / 2, build.limb_radius * 1.1
    lift = pose.left_lift if side < 0 else pose.right_lift
    step = -side * pose.stride * _STEP_LENGTH * build.step_scale
    ankle = (side * (hip + 0.015) + step, sole + 0.05 * lift)
    knee = ((side * hip + ankle[0]) / 2 + side * 0.02 * lift, (hip_y + ankle[1]) / 2 + 0.02 * lift)
    seated_knee = (side * (hip + 0.075), SEAT_HEIGHT - 0.02)
    seated_ankle = (side * (hip + 0.06), sole)
    return _mix_points(knee, seated_knee, pose.sitting), _mix_points(ankle, seated_ankle, pose.sitting)


def _arm(build: Build, pose: Pose, shoulder_y: float, side: int) -> tuple[Point, Point]:
    """Returns elbow and hand; arms rise sideways and swing against the legs."""
    half = build.arm_length / 2
    swing = 0.3 * side * pose.stride * build.step_scale * (1.0 - pose.arms)
    upper = side * _mix(0.22, build.raised_angle, pose.arms) + swing
    lower = side * _mix(0.10, build.raised_angle + 0.15, pose.arms) + 1.3 * swing
    shoulder_x = pose.sway + side * build.shoulder_width / 2
    elbow = (shoulder_x + half * math.sin(upper), shoulder_y - half * math.cos(upper))
    return elbow, (elbow[0] + half * math.sin(lower), elbow[1] - half * math.cos(lower))


def _mix(start: float, end: float, weight: float) -> float:
    # Exact at both ends, unlike `start + (end - start) * weight`: actions join idle time without a jump.
    return start * (1.0 - weight) + end * weight


def _mix_points(start: Point, end: Point, weight: float) -> Point:
    return _mix(start[0], end[0], weight), _mix(start[1], end[1], weight)


def _thickness(radius: float, camera: Camera) -> int:
    return max(2, round(2 * radius * camera.figure_height))


def _to_pixels(points: list[Point], x: float, camera: Camera) -> NDArray[np.float64]:
    left, size = x * camera.frame_width, camera.figure_height
    return np.array([(left + dx * size, camera.floor_y - dy * size) for dx, dy in points])


def _draw_part(image: Image, part: _Part) -> None:
    points = np.rint(part.points * 2**_SUBPIXEL_BITS).astype(np.int32)
    strokes = [(part.thickness, part.color)]
    if part.outlined:
        dark = (part.color[0] // 3, part.color[1] // 3, part.color[2] // 3)
        strokes.insert(0, (part.thickness + 2 * _OUTLINE_PX, dark))
    for thickness, color in strokes:
        if len(points) == 1:
            radius = thickness * 2 ** (_SUBPIXEL_BITS - 1)
            center = (int(points[0, 0]), int(points[0, 1]))
            cv2.circle(image, center, radius, color, -1, cv2.LINE_AA, _SUBPIXEL_BITS)
        else:
            cv2.polylines(image, [points], part.filled, color, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
        if part.filled:
            cv2.fillConvexPoly(image, points, color, cv2.LINE_AA, _SUBPIXEL_BITS)
