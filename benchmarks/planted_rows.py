"""Annotations of demo data, and faults that are planted in them."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
from numpy.random import Generator

from benchmarks.videos import write_video
from examples import demo_data, planning
from examples.figure import LABELS, TWIN_OF, Image

LOOSE_SECONDS = (0.5, 2.0)
_MIRRORED_LABELS = {label: TWIN_OF[label] if "walk" in label else label for label in LABELS}


@dataclass
class PlantedRow:
    """An annotation, and what is wrong with it."""

    path: str
    start: float
    end: float
    label: str
    group: str
    boxes: list[list[float]]
    true_bounds: tuple[float, float]
    defects: set[str] = field(default_factory=set)

    @property
    def key(self) -> tuple[str, float, float]:
        return self.path, round(self.start, 3), round(self.end, 3)


def demo_rows(plan: planning.VideoPlan) -> list[PlantedRow]:
    """The annotations of a video, with nothing wrong."""
    rows = []
    for path, start, end, label, group, boxes in demo_data.annotation_rows(plan):
        bounds = float(start), float(end)
        rows.append(PlantedRow(path, *bounds, label, group, json.loads(boxes), bounds))
    return rows


def video_seconds(plans: Iterable[planning.VideoPlan]) -> dict[str, float]:
    return {plan.path: len(plan.poses) / plan.scene.fps for plan in plans}


def people_of(rows: Sequence[PlantedRow], share: float) -> set[str]:
    """The last of the people: at least one, and this share of them."""
    people = sorted({row.group for row in rows})
    return set(people[-max(1, round(share * len(people))) :])


def write_rows(path: Path, rows: Iterable[PlantedRow], *, with_boxes: bool) -> None:
    columns = demo_data.COLUMNS if with_boxes else demo_data.COLUMNS[:-1]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            cells = (row.path, row.start, row.end, row.label, row.group, json.dumps(row.boxes))
            writer.writerow(cells[: len(columns)])


def loosen(row: PlantedRow, video_seconds: float, rng: Generator) -> bool:
    """Move one bound or both outwards by 0.5 to 2 s, as far as the video reaches."""
    sides = ((True, False), (False, True), (True, True))[rng.integers(3)]
    start, end = (row.true_bounds[side] + (2 * side - 1) * rng.uniform(*LOOSE_SECONDS) * sides[side] for side in (0, 1))
    start, end = max(0.0, start), min(video_seconds, end)
    moved = row.true_bounds[0] - start, end - row.true_bounds[1]
    if any(is_moved and by < LOOSE_SECONDS[0] for is_moved, by in zip(sides, moved, strict=True)):
        return False
    row.start, row.end = round(start, 4), round(end, 4)
    return True


def add_copy(
    folder: Path,
    rows: list[PlantedRow],
    plan: planning.VideoPlan,
    frames: list[Image],
    *,
    is_mirrored: bool,
    rng: Generator,
) -> str:
    """The video under another name and person, mirrored or of another size, brightness, and codec; with rows of its own.

    Returns its path.
    """
    name = Path(plan.path).stem
    path = f"videos/copy_of_{name}.{'mp4' if is_mirrored else 'avi'}"
    if is_mirrored:
        write_video(folder / path, [frame[:, ::-1] for frame in frames], plan.scene.fps)
    else:
        gain, scale = rng.uniform(0.75, 1.2), float(rng.choice([0.75, 1.5]))
        altered = [
            cv2.convertScaleAbs(cv2.resize(frame, None, fx=scale, fy=scale), alpha=gain, beta=8) for frame in frames
        ]
        write_video(folder / path, altered, plan.scene.fps, "MJPG")
    for row in [row for row in rows if row.path == plan.path]:
        label = _MIRRORED_LABELS.get(row.label, row.label) if is_mirrored else row.label
        boxes = [[time, 1 - x1, y0, 1 - x0, y1] for time, x0, y0, x1, y1 in row.boxes] if is_mirrored else row.boxes
        copy = replace(row, path=path, label=label, group=f"copy_of_{name}", boxes=boxes, defects=set(row.defects))
        rows.append(copy)
    return path
