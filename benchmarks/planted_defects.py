"""How many planted defects the checks find, and how much of what they find was not planted.

    .venv/bin/python -m benchmarks.planted_defects [--people 36] [--seed 11]

Demo data with known defects, about 14 segments a person. Prints JSON. Of defects of single segments and of videos:

    recall        share of the planted ones that the check names
    precision     share of what it names that was planted. A label that was misspelt, or that only one person has, is none that
                  the check of labels should accept: there it counts neither way
    clean_flagged share of the segments without any defect that a check of single segments names
    bounds_error  seconds from a suggested bound to the true one, median

Of defects of classes: the classes in which they were planted, and those in which they were found.
"""

import argparse
import json
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator

from benchmarks.checked import bounds_errors, look_into
from benchmarks.planted_rows import PlantedRow, add_copy, demo_rows, loosen, video_seconds, write_rows
from benchmarks.videos import write_video
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.findings import Finding
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.runner import run_checks
from examples import demo_data, planning
from examples.figure import LABELS, Image, Pose, draw_figure, figure_box

_SHARES = {"loose_bounds": 0.08, "doubtful_labels": 0.05, "action_outside_boxes": 0.05}
_SHARE_OF_COPIES = 0.1
_SEGMENT_CHECKS = (*_SHARES, "outliers")
_CLASS_CHECKS = ("few_groups", "spelling_variants", "seams")
_CLASS_OF_OWN_SIZE, _MISSPELT, _CLASS_OF_ONE_PERSON = "raise_arms", ("sit_down", "Sit-Down"), "turn_around"
_OWN_SIZE, _CUT_SECONDS = (240, 180), 0.6


@dataclass
class Planted:
    """The data set: its rows, the pairs of copies, who stands by in which video, and its videos' lengths in seconds."""

    rows: list[PlantedRow]
    copies: set[frozenset[str]]
    bystanders: dict[str, Pose]
    seconds: dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=36)
    parser.add_argument("--seed", type=int, default=11)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(measure(Path(name), arguments.people, arguments.seed), indent=2))


def measure(folder: Path, num_people: int, seed: int) -> dict[str, Any]:
    planted = plant(folder, num_people, seed)
    inputs = look_into(folder)
    return score(planted, inputs, run_checks(inputs, ChecksConfig()))


def plant(folder: Path, num_people: int, seed: int) -> Planted:
    """Write videos and annotations with defects."""
    rng = np.random.default_rng(seed)
    plans = planning.plan_videos(seed, num_people)
    planted = Planted([row for plan in plans for row in demo_rows(plan)], set(), {}, video_seconds(plans))
    _plant_in_classes(planted, rng)
    _plant_in_segments(planted, {plan.path: plan for plan in plans}, rng)
    (folder / "videos").mkdir(parents=True)
    copied = rng.choice(len(plans), round(_SHARE_OF_COPIES * len(plans)), replace=False).tolist()
    for number, plan in enumerate(plans):
        frames = list(_frames(plan, planted.bystanders.get(plan.path)))
        write_video(folder / plan.path, frames, plan.scene.fps)
        if number in copied:
            is_mirrored = copied.index(number) % 2 == 0
            path = add_copy(folder, planted.rows, plan, frames, is_mirrored=is_mirrored, rng=rng)
            planted.copies.add(frozenset((plan.path, path)))
        _cut_out(folder, planted, plan, frames)
    write_rows(folder / "annotations.csv", planted.rows, with_boxes=True)
    return planted


