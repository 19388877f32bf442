"""Disturbs runs of a small pipeline, and holds what they come to in the end against a run that nobody disturbed.

    .venv/bin/python -m benchmarks.faults [--kills 100] [--disks 40] [--damages 40] [--seed 0]

A run is disturbed, its command is repeated, and disturbed again, until it ends with a verdict. Then weights, Examples,
ledger and verdict have to be those of the undisturbed run, nothing may be left running, and no two runs may have worked at
the same time. Full disks are small file systems, for which this has to be root. Prints JSON: how often each kind was done and
how the disturbed commands ended, and what was not as it has to be.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from random import Random

from benchmarks.damaging import damaged_runs
from benchmarks.filling_disks import full_disk_runs, may_mount
from benchmarks.killing import KINDS, killed_runs
from benchmarks.undisturbed import Disturbed, Project

NUM_PEOPLE = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, number in (("--kills", 100), ("--disks", 40), ("--damages", 40), ("--seed", 0)):
        parser.add_argument(name, type=int, default=number)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clipgate-faults-") as folder:
        disturbed = list(
            _told(disturb(Path(folder), arguments.kills, arguments.disks, arguments.damages, Random(arguments.seed)))
        )
    print(json.dumps(summary(disturbed), indent=2))
    if any(each.faults for each in disturbed):
        sys.exit(1)


def disturb(folder: Path, num_kills: int, num_disks: int, num_damages: int, random: Random) -> Iterator[Disturbed]:
    """Disturb so many runs in a folder."""
    calm = Project.make(folder / "calm", NUM_PEOPLE)
    started = time.monotonic()
    expected = calm.outcome(calm.run())
    seconds = time.monotonic() - started
    several = calm.beside(folder / "several")
    several.configure(beam={"workers": 2})
    for number, kind in enumerate(KINDS):
        template = several if kind == "worker" else calm
        times = len(range(number, num_kills, len(KINDS)))
        yield from killed_runs(kind, template, expected, folder, times, seconds, random)
    if num_disks and not may_mount():
        print("full disks are left out: only root can make small file systems", file=sys.stderr)
    elif num_disks:
        yield from full_disk_runs(calm, expected, folder, num_disks, calm.size_bytes(), random)
    yield from damaged_runs(calm, expected, num_damages, random)


def summary(disturbed: list[Disturbed]) -> dict[str, object]:
    """How often what was done, how it ended, and all faults."""
    ends: dict[str, Counter[str]] = defaultdict(Counter)
    for each in disturbed:
        ends[each.kind][f"exit code {each.exit_code}"] += 1
    return {
        "disturbed": {kind: dict(counts) for kind, counts in ends.items()},
        "faults": [f"{each.kind}: {fault}" for each in disturbed for fault in each.faults],
    }


def _told(disturbed: Iterator[Disturbed]) -> Iterator[Disturbed]:
    for number, each in enumerate(disturbed, 1):
        print(
            f"{number}: {each.kind}, exit code {each.exit_code} {'; '.join(each.faults)}", file=sys.stderr, flush=True
        )
        yield each


if __name__ == "__main__":
    main()
