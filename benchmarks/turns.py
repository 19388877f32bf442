"""The worker's side of a benchmark whose contestants take turns: each is a process that runs what it is asked to.

Imports nothing but the standard library, so that workers of any virtual environment can use it.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any


def serve(facts: Mapping[str, Any], tasks: Mapping[str, Callable[[], None]]) -> None:
    """Run each task once, say `facts` in a line of JSON, then run a task for each line of standard input that names one.

    Each run is answered with a line: {"seconds": wall clock, "cpu_seconds": of all threads}.
    """
    for task in tasks.values():
        task()
    print(json.dumps(facts), flush=True)
    for line in sys.stdin:
        started, cpu_before = time.perf_counter(), _cpu_seconds()
        tasks[line.strip()]()
        times = {"seconds": time.perf_counter() - started, "cpu_seconds": _cpu_seconds() - cpu_before}
        print(json.dumps(times), flush=True)


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
