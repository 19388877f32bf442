"""How long something takes, for every benchmark.

Imports nothing but the standard library, so that processes of any virtual environment can use it.
"""

import multiprocessing
import resource
import time
from collections.abc import Callable
from typing import Any, TypeVar

Times = dict[str, float]

_Result = TypeVar("_Result")


def timed(work: Callable[[], _Result]) -> tuple[_Result, Times]:
    """What `work` returns, and {"seconds": by the clock, "cpu_seconds": of all threads, and of child processes that ended}."""
    started, cpu_started = time.perf_counter(), _cpu_seconds()
    result = work()
    return result, {"seconds": time.perf_counter() - started, "cpu_seconds": _cpu_seconds() - cpu_started}


def in_own_process(work: Callable[..., _Result], *arguments: Any) -> _Result:
    """What `work` returns in a process of its own: what it leaves in memory must not slow down the next."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        result = pool.apply(work, arguments)
        pool.close()
        pool.join()
    return result


def _cpu_seconds() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
