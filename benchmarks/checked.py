"""What measurements of checks share: annotations with known faults, and what checks look at."""

import argparse
import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from numpy.random import Generator

from components.annotation_validator.findings import Place
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inspection import Inspection
from components.annotation_validator.look import look
from components.annotation_validator.measuring.network import embed_videos
from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.records.record import Record
from components.storage.local import LocalRoot
from examples import demo_data, planning
from pipeline.prediction.model import find_model

LOOSE_SECONDS = (0.5, 2.0)


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


def bounds_errors(row: PlantedRow, place: Place) -> list[float]:
    """Seconds from each suggested bound to the true one."""
    if place.suggestion is None:
        return []
    suggested = place.suggestion.start_seconds, place.suggestion.end_seconds
    return [abs(bound - true) for bound, true in zip(suggested, row.true_bounds, strict=True) if bound is not None]


def look_into(folder: Path) -> CheckInputs:
    """What `clipgate check --frames` looks at in a folder with `annotations.csv`."""
    data = DataConfig(annotations=str(folder / "annotations.csv"), videos=str(folder))
    return look_at(load_annotations(data).records, LocalRoot(folder))


def look_at(
    records: Sequence[Record],
    root: LocalRoot,
    *,
    with_frames: bool = True,
    model: Path | None = None,
    over_time: bool = True,
) -> CheckInputs:
    """What checks look at: frames if they are wanted, and what a pushed model sees (`over_time` too) if one is named."""
    inputs = look(records, Inspection(negatives=NegativesConfig()), root, frames=with_frames)
    return embed_videos(inputs, root, *find_model(model), over_time=over_time) if model else inputs


def model_parser(description: str) -> argparse.ArgumentParser:
    """The options of what is measured with annotations that are right and a model."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--annotations", required=True)
    parser.add_argument("--videos", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    return parser
