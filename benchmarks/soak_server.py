"""Good and hostile requests by the thousand: does `clipgate serve` survive them, and stay right?

    .venv/bin/python -m benchmarks.soak_server --model demo/run/serving/action [--minutes 10]

16 clients at a time ask through gRPC and REST. Half of what they send is good, and each answer is compared with that of the
export itself, which this process has loaded too. The rest is broken in one of the ways of `benchmarks.hostile`. Prints JSON:
requests by kind and answer, memory of the server after each tenth of the time. Exit code 1: a good request got a
wrong answer or none, a hostile one got an answer that it must not get, or the server ended.
"""

import argparse
import functools
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import tensorflow as tf

from benchmarks import hostile
from benchmarks.served import JpegClip, ServerProcess, draw_clips, served
from pipeline.prediction.model import find_model

_NUM_CLIENTS = 16
_TOLERANCE = 1e-5
# Larger than what a good request needs, and quick to send more of.
_MAX_REQUEST_MEGABYTES = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="the folder of all versions")
    parser.add_argument("--minutes", type=float, default=10)
    arguments = parser.parse_args()
    result = soak(arguments.model, 60 * arguments.minutes, _NUM_CLIENTS)
    print(json.dumps(result, indent=2))
    sys.exit(bool(result["wrong"]))


@dataclass
class Tally:
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, answer: str, *, is_right: bool) -> None:
        with self._lock:
            self.answers[f"{kind}: {answer}"] += 1
            if not is_right:
                self.wrong.append(f"{kind}: {answer}")


def soak(base: Path, seconds: float, num_clients: int) -> dict[str, Any]:
    """Ask a server over the versions in `base` for so long, and until each client has tried every attack."""
    version, info = find_model(base)
    clips = draw_clips(info, 6)
    exported = tf.saved_model.load(str(version))
    expected = exported.signatures["predict_jpeg"](frames=tf.constant(clips))["probabilities"].numpy()
    tally = Tally()
    with served(base, "--max-request-megabytes", str(_MAX_REQUEST_MEGABYTES)) as server:
        started = time.monotonic()
        with ThreadPoolExecutor(num_clients) as clients:
            asking = [
                clients.submit(_ask, server, clips, expected, tally, started + seconds, random.Random(seed))
                for seed in range(num_clients)
            ]
            memory = []
            for _ in range(10):
                time.sleep(seconds / 10)
                memory.append(server.resident_bytes() // 2**20)
            for client in asking:
                client.result()
        if server.process.poll() is not None:
            tally.wrong.append(f"the server ended with exit code {server.process.returncode}")
    return {
        "minutes": round(seconds / 60, 2),
        "clients": num_clients,
        "requests": sum(tally.answers.values()),
        "mebibytes_after_each_tenth": memory,
        "wrong": tally.wrong,
        "answers": dict(sorted(tally.answers.items())),
    }


def _ask(
    server: ServerProcess,
    clips: list[JpegClip],
    expected: np.ndarray,
    tally: Tally,
    until: float,
    draw: random.Random,
) -> None:
    good: list[Callable[[grpc.Channel, list[JpegClip]], np.ndarray]] = [
        lambda channel, chosen: hostile.ask_grpc(channel, server.name, chosen),
        lambda channel, chosen: hostile.ask_rest(server.rest, server.name, chosen),
    ]
    while True:
        with grpc.insecure_channel(server.grpc) as channel:
            for attack in draw.sample(hostile.ATTACKS, len(hostile.ATTACKS)):
                chosen = draw.sample(range(len(clips)), draw.randint(1, 3))
                request = draw.randrange(len(good))
                ask = functools.partial(good[request], channel, [clips[i] for i in chosen])
                answer, is_right = _compare(ask, expected[chosen])
                tally.add("good " + ("gRPC", "REST")[request], answer, is_right=is_right)
                answer, is_right = attack.run(hostile.Target(server, channel, clips[0], _MAX_REQUEST_MEGABYTES, draw))
                tally.add(attack.name, answer, is_right=is_right)
        if time.monotonic() >= until:
            return


def _compare(ask: Callable[[], np.ndarray], expected: np.ndarray) -> tuple[str, bool]:
    try:
        found = ask()
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300], False
    is_right = found.shape == expected.shape and bool(np.allclose(found, expected, atol=_TOLERANCE, rtol=0))
    return ("right" if is_right else "WRONG"), is_right


if __name__ == "__main__":
    main()
