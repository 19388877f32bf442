"""What it takes to read, check and split the annotations of a large data set, before any video is decoded.

    .venv/bin/python -m benchmarks.manifest [--rows 100000 --rows 1000000] [--videos 20000]

Prints JSON: of each number of rows, in a process of its own, CPU milliseconds a row and the peak of its memory, after its
imports and after each step. The steps are those of the process that starts a run, and of VideoExampleGen up to the orders of
its shards. The videos are heads of files only, four of each size, so that equal files are looked for among them; rows of one
video never follow each other. Nothing is cached from one step to the next, but for `fingerprint_again`, which knows the files
that were read before.
"""

import argparse
import csv
import json
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from benchmarks.timing import in_own_process, timed
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
    parser.add_argument("--rows", type=int, action="append")
    parser.add_argument("--videos", type=int, default=20_000)
    arguments = parser.parse_args()
    results = []
    for num_rows in arguments.rows or (100_000, 1_000_000):
        with tempfile.TemporaryDirectory(prefix="clipgate-") as name:
            data = make_data(Path(name), num_rows, arguments.videos)
            results.append(in_own_process(measure, data, f"{name}/examples"))
            print(json.dumps(results[-1], indent=2), flush=True)
    if len(results) > 1:
        print(json.dumps(compare(results[0], results[-1]), indent=2))


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


def measure(data: DataConfig, examples_uri: str) -> dict[str, object]:
    # TensorFlow is loaded in the process that is measured, and in no other.
    from components.video_example_gen.shards import make_shards
    from components.video_example_gen.work_folder import WorkFolder

    imported = peak_mebibytes()
    steps: dict[str, dict[str, float]] = {}

    def step(name: str, work: Callable[[], _T]) -> _T:
        result, times = timed(work)
        steps[name] = {figure: round(value, 1) for figure, value in times.items()}
        steps[name]["peak_mebibytes"] = peak_mebibytes()
        return result

    hashed, stratified = SplitsConfig(mode="hash"), SplitsConfig()
    records = step("read", lambda: load_annotations(data).records)
    classes = step("classes", lambda: find_labels(records))
    known = KnownDigests()
    step("fingerprint", lambda: fingerprint_inputs(data, hashed, records, known=known))
    known = KnownDigests(known.asked)
    step("fingerprint_again", lambda: fingerprint_inputs(data, hashed, records, known=known))
    root = open_root(data.videos, "data.videos")
    manifest = step("check", lambda: build_manifest(records, root, classes, None))
    split_of, _ = step("split", lambda: split_manifest(manifest, hashed, None))
    step("shards", lambda: WorkFolder(f"{examples_uri}/work").put(make_shards(manifest, split_of, examples_uri)))
    cpu_seconds = sum(times["cpu_seconds"] for times in steps.values())
    step("split_stratified", lambda: split_manifest(manifest, stratified, None))
    return {
        "rows": manifest.num_rows,
        "videos": manifest.num_videos,
        "imported_mebibytes": imported,
        "peak_mebibytes": steps["shards"]["peak_mebibytes"],
        "cpu_milliseconds_a_row": round(1000 * cpu_seconds / manifest.num_rows, 3),
        "steps": steps,
    }


def compare(few: dict[str, object], many: dict[str, object]) -> dict[str, float]:
    """The most rows beside the fewest."""
    figures = ("rows", "peak_mebibytes", "cpu_milliseconds_a_row")
    return {f"{figure}_ratio": round(float(str(many[figure])) / float(str(few[figure])), 3) for figure in figures}


def peak_mebibytes() -> float:
    """Of this process alone: what getrusage tells begins with the memory of the process that started it."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return round(int(fields["VmHWM"].split()[0]) / 1024, 1)


if __name__ == "__main__":
    main()
