"""What one more clip costs in each stage of a run.

    .venv/bin/python -m benchmarks.scale --config examples/demo.yaml

Runs the pipeline on two sets of demo data, of which the second has `--times` as many people, training for one epoch each, and
prints JSON: CPU milliseconds and bytes that a stage takes for each additional clip, and its CPU seconds without any clip.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.stages import measure
from examples import demo_data
from pipeline.config import Config, load_config


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--people", type=int, default=16)
    parser.add_argument("--times", type=int, default=4)
    arguments = parser.parse_args()
    config = load_config(arguments.config)
    with tempfile.TemporaryDirectory() as name:
        small, large = (run(config, Path(name, str(n)), n * arguments.people) for n in (1, arguments.times))
    print(json.dumps(compare(small, large), indent=2))


def run(config: Config, folder: Path, num_people: int) -> dict[str, Any]:
    """One run on demo data of so many people: its number of clips and its stages."""
    data = demo_data.generate(folder, num_people=num_people)
    changes = {
        "data": config.data.model_copy(update={"annotations": str(data.annotations_path), "videos": str(folder)}),
        "training": config.training.model_copy(update={"epochs": 1, "warmup_epochs": 0}),
    }
    return {"clips": data.num_segments, **measure(config.model_copy(update=changes))}


def compare(small: dict[str, Any], large: dict[str, Any]) -> dict[str, Any]:
    """The slopes of all stages between two runs, and where their lines begin."""
    num_more = large["clips"] - small["clips"]
    stages = {}
    for name, more in large["stages"].items():
        fewer = small["stages"][name]
        slope = (more["cpu_seconds"] - fewer["cpu_seconds"]) / num_more
        stages[name] = {
            "cpu_milliseconds_per_clip": round(1000 * slope, 2),
            "bytes_per_clip": round((more["bytes"] - fewer["bytes"]) / num_more),
            "cpu_seconds_without_clips": round(fewer["cpu_seconds"] - slope * small["clips"], 1),
        }
    peaks = [result["whole_run"]["peak_mebibytes"] for result in (small, large)]
    return {"clips": [small["clips"], large["clips"]], "peak_mebibytes": peaks, "stages": stages}


if __name__ == "__main__":
    main()
