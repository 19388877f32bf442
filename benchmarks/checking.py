"""What `clipgate check --frames` takes, beside the ingest of the same clips.

    .venv/bin/python -m benchmarks.checking [--people 17] [--rounds 3]

Demo data, about 12 clips in four videos a person; check and ingest take turns. Of check all counts, from the start of the
command to its end, decoders included; of ingest (VideoExampleGen with its decoders) what comes after the imports, which a run
needs anyway. CPU seconds hardly change with what else the machine does. Prints JSON, medians of the rounds:

    check_to_ingest         CPU seconds of check to those of ingest
    by_the_clock            the same by the clock
    with_imports            the same in CPU seconds, the imports of ingest counted
    memory_of_fourfold      peak memory of check for four times the videos to that for the videos
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.ingest import copy_videos, here, ingest, read_rows
from benchmarks.stages import ProcessMemory
from benchmarks.timing import Times, in_own_process, timed
from examples import demo_data
from foundation.machine import num_cores

_NUM_CORES = num_cores()
_FINDINGS = 4  # exit code


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=17)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(measure(Path(name), arguments.people, arguments.rounds), indent=2))


def measure(folder: Path, num_people: int, num_rounds: int) -> dict[str, Any]:
    demo_data.generate(folder / "demo", num_people=num_people, videos_per_person=4)
    rows = read_rows(folder / "demo")
    once, fourfold = (copy_videos(folder, rows, name, factor) for name, factor in (("once", 1), ("fourfold", 4)))
    checks: list[Times] = []
    ingests: list[Times] = []
    whole_ingests: list[Times] = []
    for _ in range(num_rounds):
        checks.append(timed(lambda: check(once))[1])
        own, whole = timed(lambda: in_own_process(timed_ingest, once, folder / "out"))
        ingests.append(own)
        whole_ingests.append(whole)
    (cpu, clock) = (
        [statistics.median(times[figure] for times in each) for each in (checks, ingests, whole_ingests)]
        for figure in ("cpu_seconds", "seconds")
    )
    mebibytes = {name: check(data) for name, data in (("once", once), ("fourfold", fourfold))}
    return {
        "cores": _NUM_CORES,
        "clips": len(rows),
        "check": {"cpu_seconds": round(cpu[0], 2), "seconds": round(clock[0], 2)},
        "ingest": {"cpu_seconds": round(cpu[1], 2), "seconds": round(clock[1], 2)},
        "check_to_ingest": round(cpu[0] / cpu[1], 2),
        "by_the_clock": round(clock[0] / clock[1], 2),
        "with_imports": round(cpu[0] / cpu[2], 2),
        "memory_mebibytes": mebibytes,
        "memory_of_fourfold": round(mebibytes["fourfold"] / mebibytes["once"], 2),
    }


def check(data: Path) -> int:
    """Run the command; returns its peak memory in MiB, decoders included."""
    command = ["check", "--annotations", data / "annotations.csv", "--videos", data, "--frames"]
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", *map(str, command), "--format", "json"], stdout=subprocess.DEVNULL
    )
    memory = ProcessMemory(process.pid)
    memory.start()
    if process.wait() not in (0, _FINDINGS):
        raise RuntimeError("clipgate check failed; its message stands above")
    return memory.take_mebibytes()


def timed_ingest(data: Path, output: Path) -> Times:
    """What VideoExampleGen takes in this process, after the imports."""
    return timed(lambda: ingest(data, output, here(_NUM_CORES)))[1]


if __name__ == "__main__":
    main()
