"""How well the actions in long videos of people who were never seen are found.

    .venv/bin/python -m benchmarks.long_videos --model demo/run/serving/action [--seed 7] [--people 4]

Draws long videos of people who are in no demo data set of the seed, predicts their segments as `clipgate predict --segments`
does without further options, and prints JSON: precision, recall and F1 at an IoU of 0.5 with the annotations, overall and by
class.
"""

import argparse
import csv
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.matching import LabelledSpan, match
from components.video.decoder import Decoder
from examples import demo_data, planning
from pipeline.prediction.classifier import Classifier
from pipeline.prediction.config import SegmentsConfig
from pipeline.prediction.defaults import choose_background, choose_windows
from pipeline.prediction.videos import LongVideos, VideoPredictor

MIN_IOU = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--people", type=int, default=4)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        demo_data.generate(
            Path(folder), **{**planning.LONG_VIDEOS, "seed": arguments.seed, "num_people": arguments.people}
        )
        print(json.dumps(measure(arguments.model, Path(folder)), indent=2))


def measure(model: Path, folder: Path) -> dict[str, Any]:
    """The result on a data set of the demo's form in `folder`."""
    classifier = Classifier(model)
    background = choose_background(classifier.classes, None)
    config = LongVideos(choose_windows(classifier.info, background), SegmentsConfig(background=background))
    annotated = read_spans(folder)
    found: list[LabelledSpan] = []
    started = time.monotonic()
    video_seconds = 0.0
    with Decoder() as decoder:
        predictor = VideoPredictor(classifier, decoder)
        for video in sorted({span.video for span in annotated}):
            prediction = predictor.predict_segments(folder / video, config)
            video_seconds += prediction.duration_seconds
            found += [
                LabelledSpan(video, segment.label, segment.start_seconds, segment.end_seconds, segment.score)
                for segment in prediction.segments
            ]
    return {
        "windows_seconds": config.windows.lengths_seconds,
        "step_seconds": config.windows.step_seconds,
        "background": background,
        "video_seconds": round(video_seconds, 1),
        "prediction_seconds": round(time.monotonic() - started, 1),
        **_agreement(found, annotated),
        "by_class": {
            label: _agreement(*([span for span in spans if span.label == label] for spans in (found, annotated)))
            for label in sorted({span.label for span in annotated})
        },
    }


def read_spans(folder: Path) -> list[LabelledSpan]:
    with (folder / "annotations.csv").open(newline="") as file:
        return [
            LabelledSpan(row["path"], row["label"], float(row["start_seconds"]), float(row["end_seconds"]))
            for row in csv.DictReader(file)
        ]


def _agreement(found: Sequence[LabelledSpan], annotated: Sequence[LabelledSpan]) -> dict[str, Any]:
    agreement = match(found, annotated, MIN_IOU)
    return {
        "annotated": agreement.num_annotated,
        "predicted": agreement.num_predicted,
        "precision": round(agreement.precision, 3),
        "recall": round(agreement.recall, 3),
        "f1": round(agreement.f1, 3),
    }


if __name__ == "__main__":
    main()
