"""What corrected bounds are worth: recall after training on loosened bounds, and on what `clipgate check --fix` wrote.

    .venv/bin/python -m benchmarks.fixing [--people 12] [--epochs 16] [--seeds 1]

Demo data with long rests between the actions. Of all people but the test people, each segment gets bounds that are 0.5 to 2 s
too wide at one end or both, as far as the video reaches. Then two trainings with the configuration of the demo, the same seed
and as many epochs: on these rows, and on those that `--fix` with `--frames` makes of them. Both are tested on the test people's
rows as they are. Prints JSON: recall of each class and its mean, and how far bounds are off (seconds, median), each before and
after.
"""

import argparse
import csv
import json
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.clips import read_examples
from benchmarks.planted_defects import Row, look_into, loosen
from benchmarks.training import answers, train, write_parts
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.fix import fix
from components.annotations.config import DataConfig
from examples import demo_data
from examples.figure import LABELS
from pipeline.config import Config, load_config

_IDLE_SECONDS = (1.0, 3.0)
_SHARE_OF_TEST, _SHARE_OF_EVALUATION = 0.25, 0.15
_SEED_OF_DATA = 11
Span = tuple[float, float]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("examples/demo.yaml"))
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--seeds", type=int, default=1)
    arguments = parser.parse_args()
    config = load_config(arguments.config)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        loosened, test = plant(folder, arguments.people)
        corrected = correct(folder)
        result: dict[str, Any] = {
            "training_segments": len(loosened),
            "test_segments": len(test),
            "bounds_off_before": bounds_error(loosened, [(row.start, row.end) for row in loosened]),
            "bounds_off_after": bounds_error(loosened, corrected),
        }
        for when, spans in (("before", [(row.start, row.end) for row in loosened]), ("after", corrected)):
            parts = {"train": [], "evaluation": [], "test": [(row, row.true_bounds) for row in test]}
            evaluation_people = people_of(loosened, _SHARE_OF_EVALUATION)
            for row, span in zip(loosened, spans, strict=True):
                parts["evaluation" if row.group in evaluation_people else "train"].append((row, span))
            recalls = [recall(folder, when, parts, config, arguments.epochs, seed) for seed in range(arguments.seeds)]
            result[f"recall_{when}"] = {
                label: round(statistics.fmean(each[label] for each in recalls), 3) for label in LABELS
            }
            result[f"mean_recall_{when}"] = round(statistics.fmean(result[f"recall_{when}"].values()), 3)
        print(json.dumps(result, indent=2))


def plant(folder: Path, num_people: int) -> tuple[list[Row], list[Row]]:
    """Write videos, and loosened annotations of those of the training people; returns their rows and the test people's."""
    plans = demo_data.plan_videos(_SEED_OF_DATA, num_people, idle_seconds=_IDLE_SECONDS)
    demo_data.generate(folder, seed=_SEED_OF_DATA, num_people=num_people, idle_seconds=_IDLE_SECONDS)
    rng = np.random.default_rng(_SEED_OF_DATA)
    rows = []
    for plan in plans:
        for path, start, end, label, group, _ in demo_data.annotation_rows(plan):
            rows.append(Row(path, float(start), float(end), label, group, [], (float(start), float(end))))
    test_people = people_of(rows, _SHARE_OF_TEST)
    seconds = {plan.path: len(plan.poses) / plan.scene.fps for plan in plans}
    loosened = [row for row in rows if row.group not in test_people]
    for row in loosened:
        loosen(row, seconds[row.path], rng)
    write_rows(folder / "annotations.csv", [(row, (row.start, row.end)) for row in loosened])
    return loosened, [row for row in rows if row.group in test_people]


def people_of(rows: Sequence[Row], share: float) -> set[str]:
    """The last of the people: at least one, and this share of them."""
    people = sorted({row.group for row in rows})
    return set(people[-max(1, round(share * len(people))) :])


def correct(folder: Path) -> list[Span]:
    """The bounds that `clipgate check --frames --fix` writes, in the order of the rows."""
    inputs = look_into(folder)
    correction = fix(inputs, ChecksConfig())
    by_row = {}
    for segment in inputs.segments:
        after = correction.segments.get(segment.id, segment)
        by_row[segment.record.source.row] = (after.start_seconds, after.end_seconds or 0.0)
    return [by_row[row] for row in sorted(by_row)]


def write_rows(path: Path, rows: Sequence[tuple[Row, Span]]) -> None:
    """A table of rows with these bounds."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(demo_data.COLUMNS[:-1])
        writer.writerows((row.path, start, end, row.label, row.group) for row, (start, end) in rows)


def bounds_error(rows: Sequence[Row], spans: Sequence[Span]) -> float:
    """Seconds, median over both bounds of all rows."""
    return round(float(np.median(np.abs(np.array(spans) - [row.true_bounds for row in rows]))), 3)


def recall(
    folder: Path, name: str, parts: dict[str, list[tuple[Row, Span]]], config: Config, epochs: int, seed: int
) -> dict[str, float]:
    """Recall of each class on the test part."""
    own = folder / f"{name}_{seed}"
    own.mkdir()

    def examples(rows: Sequence[tuple[Row, Span]], part: str) -> Iterator[bytes]:
        write_rows(own / f"{part}.csv", rows)
        return read_examples(DataConfig(annotations=str(own / f"{part}.csv"), videos=str(folder)), config.sampling)

    write_parts(own, {part: examples(rows, part) for part, rows in parts.items()}, config, LABELS)
    labels, found = answers(train(own, config, LABELS, epochs=epochs, seed=seed), own / "test.gz")
    return {label: float((found[labels == number] == number).mean()) for number, label in enumerate(LABELS)}


if __name__ == "__main__":
    main()
