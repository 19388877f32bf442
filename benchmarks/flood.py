"""Does `clipgate serve` stay small, right and quick beside clients that want its memory, connections and time?

    .venv/bin/python -m benchmarks.flood --model demo/run/serving/action [--seconds 600]

32 hostile clients (`benchmarks.flood_clients`), and 4 good ones that ask through gRPC and REST for one to three clips; each
good answer is compared with that of the export itself, which this process has loaded too. Prints JSON: memory of the server
with its process for JSON, in MiB, after loading and warm-up, at most, and at the end; good requests, those with another
answer, those that were asked to come later, and their latency; the answers that hostile clients got. Exit code 1: a good
request got another answer or none.
"""

import argparse
import functools
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import psutil
import tensorflow as tf

from benchmarks.hostile import ask_grpc, ask_rest
from benchmarks.served import JpegClip, ServerProcess, draw_clips, served
from foundation.processes import child_environment
from pipeline.prediction.model import find_model

_NUM_HOSTILE, _NUM_GOOD = 32, 4
_WARM_UP_SECONDS = 10
_SECONDS_BETWEEN_GOOD = 0.1
_SECONDS_BETWEEN_LOOKS = 0.05
_TOLERANCE = 1e-5
# The server's words for want of memory: a client that the machine lets wait looks like one that sends slowly.
_TURNED_AWAY = "try later"


@dataclass
class Good:
    """What good requests met."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"gRPC": [], "REST": []})
    wrong: list[str] = field(default_factory=list)
    turned_away: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="the folder of all versions")
    parser.add_argument("--seconds", type=float, default=600)
    arguments = parser.parse_args()
    result = measure(arguments.model, arguments.seconds, _WARM_UP_SECONDS)
    print(json.dumps(result, indent=2))
    sys.exit(bool(result["good"]["wrong"] or result["good"]["turned_away"]))


def measure(base: Path, seconds: float, warm_up_seconds: float) -> dict[str, Any]:
    """Ask a server over the versions in `base` for so long."""
    version, info = find_model(base)
    clips = draw_clips(info, 6)
    exported = tf.saved_model.load(str(version))
    expected = exported.signatures["predict_jpeg"](frames=tf.constant(clips))["probabilities"].numpy()
    with served(base) as server:
        ask = functools.partial(ask_for_a_while, server, clips, expected)
        alone = ask(warm_up_seconds)
        started = resident_mebibytes(server)
        with flooded(server, seconds) as hostile, watched(server) as memory:
            beside = ask(seconds)
            answers = json.loads(hostile.communicate()[0])
        time.sleep(warm_up_seconds)
        ended = resident_mebibytes(server)
    return {
        "seconds": seconds,
        "hostile_clients": _NUM_HOSTILE,
        "mebibytes": {"start": started, "peak": max(memory), "end": ended, "ratio": round(max(memory) / started, 2)},
        "good": {**summary(beside), "alone": summary(alone)},
        "hostile": answers,
    }


def ask_for_a_while(server: ServerProcess, clips: list[JpegClip], expected: np.ndarray, seconds: float) -> Good:
    """Good clients, each of which waits for an answer, and a little, before it asks again."""
    good, until = Good(), time.monotonic() + seconds

    def ask(seed: int) -> None:
        draw = random.Random(seed)
        while time.monotonic() < until:
            with grpc.insecure_channel(server.grpc) as channel:
                ways: dict[str, Callable[[list[JpegClip]], np.ndarray]] = {
                    "gRPC": functools.partial(ask_grpc, channel, server.name),
                    "REST": functools.partial(ask_rest, server.rest, server.name),
                }
                for name, way in ways.items():
                    chosen = draw.sample(range(len(clips)), draw.randint(1, 3))
                    started = time.perf_counter()
                    wrong = compare(lambda way=way, chosen=chosen: way([clips[i] for i in chosen]), expected[chosen])
                    good.seconds[name].append(time.perf_counter() - started)
                    if wrong:
                        (good.turned_away if _TURNED_AWAY in wrong else good.wrong).append(wrong)
                    time.sleep(_SECONDS_BETWEEN_GOOD)

    with ThreadPoolExecutor(_NUM_GOOD) as clients:
        list(clients.map(ask, range(_NUM_GOOD)))
    return good


def compare(ask: Callable[[], np.ndarray], expected: np.ndarray) -> str:
    """What is wrong with the answer; empty if nothing is."""
    try:
        found = ask()
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]
    is_right = found.shape == expected.shape and np.allclose(found, expected, atol=_TOLERANCE, rtol=0)
    return "" if is_right else "another answer"


def summary(good: Good) -> dict[str, Any]:
    together = [seconds for way in good.seconds.values() for seconds in way]
    return {
        "requests": len(together),
        "wrong": good.wrong,
        "turned_away": good.turned_away,
        "milliseconds": {name: quantiles(seconds) for name, seconds in {"all": together, **good.seconds}.items()},
    }


def quantiles(seconds: list[float]) -> dict[str, float]:
    """In milliseconds."""
    values = np.rint(1000 * np.quantile(seconds, [0.5, 0.95, 0.99, 1])).tolist()
    return dict(zip(("median", "p95", "p99", "longest"), values, strict=True))


@contextmanager
def flooded(server: ServerProcess, seconds: float) -> Iterator["subprocess.Popen[str]"]:
    """The hostile clients, in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.flood_clients", "--rest", server.rest, "--grpc", server.grpc]
    command += ["--model", server.name, "--clients", str(_NUM_HOSTILE), "--seconds", str(seconds)]
    with subprocess.Popen(command, env=child_environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        yield process


@contextmanager
def watched(server: ServerProcess) -> Iterator[list[int]]:
    """The server's memory, time and again, in MiB."""
    seen, ended = [resident_mebibytes(server)], threading.Event()

    def look() -> None:
        while not ended.wait(_SECONDS_BETWEEN_LOOKS):
            seen.append(resident_mebibytes(server))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def resident_mebibytes(server: ServerProcess) -> int:
    """Of the server and the processes that it has started."""
    process = psutil.Process(server.process.pid)
    return sum(each.memory_info().rss for each in (process, *process.children(recursive=True))) // 2**20


if __name__ == "__main__":
    main()
