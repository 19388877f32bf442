"""How long it takes to read, check and split the annotations of a large data set, before any video is decoded.

    .venv/bin/python -m benchmarks.manifest [--rows 100000] [--videos 20000]

Prints JSON: wall and CPU seconds of each step, and the memory that all of them left behind. The videos are heads of files only,
four of each size, so that equal files are looked for among them. Nothing is cached from one step to the next, but for
`fingerprint_again`, which knows the files that were read before.
"""

import argparse
import csv
import json
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil

from benchmarks.timing import timed
from components.annotations.config import DataConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.files.fingerprint import find_labels, fingerprint_inputs
from components.annotations.files.manifest import build_manifest
from components.annotations.splits.config import SplitsConfig
from components.annotations.splits.splitting import split_manifest
from components.storage.known_digests import KnownDigests
from components.storage.opening import open_root

_HEAD_OF_MP4 = b"\0\0\0\x18ftypisom"
_NUM_LABELS = 200

_T = TypeVar("_T")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--videos", type=int, default=20_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        data = make_data(Path(name), arguments.rows, arguments.videos)
        print(json.dumps(measure(data), indent=2))


def make_data(folder: Path, num_rows: int, num_videos: int) -> DataConfig:
    """A table of rows that are all good, and files that begin as videos do."""
    names = [f"{number % 100:02d}/{number:06d}.mp4" for number in range(num_videos)]
    for number, name in enumerate(names):
        path = folder / "videos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_HEAD_OF_MP4 + number.to_bytes(4, "big") * (1 + number // 4 % 5000))
    labels = random.Random(0)
    with (folder / "annotations.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "start_seconds", "end_seconds", "label", "group"])
        for row in range(num_rows):
            video = row % num_videos
            label = f"label_{labels.randrange(_NUM_LABELS)}"
            writer.writerow([names[video], row / 1000, row / 1000 + 2, label, f"group_{video // 4}"])
    return DataConfig(annotations=str(folder / "annotations.csv"), videos=str(folder / "videos"))


def measure(data: DataConfig) -> dict[str, object]:
    steps: dict[str, dict[str, float]] = {}
    before = psutil.Process().memory_info().rss

    def step(name: str, work: Callable[[], _T]) -> _T:
        result, times = timed(work)
        steps[name] = {figure: round(value, 1) for figure, value in times.items()}
        return result

    splits = SplitsConfig()
    records = step("read", lambda: load_annotations(data).records)
    classes = step("classes", lambda: find_labels(records))
    known = KnownDigests()
    step("fingerprint", lambda: fingerprint_inputs(data, splits, records, known=known))
    known = KnownDigests(known.asked)
    step("fingerprint_again", lambda: fingerprint_inputs(data, splits, records, known=known))
    root = open_root(data.videos, "data.videos")
    manifest = step("check", lambda: build_manifest(records, root, classes, None))
    step("split", lambda: split_manifest(manifest, splits, None))
    total = {key: round(sum(times[key] for times in steps.values()), 1) for key in ("seconds", "cpu_seconds")}
    usable = sum(map(len, manifest.segments_by_video.values()))
    counts = {"rows": manifest.num_rows, "usable_rows": usable, "videos": manifest.num_videos}
    kept = psutil.Process().memory_info().rss - before
    return {**counts, "kept_bytes_per_row": round(kept / manifest.num_rows), **steps, "total": total}


if __name__ == "__main__":
    main()