def _plant_in_classes(planted: Planted, rng: Generator) -> None:
    lonely = planted.rows[-1].group
    for row in planted.rows:
        if row.group == lonely and row.label == "stand_up":
            row.label = _CLASS_OF_ONE_PERSON
            row.defects.add("few_groups")
    right, wrong = _MISSPELT
    candidates = [row for row in planted.rows if row.label == right]
    for number in rng.choice(len(candidates), max(1, len(candidates) // 15), replace=False):
        candidates[number].label = wrong
        candidates[number].defects.add("spelling_variants")


def _plant_in_segments(planted: Planted, plans: dict[str, planning.VideoPlan], rng: Generator) -> None:
    rows = [row for row in planted.rows if not row.defects and row.label != _CLASS_OF_OWN_SIZE]
    waiting = [rows[number] for number in rng.permutation(len(rows))]
    cut = {row.path for row in planted.rows if row.label == _CLASS_OF_OWN_SIZE}
    for kind, share in _SHARES.items():
        missing = round(share * len(planted.rows))
        while missing and waiting:
            row = waiting.pop()
            if kind == "loose_bounds":
                # An action that no row names could be the segment's own.
                is_planted = row.path not in cut and loosen(row, planted.seconds[row.path], rng)
            elif kind == "doubtful_labels":
                others = [label for label in LABELS if label not in (row.label, _CLASS_OF_OWN_SIZE)]
                row.label, is_planted = str(rng.choice(others)), True
            else:
                is_planted = _put_box_on_bystander(row, planted, plans[row.path])
            if is_planted:
                row.defects.add(kind)
                missing -= 1


def _put_box_on_bystander(row: PlantedRow, planted: Planted, plan: planning.VideoPlan) -> bool:
    """Let somebody stand where the actor does not come, and give the segment that body's box."""
    if row.path in planted.bystanders:
        return False
    edges = np.array(row.boxes)[:, 1:]
    for x in (0.12, 0.88, 0.3, 0.7):
        pose = Pose(x, arms=0, sitting=0)
        box = figure_box(plan.person.build, pose, plan.scene.camera)
        if box[2] < edges[:, 0].min() or box[0] > edges[:, 2].max():
            planted.bystanders[row.path] = pose
            row.boxes = [[time, *np.round(box, 5).tolist()] for time, *_ in row.boxes]
            return True
    return False


def _frames(plan: planning.VideoPlan, bystander: Pose | None) -> Iterator[Image]:
    for frame in demo_data.render_frames(plan):
        if bystander:
            draw_figure(frame, plan.person.build, bystander, plan.scene.camera)
        yield frame


def _cut_out(folder: Path, planted: Planted, plan: planning.VideoPlan, frames: list[Image]) -> None:
    """The segments of one class become videos of their own, of another size."""
    fps = plan.scene.fps
    rows = [row for row in planted.rows if row.path == plan.path and row.label == _CLASS_OF_OWN_SIZE]
    for number, row in enumerate(rows):
        first = max(0, round((row.start - _CUT_SECONDS) * fps))
        last = round((row.end + _CUT_SECONDS) * fps)
        row.path = plan.path.replace(".mp4", f"_{number}.mp4")
        write_video(folder / row.path, [cv2.resize(frame, _OWN_SIZE) for frame in frames[first:last]], fps)
        row.start, row.end = round(row.start - first / fps, 4), round(row.end - first / fps, 4)
        row.true_bounds = row.start, row.end
        row.boxes = [[round(time - first / fps, 5), *edges] for time, *edges in row.boxes]


def score(planted: Planted, inputs: CheckInputs, findings: list[Finding]) -> dict[str, Any]:
    rows = {row.key: row for row in planted.rows}
    named: dict[str, list[PlantedRow]] = defaultdict(list)
    errors = []
    for finding in findings:
        for place in finding.places if finding.check in _SEGMENT_CHECKS else ():
            row = rows[place.video, round(place.start_seconds or 0.0, 3), round(place.end_seconds or 0.0, 3)]
            named[finding.check].append(row)
            if finding.check == "loose_bounds" and finding.check in row.defects:
                errors += bounds_errors(row, place)
    results: dict[str, Any] = {"segments": len(planted.rows), "videos": len(inputs.by_video), "defects": {}}
    for kind in _SHARES:
        results["defects"][kind] = _rates({row.key for row in planted.rows if kind in row.defects}, named[kind], kind)
    pairs = {
        frozenset(place.video for place in finding.places) for finding in findings if finding.check == "near_duplicates"
    }
    results["defects"]["near_duplicates"] = {
        "planted": len(planted.copies),
        "recall": _share(len(pairs & planted.copies), len(planted.copies)),
        "precision": _share(len(pairs & planted.copies), len(pairs)),
    }
    clean = {row.key for row in planted.rows if not row.defects}
    flagged = {row.key for check in _SEGMENT_CHECKS for row in named[check]} & clean
    results["clean_segments"] = len(clean)
    results["clean_flagged"] = _share(len(flagged), len(clean))
    results["bounds_error"] = round(statistics.median(errors), 3) if errors else None
    results["classes"] = {
        check: [finding.message for finding in findings if finding.check == check] for check in _CLASS_CHECKS
    }
    return results


def _rates(expected: set[tuple[str, float, float]], named: list[PlantedRow], kind: str) -> dict[str, Any]:
    counted = [row for row in named if not (kind == "doubtful_labels" and row.defects & set(_CLASS_CHECKS))]
    right = {row.key for row in counted} & expected
    return {
        "planted": len(expected),
        "recall": _share(len(right), len(expected)),
        "precision": _share(len(right), len(counted)),
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 1.0


if __name__ == "__main__":
    main()
