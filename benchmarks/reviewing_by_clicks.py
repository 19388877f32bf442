"""What a review in the browser is worth: planted defects, found by checks, mended by clicks, and what models learn then.

    .venv/bin/python -m benchmarks.reviewing_by_clicks [--people 24] [--epochs 16] [--seeds 2]

Demo data with long rests between the actions. Of all people but the test people, half of the segments get bounds that are
0.5 to 2 s too wide, one of eight another label, and some videos a copy under another name and person. A script of clicks in
Chromium opens every finding of `clipgate review --frames` and each of its clips, and decides as a person who looks; `clipgate
apply` writes what was decided. Beside it stand what `clipgate check --frames --fix` writes, and the data without any defect.
Trainings with the configuration of the demo, the same seeds and as many epochs, are tested on the test people's rows.

Prints JSON: how many of the planted rows findings led to, how many are right afterwards, how many of the others were changed,
and the mean recall of the classes. Needs Chromium.
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.fixing import recall
from benchmarks.planted_rows import people_of
from benchmarks.review_campaign import apply, compare, configure, fixed, plant, review
from pipeline.config import load_config

_SHARE_OF_TEST, _SHARE_OF_EVALUATION = 0.25, 0.15


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("examples/demo.yaml"))
    parser.add_argument("--people", type=int, default=24)
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--seeds", type=int, default=2)
    arguments = parser.parse_args()
    settings = load_config(arguments.config)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        planted, test = plant(folder, arguments.people, _SHARE_OF_TEST)
        config = configure(folder)
        by_fix, by_unsafe_fix = fixed(config, "fixed.csv"), fixed(config, "fixed_unsafe.csv", "--unsafe-fixes")
        result = review(config, planted)
        corrected = {
            "faulty": planted.faulty,
            "by clicks": apply(config),
            "by --fix": by_fix,
            "without defects": [row for row in planted.right if row],
        }
        result["rows"] = {when: compare(planted, rows) for when, rows in corrected.items()}
        result["rows"]["by --fix --unsafe-fixes"] = compare(planted, by_unsafe_fix)
        print(json.dumps(result, indent=2), file=sys.stderr)
        people = people_of([row for row in planted.right if row], _SHARE_OF_EVALUATION)
        result["mean recall"] = {}
        for number, (when, rows) in enumerate(corrected.items()):
            parts = {
                "train": [row for row in rows if row.group not in people],
                "evaluation": [row for row in rows if row.group in people],
                "test": test,
            }
            recalls = [
                recall(folder, f"part_{number}", parts, settings, arguments.epochs, seed)
                for seed in range(arguments.seeds)
            ]
            result["mean recall"][when] = [round(statistics.fmean(each.values()), 3) for each in recalls]
            print(when, result["mean recall"][when], file=sys.stderr)
        print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
