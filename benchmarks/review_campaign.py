"""Demo data with defects, a review of them by clicks, and how the rows stand afterwards."""

import csv
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.browser import open_browser, serve_review
from benchmarks.clicking import Reviewer, Seen
from benchmarks.planted_rows import PlantedRow, add_copy, demo_rows, loosen, people_of, video_seconds, write_rows
from components.annotations.decisions.log import log_beside
from examples import demo_data, planning
from examples.figure import LABELS
from foundation.processes import child_environment

_IDLE_SECONDS = (1.0, 3.0)
_SHARES = {"bounds": 0.5, "label": 0.125}
_SHARE_OF_COPIES = 0.15
_SEED = 11
# By so much a bound may be off that a person takes for right, or that is only as exact as pictures are.
_RIGHT_SECONDS = 0.2


@dataclass(frozen=True)
class Planted:
    """Rows with defects in the order of their table, and each without; None: the row is a copy's."""

    faulty: list[PlantedRow]
    right: list[PlantedRow | None]

    def seen(self) -> dict[int, Seen | None]:
        """What a person sees, by the number of the row in its table, whose first row has the names of the columns."""
        return {
            number: Seen(row.label, row.true_bounds) if row else None for number, row in enumerate(self.right, start=2)
        }


def plant(folder: Path, num_people: int, share_of_test: float) -> tuple[Planted, list[PlantedRow]]:
    """Write videos of all people, and annotations with defects of all but the test people; returns these and the test rows."""
    rng = np.random.default_rng(_SEED)
    plans = planning.plan_videos(_SEED, num_people, idle_seconds=_IDLE_SECONDS)
    demo_data.generate(folder, seed=_SEED, num_people=num_people, idle_seconds=_IDLE_SECONDS)
    rows = [row for plan in plans for row in demo_rows(plan)]
    test_people = people_of(rows, share_of_test) if share_of_test else set()
    right: list[PlantedRow | None] = [row for row in rows if row.group not in test_people]
    faulty = [replace(row, defects=set()) for row in right if row]
    seconds = video_seconds(plans)
    order = [int(number) for number in rng.permutation(len(faulty))]
    num_loose, num_labels = (round(share * len(faulty)) for share in _SHARES.values())
    for number in order[:num_loose]:
        if loosen(faulty[number], seconds[faulty[number].path], rng):
            faulty[number].defects.add("bounds")
    for number in order[num_loose : num_loose + num_labels]:
        faulty[number].label = str(rng.choice([label for label in LABELS if label != faulty[number].label]))
        faulty[number].defects.add("label")
    known = [plan for plan in plans if plan.person.name not in test_people]
    for rank, number in enumerate(rng.choice(len(known), max(1, round(_SHARE_OF_COPIES * len(known))), replace=False)):
        before, plan = len(faulty), known[number]
        add_copy(folder, faulty, plan, list(demo_data.render_frames(plan)), is_mirrored=rank % 2 == 0, rng=rng)
        for row in faulty[before:]:
            row.defects = {"copy"}
            right.append(None)
    write_rows(folder / "annotations.csv", faulty, with_boxes=True)
    return Planted(faulty, right), [row for row in rows if row.group in test_people]


def configure(folder: Path) -> Path:
    """A configuration for the rows of `folder`; gives its path."""
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump({"output_dir": "run", "data": {"annotations": "annotations.csv", "videos": "."}}))
    return path


def review(config: Path, planted: Planted) -> dict[str, Any]:
    """Click through all findings, and tell which of the planted rows they led to, and what was decided."""
    with serve_review("--config", config, "--frames", "--by", "clicks") as address, open_browser() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(address)
        reviewer = Reviewer(page, address.partition("/?")[0], planted.seen())
        began = time.monotonic()
        reviewer.review()
        seconds = time.monotonic() - began
    rows = dict(enumerate(planted.faulty, start=2))
    return {
        "rows": len(rows),
        "clips that findings led to": len(set().union(*reviewer.named.values())),
        "planted among them, by check": {
            check: dict(Counter(defect for number in sorted(numbers) for defect in rows[number].defects or ["none"]))
            for check, numbers in reviewer.named.items()
        },
        "decided": dict(reviewer.decided),
        "seconds by the clock": round(seconds),
    }


def apply(config: Path) -> list[PlantedRow]:
    """What `clipgate apply` writes of the decisions."""
    log = log_beside(str(config.with_name("annotations.csv")))
    return _written(config, config.with_name("applied.csv"), "apply", log, "--config", config, "-o")


def fixed(config: Path, name: str, *options: str) -> list[PlantedRow]:
    """What `clipgate check --frames --fix` writes into a file of this name, as long as nobody has decided anything."""
    arguments = ("check", "--config", config, "--frames", "--no-time", *options, "--fix")
    return _written(config, config.with_name(name), *arguments)


def _written(config: Path, path: Path, *arguments: str | Path) -> list[PlantedRow]:
    command = [sys.executable, "-m", "pipeline.cli", *map(str, arguments), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, env=child_environment(), cwd=config.parent)
    if not path.is_file():
        raise RuntimeError(f"{command}: {done.stderr}")
    with path.open(newline="") as file:
        return [_row(cells) for cells in csv.DictReader(file)]


def _row(cells: Mapping[str, str]) -> PlantedRow:
    start, end = float(cells["start_seconds"]), float(cells["end_seconds"])
    return PlantedRow(cells["path"], start, end, cells["label"], cells["group"], [], (start, end))


def compare(planted: Planted, rows: Sequence[PlantedRow]) -> dict[str, Any]:
    """How many of the planted rows are as they should be, by defect, and how many of the others are not as they were."""
    there = {(*row.key, row.label, row.group) for row in rows}
    by_video: dict[str, list[PlantedRow]] = {}
    for row in rows:
        by_video.setdefault(row.path, []).append(row)
    mended: dict[str, list[bool]] = {defect: [] for defect in (*_SHARES, "copy")}
    changed = 0
    for faulty, right in zip(planted.faulty, planted.right, strict=True):
        if not faulty.defects:
            changed += (*faulty.key, faulty.label, faulty.group) not in there
        elif right is None:
            mended["copy"].append(faulty.path not in by_video)
        else:
            is_right = any(_is_right(row, right) for row in by_video.get(faulty.path, ()))
            for defect in faulty.defects:
                mended[defect].append(is_right)
    return {
        **{defect: f"{sum(each)} of {len(each)} right" for defect, each in mended.items()},
        "others that were changed": changed,
        "rows": len(rows),
    }


def _is_right(row: PlantedRow, right: PlantedRow) -> bool:
    off = (abs(bound - true) for bound, true in zip((row.start, row.end), right.true_bounds, strict=True))
    return row.label == right.label and row.group == right.group and max(off) <= _RIGHT_SECONDS
