"""Clips a second with one node and with two, start-up not counted."""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.engine.kills import made
from benchmarks.engine.stages import Stage
from benchmarks.ingest import ingest

Options = Callable[[int], Sequence[str]]


def of_ingest(options: Options, data: Path, output: Path, repetitions: int) -> dict[str, Any]:
    """Shards a second with one and with two slots, in turn; `options` are Beam's, for a number of slots."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    start_ups = []
    for _ in range(repetitions):
        for slots, found in rates.items():
            started = time.time()
            ingest(data, output, options(slots))
            times = [nanoseconds / 1e9 for nanoseconds in made(output).values()]
            start_ups.append(min(times) - started)
            found.append(rate_of(times))
    return {**ratio_of(rates, "shards"), "seconds_until_the_first_shard": round(statistics.median(start_ups), 1)}


def of_evaluation(
    options: Options, stage: Stage, few: Any, many: Any, num_more: int, folder: Path, repetitions: int
) -> Any:
    """Clips a second with one and with two slots, in turn: what `num_more` clips cost beyond those of `few`."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    start_ups = []
    for _ in range(repetitions):
        for slots, found in rates.items():
            seconds = []
            for examples in (few, many):
                started = time.monotonic()
                stage.replay(folder, options(slots), examples=[examples])
                seconds.append(time.monotonic() - started)
            start_ups.append(seconds[0])
            found.append(num_more / (seconds[1] - seconds[0]))
    return {**ratio_of(rates, "clips"), "seconds_of_few_clips": round(statistics.median(start_ups), 1)}


def rate_of(times: Sequence[float]) -> float:
    """Things a second, of the seconds at which each was done. The first one came with the start-up, and does not count."""
    first, *others = sorted(times)
    return len(others) / (others[-1] - first)


def ratio_of(rates: dict[int, list[float]], unit: str) -> dict[str, Any]:
    """The medians for one and for two, and how many times the one the other is."""
    one, two = (statistics.median(rates[slots]) for slots in (1, 2))
    return {
        f"{unit}_per_second_of_one_node": round(one, 2),
        f"{unit}_per_second_of_two_nodes": round(two, 2),
        "two_to_one": round(two / one, 2),
        "all": {slots: [round(rate, 2) for rate in found] for slots, found in rates.items()},
    }


def multiplied(examples: Any, split: str, times: int, folder: Path) -> Any:
    """The artifact of Examples with each file of one split `times` times, as links."""
    copy = type(examples)()
    copy.mlmd_artifact.CopyFrom(examples.mlmd_artifact)
    copy.uri = str(folder)
    (folder / f"Split-{split}").mkdir(parents=True)
    for file in sorted(Path(examples.uri, f"Split-{split}").iterdir()):
        for number in range(times):
            os.link(file, folder / f"Split-{split}" / f"{number:04d}-{file.name}")
    return copy
