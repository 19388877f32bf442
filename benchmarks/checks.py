"""What it takes to check the rows of a large data set, as far as that needs no videos.

    .venv/bin/python -m benchmarks.checks [--rows 20000 --rows 60000] [--in-memory 5000]

Prints JSON: of each number of rows, in a process of its own, CPU milliseconds a row and the peak of its memory, after its
imports, after all rows were made what checks look at, and after all checks. Rows are good; they are of 2,000 videos, 500
groups and 50 classes. So many rows as `--in-memory` says are held at a time: fewer than usual, so that few rows show it.
"""

import argparse
import json
import random
from collections.abc import Iterator

from benchmarks.manifest import peak_mebibytes
from benchmarks.timing import in_own_process, timed
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.inspection import Inspection
from components.annotation_validator.measuring.headers import read_rows
from components.annotation_validator.runner import run_checks
from components.annotations.records.record import Segment, Source
from components.annotations.splits.config import SplitsConfig
from foundation import large

_NUM_VIDEOS, _NUM_LABELS = 2000, 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, action="append")
    parser.add_argument("--in-memory", type=int, default=5000)
    arguments = parser.parse_args()
    for num_rows in arguments.rows or (20_000, 60_000):
        print(json.dumps(in_own_process(measure, num_rows, arguments.in_memory)), flush=True)


def measure(num_rows: int, num_in_memory: int) -> dict[str, float]:
    large.MOST_IN_MEMORY = num_in_memory
    imported = peak_mebibytes()
    records = large.kept(_rows(num_rows))
    inspection = Inspection(splits=SplitsConfig(mode="hash"))
    inputs, made = timed(lambda: read_rows(records, inspection))
    peak_of_inputs = peak_mebibytes()
    _, checked = timed(lambda: run_checks(inputs, ChecksConfig()))
    return {
        "rows": len(inputs.segments),
        "imported_mebibytes": imported,
        "inputs_mebibytes": peak_of_inputs,
        "peak_mebibytes": peak_mebibytes(),
        "cpu_milliseconds_a_row": round(1000 * (made["cpu_seconds"] + checked["cpu_seconds"]) / num_rows, 3),
    }


def _rows(num_rows: int) -> Iterator[Segment]:
    chance = random.Random(0)
    for row in range(num_rows):
        video = row % _NUM_VIDEOS
        start = 10 * row / _NUM_VIDEOS
        yield Segment(
            f"{video % 100:02d}/{video:06d}.mp4",
            f"label_{chance.randrange(_NUM_LABELS)}",
            Source("annotations.csv", row + 2),
            start,
            start + 2 + chance.random(),
            group=f"group_{video // 4}",
        )


if __name__ == "__main__":
    main()
