"""Writes predictions as a table, as JSON, or in the form that ActivityNet's evaluation reads; see `annotations` for tools.

Source of the last one: https://github.com/activitynet/ActivityNet (Evaluation/eval_detection.py): `results` by video id, each
with `label`, `score` and `segment` in seconds; `version` and `external_data` must be there.
"""

import csv
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from foundation.messages.errors import UserError
from pipeline.prediction.cells import path_cell, text_cell
from pipeline.prediction.config import Format
from pipeline.prediction.records import VideoPrediction
from pipeline.prediction.segments import ActionSegment

# The first four are columns of the annotations that `clipgate run` reads.
COLUMNS = ("path", "start_seconds", "end_seconds", "label", "score", "reason", "message")

Writer = Callable[[Sequence[VideoPrediction], Sequence[str], TextIO], None]


def write_csv(predictions: Sequence[VideoPrediction], classes: Sequence[str], file: TextIO) -> None:
    """Write a row for each segment, with the probability of every class, and for each video without one, with the reason.

    A clip with several labels has a row for each, the best first, as annotations have. Where a model was asked by rows of
    annotations, a last column says which row that was.

    The table is for spreadsheets: no text in it is a formula. JSON has names as they are.
    """
    writer = csv.writer(file, lineterminator="\n")
    by_rows = any(prediction.row for prediction in predictions)
    writer.writerow([*COLUMNS, *(f"p_{label}" for label in classes), *["row"] * by_rows])
    for prediction in predictions:
        path = path_cell(prediction.video)
        row = [text_cell(prediction.row)] * by_rows
        for segment in prediction.segments:
            times = (f"{segment.start_seconds:.3f}", f"{segment.end_seconds:.3f}")
            probabilities = [f"{value:.6f}" for value in segment.probabilities]
            writer.writerow(
                [path, *times, text_cell(segment.label), f"{segment.score:.6f}", "", "", *probabilities, *row]
            )
        if prediction.reason or not prediction.segments:
            reason = prediction.reason or "no_action"
            message = prediction.message or prediction.nothing_found
            writer.writerow([path, "", "", "", "", reason, text_cell(message), *[""] * len(classes), *row])


def write_json(predictions: Sequence[VideoPrediction], classes: Sequence[str], file: TextIO) -> None:
    """Write a list of videos, each with its segments."""
    json.dump([as_object(prediction, classes) for prediction in predictions], file, indent=2, ensure_ascii=False)
    file.write("\n")


def write_activitynet(predictions: Sequence[VideoPrediction], classes: Sequence[str], file: TextIO) -> None:
    """Write ActivityNet's detection results; `external_data` names broken videos.

    A video's id is its file's stem, or its whole path where several have that stem.
    """
    stems = Counter(Path(video).stem for video in {prediction.video for prediction in predictions})
    results: dict[str, list[dict[str, Any]]] = {}
    for prediction in predictions:
        stem = Path(prediction.video).stem
        results.setdefault(stem if stems[stem] == 1 else prediction.video, []).extend(
            {"label": segment.label, "score": segment.score, "segment": [segment.start_seconds, segment.end_seconds]}
            for segment in prediction.segments
        )
    # Rows of one video may each have a problem of their own.
    problems = {
        f"{item.video}, {item.row}" if item.row else item.video: f"{item.reason}: {item.message}"
        for item in predictions
        if item.reason
    }
    document = {"version": "VERSION 1.3", "results": results, "external_data": {"problems": problems}}
    json.dump(document, file, indent=2, ensure_ascii=False)
    file.write("\n")


WRITERS: Mapping[str, Writer] = {"csv": write_csv, "json": write_json, "activitynet": write_activitynet}
_BY_SUFFIX: Mapping[str, Format] = {".csv": "csv", ".json": "json", ".xml": "cvat_video", ".eaf": "elan"}


def choose_format(output: Path, wanted: Format | None) -> Format:
    """The format that is wanted, by default that of the file's suffix.

    Raises:
      UserError: neither says what to write.
    """
    if wanted:
        return wanted
    if output.suffix not in _BY_SUFFIX:
        raise UserError(
            f"--output: {output} has to end in .csv, .json, .xml or .eaf, or --format has to say what is written"
        )
    return _BY_SUFFIX[output.suffix]


def as_object(prediction: VideoPrediction, classes: Sequence[str]) -> dict[str, Any]:
    """A video for JSON; where it may have several labels, also with the best one, found or not, and with thresholds."""
    best = prediction.best
    return {
        "video": prediction.video,
        **({"row": prediction.row} if prediction.row else {}),
        "duration_seconds": round(prediction.duration_seconds, 3),
        "reason": prediction.reason or None,
        "message": prediction.message or None,
        "segments": [_segment(segment, classes) for segment in prediction.segments],
        **({"best": _segment(best, classes)} if best and best.threshold is not None else {}),
    }


def _segment(segment: ActionSegment, classes: Sequence[str]) -> dict[str, Any]:
    return {
        "label": segment.label,
        "start_seconds": round(segment.start_seconds, 3),
        "end_seconds": round(segment.end_seconds, 3),
        "score": segment.score,
        **({} if segment.threshold is None else {"threshold": segment.threshold}),
        "probabilities": dict(zip(classes, segment.probabilities, strict=True)),
    }
