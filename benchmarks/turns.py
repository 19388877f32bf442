"""Contestants that take turns, so that other work on the machine slows down all of them.

Imports nothing but the standard library, so that contestants of any virtual environment can use it.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.timing import Times, timed


def contestant_options(description: str) -> argparse.Namespace:
    """What a contestant of `benchmarks.train_step` is started with."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--classes", type=int, required=True)
    return parser.parse_args()


def serve(facts: Mapping[str, Any], tasks: Mapping[str, Callable[[], object]]) -> None:
    """A contestant in a process of its own: runs what it is asked to.

    Runs each task once, says `facts` in a line of JSON, then runs a task for each line of standard input that names one and
    answers with a line of JSON: its Times.
    """
    for task in tasks.values():
        task()
    print(json.dumps(facts), flush=True)
    for line in sys.stdin:
        print(json.dumps(timed(tasks[line.strip()])[1]), flush=True)


def compare(turns: Sequence[Mapping[str, Times]], digits: int) -> Times:
    """Medians of the two contestants' figures, and medians of the turns' ratios, first to second."""
    one, two = turns[0]
    result = {}
    for figure in turns[0][one]:
        for name in (one, two):
            result[f"{name}_{figure}"] = round(statistics.median(turn[name][figure] for turn in turns), digits)
        ratio = statistics.median(turn[one][figure] / turn[two][figure] for turn in turns)
        result[f"ratio_of_{figure}"] = round(ratio, 2)
    return result
