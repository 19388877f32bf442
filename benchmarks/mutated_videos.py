"""Damaged videos by the thousand: none may crash ingest, stop it, make it grow, or get lost.

    .venv/bin/python -m benchmarks.mutated_videos [--count 3000] [--seed 0] [--videos FOLDER]

Flips bits, cuts, splices headers and repeats parts of generated videos (and of the files in FOLDER), ingests each result, and
prints JSON: how many ended as clips and how many with which reason, and the memory of the process before and after.
"""

import argparse
import json
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks.videos import write_video
from components.annotations.records.record import Reject, Segment, Source, TimeUnit
from components.storage.local import LocalRoot
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video_example_gen.ingest import Accepted, IngestedClip, VideoIngest, VideoTask

_SAMPLING = SamplingConfig(
    num_frames=8, short_side=64, max_stall_seconds=20, max_cpu_seconds=60, max_memory_megabytes=1024
)
_HEAD_SIZE = 4096
_CODECS = (("mp4v", ".mp4"), ("MJPG", ".avi"), ("XVID", ".avi"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--videos", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seeds = write_seeds(Path(folder))
        if arguments.videos:
            seeds += [path.read_bytes() for path in sorted(arguments.videos.iterdir()) if path.is_file()]
        print(json.dumps(run(seeds, Path(folder), arguments.count, arguments.seed), indent=2))


def write_seeds(folder: Path) -> list[bytes]:
    """Small whole videos, one a codec."""
    contents = []
    rng = np.random.default_rng(0)
    for codec, suffix in _CODECS:
        path = folder / f"seed{suffix}"
        write_video(path, list(rng.integers(0, 256, (40, 64, 96, 3), np.uint8)), 25, codec)
        contents.append(path.read_bytes())
    return contents


def run(seeds: list[bytes], folder: Path, count: int, seed: int) -> dict[str, Any]:
    """Ingest `count` mutations.

    Raises:
      AssertionError: an annotation was not accounted for exactly once.
    """
    rng = random.Random(seed)
    outcomes: Counter[str] = Counter()
    process = psutil.Process()
    memory_before = 0
    with Decoder() as decoder:
        ingest = VideoIngest(LocalRoot(folder), _SAMPLING, None, decoder)
        for number in range(count):
            path = folder / f"mutated{number}.mp4"
            path.write_bytes(mutate(rng, seeds))
            outcomes[_outcome(ingest, path)] += 1
            path.unlink()
            if number == count // 10:
                memory_before = process.memory_info().rss
    return {
        "videos": count,
        "outcomes": dict(outcomes.most_common()),
        "memory_mebibytes_after_a_tenth": memory_before >> 20,
        "memory_mebibytes_at_the_end": process.memory_info().rss >> 20,
    }


def mutate(rng: random.Random, seeds: list[bytes]) -> bytes:
    """One of the seeds, damaged once to four times."""
    content = bytearray(rng.choice(seeds))
    for _ in range(rng.randint(1, 4)):
        rng.choice(_MUTATIONS)(rng, content, seeds)
    return bytes(content)


def _flip_bits(rng: random.Random, content: bytearray, seeds: list[bytes]) -> None:
    # Headers are a small part of a file and the most delicate one.
    reach = len(content) if rng.random() < 0.5 else min(_HEAD_SIZE, len(content))
    for _ in range(rng.randint(1, 64) if reach else 0):
        content[rng.randrange(reach)] ^= 1 << rng.randrange(8)


def _truncate(rng: random.Random, content: bytearray, seeds: list[bytes]) -> None:
    del content[rng.randint(0, len(content)) :]


def _splice_header(rng: random.Random, content: bytearray, seeds: list[bytes]) -> None:
    size = rng.randint(1, _HEAD_SIZE)
    content[:size] = rng.choice(seeds)[:size]


def _overwrite_number(rng: random.Random, content: bytearray, seeds: list[bytes]) -> None:
    value = rng.choice([0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, 0xFFFF])
    position = rng.randrange(max(1, len(content)))
    content[position : position + 4] = value.to_bytes(4, rng.choice(["big", "little"]))


def _move_part(rng: random.Random, content: bytearray, seeds: list[bytes]) -> None:
    start = rng.randint(0, len(content))
    part = content[start : start + rng.randint(1, 8192)]
    position = rng.randint(0, len(content))
    content[position:position] = part


_MUTATIONS: tuple[Callable[[random.Random, bytearray, list[bytes]], None], ...] = (
    _flip_bits,
    _truncate,
    _splice_header,
    _overwrite_number,
    _move_part,
)


def _outcome(ingest: VideoIngest, path: Path) -> str:
    segments = (
        Segment(path.name, "whole", Source("labels.csv", 1)),
        Segment(path.name, "timed", Source("labels.csv", 2), 0.2, 0.9),
        Segment(path.name, "counted", Source("labels.csv", 3), 5, 30, time_unit=TimeUnit.FRAMES),
    )
    results = list(ingest.ingest(VideoTask(path.name, segments, "train")))
    accepted = [result for result in results if isinstance(result, Accepted)]
    rejects = [result for result in results if isinstance(result, Reject)]
    rows = [result.segment.source.row for result in accepted] + [
        reject.source.row for reject in rejects if reject.source
    ]
    assert sorted(rows) == [1, 2, 3], f"{path.name}: rows {sorted(rows)} of 1, 2, 3 are accounted for"
    assert sum(isinstance(result, IngestedClip) for result in results) == len(accepted)
    assert len([reject for reject in rejects if not reject.source]) == (not accepted)
    return "clips" if accepted else rejects[0].reason.value


if __name__ == "__main__":
    main()
