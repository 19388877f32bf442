"""How well a tracker finds people that it never saw.

    .venv/bin/python -m benchmarks.tracker [--config examples/tracker.yaml]

Generates the demo data, of which whole people are assigned to the splits, runs the pipeline with them and a copy of the
configuration, and prints JSON: mean IoU of the boxes on the test split, in the whole frames as they were stored, overall and by
class, and the accuracy of the classes on the same clips.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from components.evaluator.results import CANDIDATE, read_mean_ious, read_slices
from examples import demo_data
from pipeline.config import load_config


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("examples/tracker.yaml"))
    with tempfile.TemporaryDirectory() as folder:
        result = measure(parser.parse_args().config, Path(folder))
    print(json.dumps(result, indent=2))


def measure(config_path: Path, folder: Path) -> dict[str, Any]:
    """A run on data and with an output directory in `folder`."""
    demo_data.generate(folder / "data")
    config = load_config(config_path)
    places = {"annotations": f"{folder}/data/annotations.csv", "videos": f"{folder}/data"}
    data = config.data.model_copy(update=places)
    copy = folder / "config.yaml"
    copy.write_text(config.model_copy(update={"output_dir": f"{folder}/out", "data": data}).model_dump_json())
    started = time.monotonic()
    # What it says belongs to people; standard output is the result's.
    subprocess.run([sys.executable, "-m", "pipeline.cli", "run", "--config", str(copy)], stdout=sys.stderr, check=False)
    evaluations = list((folder / "out/pipeline/Evaluator/evaluation").glob("*"))
    if not evaluations:
        sys.exit("the run failed; see above")
    mean_ious = read_mean_ious(str(evaluations[0]), CANDIDATE)
    groups = [found for found in read_slices(str(evaluations[0]), CANDIDATE) if found.feature == "group"]
    num_clips = sum(found.num_clips for found in groups)
    return {
        "network": config.model.network,
        "preset": config.model.preset,
        "test_people": len(groups),
        "test_clips": num_clips,
        "mean_iou": round(mean_ious.pop(""), 3),
        "mean_iou_by_class": {label: round(value, 3) for label, value in sorted(mean_ious.items())},
        "accuracy": round(sum(found.accuracy * found.num_clips for found in groups) / num_clips, 3),
        "seconds": round(time.monotonic() - started),
    }


if __name__ == "__main__":
    main()
