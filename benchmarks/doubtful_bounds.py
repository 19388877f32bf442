"""How many loosened bounds `clipgate check --model` finds by the model's scores alone, and how good its suggestions are.

    .venv/bin/python -m benchmarks.doubtful_bounds --annotations demo/data/annotations.csv --videos demo/data \\
        --model demo/run/serving/action [--loosened 60] [--seeds 3] [--shaken]

For each seed some segments get bounds that are 0.5 to 2 s too wide at one end or both, as far as the video reaches; all bounds
of the annotations are taken to be right. What motion suggests does not count. With `--shaken` the videos are first copied as a
hand-held camera would have taken them. Prints JSON:

    loosened      segments whose bounds were moved
    recall        share of them that are named
    precision     share of what is named that was loosened
    bounds_error  seconds from the suggested bounds of those to the true ones: median and 90th percentile

Then with motion: `named_by_motion` is how many segments it names, `named_beside_motion` how many others the model does.
"""

import json
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.checked import bounds_errors, look_at, model_parser
from benchmarks.planted_rows import PlantedRow, loosen
from benchmarks.videos import read_video, write_video
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.findings import Finding, Place
from components.annotation_validator.runner import run_checks
from components.annotations.config import DataConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.records.record import Segment
from components.storage.local import LocalRoot
from components.video.images import Frame

_PUSH = 12.0  # pixels a second


def main() -> None:
    parser = model_parser(__doc__)
    parser.add_argument("--loosened", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--shaken", action="store_true")
    arguments = parser.parse_args()
    data = DataConfig(annotations=arguments.annotations, videos=str(arguments.videos))
    records = [record for record in load_annotations(data).records if isinstance(record, Segment)]
    with tempfile.TemporaryDirectory() as name:
        root = LocalRoot(arguments.videos)
        if arguments.shaken:
            root = LocalRoot(shake(arguments.videos, {record.video for record in records}, Path(name)))
        seeds = [measure(records, root, arguments.model, arguments.loosened, seed) for seed in range(arguments.seeds)]
    print(json.dumps({"segments": len(records), "seeds": seeds}, indent=2))


def measure(records: Sequence[Segment], root: LocalRoot, model: Path, num_loosened: int, seed: int) -> dict[str, Any]:
    videos = look_at(records, root, with_frames=False).videos
    rows = loosen_some(records, {video: facts.duration_seconds for video, facts in videos.items()}, num_loosened, seed)
    moved = [replace(record, start=row.start, end=row.end) for record, row in zip(records, rows, strict=True)]
    inputs = look_at(moved, root, model=model)
    row_of = {record.source: row for record, row in zip(records, rows, strict=True)}
    by_model = run_checks(inputs, ChecksConfig(loose_bounds=None))
    by_both = run_checks(inputs, ChecksConfig())
    named = [(row_of[place.source], place) for place in places(by_model, "doubtful_bounds") if place.source]
    found = [(row, place) for row, place in named if is_loosened(row)]
    errors = [error for row, place in found for error in bounds_errors(row, place)]
    return {
        "loosened": sum(map(is_loosened, rows)),
        "recall": round(len(found) / sum(map(is_loosened, rows)), 3),
        "precision": round(len(found) / max(1, len(named)), 3),
        "bounds_error": np.quantile(errors, (0.5, 0.9)).round(3).tolist() if errors else None,
        "named_by_motion": len(places(by_both, "loose_bounds")),
        "named_beside_motion": len(places(by_both, "doubtful_bounds")),
    }


def places(findings: Sequence[Finding], check: str) -> list[Place]:
    """What one check names."""
    return [place for finding in findings if finding.check == check for place in finding.places]


def shake(source: Path, videos: Collection[str], target: Path) -> Path:
    """Copies of videos whose frames sway by a few pixels, below the folder that is returned."""
    rng = np.random.default_rng(0)
    for video in sorted(videos):
        frames, fps = read_video(source / video)
        (target / video).parent.mkdir(parents=True, exist_ok=True)
        write_video(target / video, swaying(frames, fps, rng), fps)
    return target


def swaying(frames: Sequence[Frame], fps: float, rng: np.random.Generator) -> list[Frame]:
    """Frames moved by a spring that is pushed at random: it comes back to the middle and never rests."""
    height, width = frames[0].shape[:2]
    place, velocity = np.zeros(2), np.zeros(2)  # pixels, and pixels a frame
    moved = []
    for frame in frames:
        velocity = 0.8 * velocity - 0.1 * place + rng.normal(0, _PUSH / fps, 2)
        place = place + velocity
        shift = np.float32([[1, 0, place[0]], [0, 1, place[1]]])
        moved.append(cv2.warpAffine(frame, shift, (width, height), borderMode=cv2.BORDER_REFLECT))
    return moved


def loosen_some(
    records: Sequence[Segment], seconds: Mapping[str, float], num_loosened: int, seed: int
) -> list[PlantedRow]:
    """A row for each record, in their order, so many of them loosened as far as there is room."""
    rows = []
    for record in records:
        bounds = record.start, seconds[record.video] if record.end is None else record.end
        rows.append(PlantedRow(record.video, *bounds, record.label, record.group or "", [], bounds))
    rng = np.random.default_rng(seed)
    for number in rng.permutation(len(rows)):
        if num_loosened and loosen(rows[number], seconds[rows[number].path], rng):
            num_loosened -= 1
    return rows


def is_loosened(row: PlantedRow) -> bool:
    return (row.start, row.end) != row.true_bounds


if __name__ == "__main__":
    main()
