"""What checking frames costs, beside the decoding that ingest does.

    .venv/bin/python -m benchmarks.checking [--data demo/data]

CPU seconds of this process and its decoders, which other work on the machine hardly changes, for: `ingest`, the clips of all
segments as JPEG, a part of what VideoExampleGen does; `check`, measures of all videos and the checks on them. Prints JSON.
"""

import argparse
import json
import resource
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from components.annotation_validator.inspection import Inspection
from components.annotation_validator.measuring import measure_videos
from components.annotations.checks.config import ChecksConfig
from components.annotations.checks.finding import CheckInputs, run_checks
from components.annotations.checks.pixels import PIXEL_CHECKS
from components.annotations.config import DataConfig
from components.annotations.fetch import load_annotations
from components.storage.root import LocalRoot
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video_example_gen.alignment import span_of

_SAMPLING = SamplingConfig()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("demo/data"))
    folder = parser.parse_args().data
    root = LocalRoot(folder)
    data = DataConfig(annotations=str(folder / "annotations.csv"), videos=str(folder))
    inputs = Inspection().inputs(load_annotations(data), root)
    ingest = cpu_seconds(lambda: read_all_clips(inputs, folder))
    check = cpu_seconds(lambda: check_frames(inputs, root))
    ratio = round(check / ingest, 2)
    print(
        json.dumps(
            {"clips": len(inputs.segments), "ingest": ingest, "check": check, "check_to_ingest": ratio}, indent=2
        )
    )


def read_all_clips(inputs: CheckInputs, folder: Path) -> None:
    """What ingest reads, without writing it."""
    with Decoder() as decoder:
        for video, segments in inputs.by_video.items():
            for _ in decoder.read_clips(folder / video, [span_of(segment.record) for segment in segments], _SAMPLING):
                pass


def check_frames(inputs: CheckInputs, root: LocalRoot) -> None:
    """Measures and what is concluded from them."""
    measures = measure_videos(inputs, root, _SAMPLING, num_decoders=1)
    run_checks(PIXEL_CHECKS, replace(inputs, measures=measures), ChecksConfig())


def cpu_seconds(work: Callable[[], None]) -> float:
    """Computing time of `work` and of the child processes that end in it."""

    def used() -> float:
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in usages)

    before = used()
    work()
    return round(used() - before, 2)


if __name__ == "__main__":
    main()
