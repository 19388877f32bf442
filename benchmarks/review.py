"""clipgate review with many clips: when it can be looked at, how long lists and decisions take, and how much memory it has.

python -m benchmarks.review [--clips 100000] [--videos 2000]
"""

import argparse
import csv
import http.client
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import cv2
import numpy as np
import psutil
import yaml

from foundation.processes import child_environment

_CLASSES, _GROUPS, _REPEATS = 40, 1000, 5
_ADDRESS = re.compile(r"http://([\d.:]+)/\?token=(\S+)")
_QUERIES: dict[str, dict[str, str]] = {
    "first page": {},
    "a class": {"label": "action_07"},
    "a search": {"q": "video_0199 action"},
    "by duration, a page in the middle": {"sort": "-duration", "offset": "50000"},
    "decided": {"decided": "any"},
}


def main() -> None:
    """Make the data, serve them, ask, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--videos", type=int, default=2000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = write_data(Path(folder), arguments.clips, arguments.videos)
        print(json.dumps({"clips": arguments.clips, "videos": arguments.videos, **measure(config)}, indent=2))


def write_data(folder: Path, num_clips: int, num_videos: int) -> Path:
    """Short videos, each another file, with as many clips as are wanted; gives the configuration."""
    videos = folder / "videos"
    videos.mkdir()
    template = videos / "template.mp4"
    writer = cv2.VideoWriter(str(template), cv2.VideoWriter.fourcc(*"mp4v"), 10, (64, 48))
    for number in range(100):
        writer.write(np.full((48, 64, 3), number, np.uint8))
    writer.release()
    content = template.read_bytes()
    template.unlink()
    for number in range(num_videos):
        # A box that players skip makes each file another one.
        (videos / f"video_{number:05d}.mp4").write_bytes(content + b"\0\0\0\x10free" + number.to_bytes(8, "big"))
    with (folder / "rows.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("path", "start_seconds", "end_seconds", "label", "group"))
        for number in range(num_clips):
            video, turn = number % num_videos, number // num_videos
            start = round(turn * 9 * num_videos / num_clips, 3)
            group = f"group_{video % _GROUPS:04d}"
            table.writerow(
                (
                    f"video_{video:05d}.mp4",
                    start,
                    round(start + 0.1 + number % 7 / 100, 3),
                    f"action_{number % _CLASSES:02d}",
                    group,
                )
            )
    config = folder / "config.yaml"
    data = {"annotations": "rows.csv", "videos": "videos"}
    config.write_text(yaml.safe_dump({"output_dir": "run", "data": data}))
    return config


def measure(config: Path) -> dict[str, Any]:
    """Times and memory of a server, from its start on."""
    began = time.monotonic()
    command = [sys.executable, "-m", "pipeline.cli", "review", "--config", str(config)]
    with (
        (config.parent / "stderr").open("w+") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=child_environment()) as process,
    ):
        try:
            assert process.stdout
            found = _ADDRESS.search(process.stdout.readline())
            assert found, (config.parent / "stderr").read_text()
            until_address = time.monotonic() - began
            server = psutil.Process(process.pid)
            client = _Client(*found.groups(), server)
            cpu_until_address = client.cpu_seconds()
            measured = {
                "until it can be opened": {
                    "seconds": round(until_address, 1),
                    "CPU seconds": round(cpu_until_address, 1),
                },
                "first view": client.timed(client.look),
                "while the checks run": _lists(client),
                "megabytes while the checks run": round(server.memory_info().rss / 2**20),
            }
            print(json.dumps(measured, indent=2), file=sys.stderr)
            while not client.get("/api/summary")["is_checked"]:
                time.sleep(1)
            until_checked = {
                "seconds": round(time.monotonic() - began, 1),
                "CPU seconds": round(client.cpu_seconds(), 1),
            }
            client.look()
            (clip,) = client.get("/api/clips", limit="1")["clips"]
            return {
                **measured,
                "until it is checked": until_checked,
                "afterwards": _lists(client),
                "a view again": client.timed(client.look),
                "a decision": client.timed(partial(client.decide, clip["id"])),
                "megabytes at the end": round(server.memory_info().rss / 2**20),
            }
        finally:
            process.terminate()


def _lists(client: "_Client") -> dict[str, dict[str, float]]:
    found = {}
    for name, query in _QUERIES.items():
        # Blanks ask for the same clips, but for a list that the server has not kept.
        turns = iter([{**query, "q": query.get("q", "") + " " * turn} for turn in range(_REPEATS)])
        found[name] = client.timed(lambda turns=turns: client.get("/api/clips", **next(turns)))  # type: ignore[misc]
    return found


class _Client:
    """Asks as the page does."""

    def __init__(self, host: str, token: str, server: psutil.Process) -> None:
        self._server = server
        self._host, self._port = host, host.rpartition(":")[2]
        self._headers = {"Cookie": f"clipgate_review_{self._port}={token}"}

    def cpu_seconds(self) -> float:
        """What the server has used so far, without the processes that read videos."""
        times = self._server.cpu_times()
        return float(times.user + times.system)

    def timed(self, work: Callable[[], object]) -> dict[str, float]:
        """How long it takes, by the clock and of the server's computing; medians."""
        clock, cpu = [], []
        for _ in range(_REPEATS):
            began, cpu_began = time.monotonic(), self.cpu_seconds()
            work()
            clock.append(time.monotonic() - began)
            cpu.append(self.cpu_seconds() - cpu_began)
        return {
            "milliseconds": round(1000 * statistics.median(clock), 1),
            "CPU milliseconds": round(1000 * statistics.fmean(cpu), 1),
        }

    def look(self) -> None:
        """All that the view of clips is made of, but for pictures."""
        for path in ("/api/summary", "/api/findings", "/api/clips?limit=60"):
            self.get(path)

    def get(self, path: str, **query: str) -> Any:
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def decide(self, clip: str) -> Any:
        return self._ask("POST", "/api/decisions", json.dumps({"segment": clip, "action": "accept"}))

    def _ask(self, method: str, path: str, body: str | None = None) -> Any:
        connection = http.client.HTTPConnection(self._host)
        connection.request(method, path, body, {**self._headers, "Content-Type": "application/json"})
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        assert response.status < 300, answer
        return answer


if __name__ == "__main__":
    main()
