"""A year of a small pipeline that runs every week: somebody has changed something, and the run has to do what that asks for.

    .venv/bin/python -m benchmarks.year [--runs 50] [--seed 0]

What trains, what is pushed and the exit code are held against what each change asks for (benchmarks/changes.py), and
`clipgate clean` against a disk that must not grow. Prints JSON: how often what was changed, what was not as it has to be, and
the bytes in the output directory after each `clean`.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from benchmarks.changes import CHANGES, Expected, Year

NUM_PEOPLE = 10
KEPT_RUNS = 3
# A version is a model of its own and stays; what a run keeps beside it may grow by so much from one year to the next.
_MOST_GROWTH = 1.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, number in (("--runs", 50), ("--seed", 0)):
        parser.add_argument(name, type=int, default=number)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clipgate-year-") as folder:
        found = play(Year.begin(Path(folder), NUM_PEOPLE, Random(arguments.seed)), arguments.runs)
    print(json.dumps(found, indent=2))
    if found["faults"]:
        sys.exit(1)


def play(year: Year, num_runs: int) -> dict[str, object]:
    """Run so often, each time after the next change; the first one is after none."""
    changed: Counter[str] = Counter()
    faults: list[str] = []
    sizes: list[int] = []
    names = list(CHANGES)
    for count in range(num_runs):
        name = names[count % len(names)]
        if count and name == names[0]:
            year.clipgate("clean", "--keep", str(KEPT_RUNS))
            sizes.append(year.artifact_bytes())
        expected = Expected(trains=True, pushes=True) if count == 0 else CHANGES[name](year)
        started = time.monotonic()
        found = [f"run {count + 1}, {name}: {fault}" for fault in year.differences(expected)]
        print(
            f"{count + 1}: {name}, {time.monotonic() - started:.0f} s {'; '.join(found)}", file=sys.stderr, flush=True
        )
        changed[name if count else "begun"] += 1
        faults += found
    if sizes and max(sizes) > _MOST_GROWTH * sizes[0]:
        faults.append(f"the disk grows: {sizes}")
    return {"changed": dict(changed), "faults": faults, "bytes_after_clean": sizes}


if __name__ == "__main__":
    main()
