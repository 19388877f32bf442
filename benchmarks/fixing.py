"""What corrected bounds are worth: recall after training on loosened bounds, and on what `clipgate check --fix` wrote.

    .venv/bin/python -m benchmarks.fixing [--people 12] [--epochs 16] [--seeds 1]

Demo data with long rests between the actions. Of all people but the test people, each segment gets bounds that are 0.5 to 2 s
too wide at one end or both, as far as the video reaches. Then two trainings with the configuration of the demo, the same seed
and as many epochs: on these rows, and on those that `--fix` with `--frames` makes of them. Both are tested on the test people's
rows as they are. Prints JSON: recall of each class and its mean, and how far bounds are off (seconds, median), each before and
after.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.checked import look_into
from benchmarks.clips import read_examples
from benchmarks.planted_rows import PlantedRow, demo_rows, loosen, people_of, video_seconds, write_rows
from benchmarks.training import answers, train, write_parts
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.fix import fix
from components.annotations.config import DataConfig
from examples import demo_data, planning
from examples.figure import LABELS
from pipeline.config import Config, load_config

_IDLE_SECONDS = (1.0, 3.0)
_SHARE_OF_TEST, _SHARE_OF_EVALUATION = 0.25, 0.15
_SEED_OF_DATA = 11


def main() -> None:
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
        corrected = correct(folder, loosened)
        result: dict[str, Any] = {
            "training_segments": len(loosened),
            "test_segments": len(test),
            "bounds_off_before": bounds_error(loosened),
            "bounds_off_after": bounds_error(corrected),
        }
        evaluation_people = people_of(loosened, _SHARE_OF_EVALUATION)
        for when, rows in (("before", loosened), ("after", corrected)):
            parts = {
                "train": [row for row in rows if row.group not in evaluation_people],
                "evaluation": [row for row in rows if row.group in evaluation_people],
                "test": test,
            }
            recalls = [recall(folder, when, parts, config, arguments.epochs, seed) for seed in range(arguments.seeds)]
            result[f"recall_{when}"] = {
                label: round(statistics.fmean(each[label] for each in recalls), 3) for label in LABELS
            }
            result[f"mean_recall_{when}"] = round(statistics.fmean(result[f"recall_{when}"].values()), 3)
        print(json.dumps(result, indent=2))


def plant(folder: Path, num_people: int) -> tuple[list[PlantedRow], list[PlantedRow]]:
    """Write videos, and loosened annotations of those of the training people; returns their rows and the test people's."""
    plans = planning.plan_videos(_SEED_OF_DATA, num_people, idle_seconds=_IDLE_SECONDS)
    demo_data.generate(folder, seed=_SEED_OF_DATA, num_people=num_people, idle_seconds=_IDLE_SECONDS)
    rng = np.random.default_rng(_SEED_OF_DATA)
    rows = [row for plan in plans for row in demo_rows(plan)]
    test_people = people_of(rows, _SHARE_OF_TEST)
    seconds = video_seconds(plans)
    loosened = [row for row in rows if row.group not in test_people]
    for row in loosened:
        loosen(row, seconds[row.path], rng)
    write_rows(folder / "annotations.csv", loosened, with_boxes=False)
    return loosened, [row for row in rows if row.group in test_people]


def correct(folder: Path, rows: Sequence[PlantedRow]) -> list[PlantedRow]:
    """The rows with the bounds that `clipgate check --frames --fix` writes."""
    inputs = look_into(folder)
    correction = fix(inputs, ChecksConfig())
    by_number = {}
    for segment in inputs.segments:
        after = correction.segments.get(segment.id, segment)
        by_number[segment.record.source.row] = after.start_seconds, after.end_seconds or 0.0
    bounds = [by_number[number] for number in sorted(by_number)]
    return [replace(row, start=start, end=end) for row, (start, end) in zip(rows, bounds, strict=True)]


def bounds_error(rows: Sequence[PlantedRow]) -> float:
    """Seconds, median over both bounds of all rows."""
    return round(float(np.median(np.abs([np.subtract((row.start, row.end), row.true_bounds) for row in rows]))), 3)


def recall(
    folder: Path, name: str, parts: Mapping[str, Sequence[PlantedRow]], config: Config, epochs: int, seed: int
) -> dict[str, float]:
    """Recall of each class on the test part."""
    own = folder / f"{name}_{seed}"
    own.mkdir()

    def examples(part: str) -> Iterator[bytes]:
        write_rows(own / f"{part}.csv", parts[part], with_boxes=False)
        return read_examples(DataConfig(annotations=str(own / f"{part}.csv"), videos=str(folder)), config.sampling)

    write_parts(own, {part: examples(part) for part in parts}, config, LABELS)
    labels, found = answers(train(own, config, LABELS, epochs=epochs, seed=seed), own / "test.gz")
    return {label: float((found[labels == number] == number).mean()) for number, label in enumerate(LABELS)}


if __name__ == "__main__":
    main()
