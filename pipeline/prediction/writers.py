"""Predictions as files: a table, JSON, or the form that ActivityNet's evaluation reads.

Source of the last one: https://github.com/activitynet/ActivityNet (Evaluation/eval_detection.py): `results` by video id, each
with `label`, `score` and `segment` in seconds; `version` and `external_data` have to be there.
"""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from foundation.messages.errors import UserError
from pipeline.prediction.config import Format
from pipeline.prediction.records import VideoPrediction
from pipeline.prediction.segments import ActionSegment

# The first four are those of the annotations that `clipgate run` reads.
COLUMNS = ("path", "start_seconds", "end_seconds", "label", "score", "reason", "message")

Writer = Callable[[Sequence[VideoPrediction], Sequence[str], TextIO], None]


def write_csv(predictions: Sequence[VideoPrediction], classes: Sequence[str], file: TextIO) -> None:
    """A row a segment, with the probability of every class; a row for each video in which there is none, with the reason."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*COLUMNS, *(f"p_{label}" for label in classes)])
    for prediction in predictions:
        for segment in prediction.segments:
            times = (f"{segment.start_seconds:.3f}", f"{segment.end_seconds:.3f}")
            probabilities = [f"{value:.6f}" for value in segment.probabilities]
            writer.writerow([prediction.video, *times, segment.label, f"{segment.score:.6f}", "", "", *probabilities])
        if prediction.reason or not prediction.segments:
            reason = prediction.reason or "no_action"
            message = prediction.message or "no class reached the threshold"
            writer.writerow([prediction.video, "", "", "", "", reason, message, *[""] * len(classes)])


def write_json(predictions: Sequence[VideoPrediction], classes: Sequence[str], file: TextIO) -> None:
    """A list of videos, each with its segments."""
    json.dump([as_object(prediction, classes) for prediction in predictions], file, indent=2, ensure_ascii=False)
    file.write("\n")


def write_activitynet(predictions: Sequence[VideoPrediction], classes: Sequence[str], file: TextIO) -> None:
    """ActivityNet's detection results. Broken videos are named in `external_data`.

    A video's id is its file's stem, or its whole path where several have that stem.
    """
    stems = Counter(Path(prediction.video).stem for prediction in predictions)
    results: dict[str, list[dict[str, Any]]] = {}
    for prediction in predictions:
        stem = Path(prediction.video).stem
        results[stem if stems[stem] == 1 else prediction.video] = [
            {"label": segment.label, "score": segment.score, "segment": [segment.start_seconds, segment.end_seconds]}
            for segment in prediction.segments
        ]
    problems = {item.video: f"{item.reason}: {item.message}" for item in predictions if item.reason}
    document = {"version": "VERSION 1.3", "results": results, "external_data": {"problems": problems}}
    json.dump(document, file, indent=2, ensure_ascii=False)
    file.write("\n")


WRITERS: Mapping[Format, Writer] = {"csv": write_csv, "json": write_json, "activitynet": write_activitynet}


def choose_writer(output: Path, wanted: Format | None) -> Writer:
    """The writer of a format, by default that of the file's suffix.

    Raises:
      UserError: neither says what to write.
    """
    if wanted:
        return WRITERS[wanted]
    writers = {f".{name}": writer for name, writer in WRITERS.items()}
    if output.suffix not in writers:
        raise UserError(f"--output: {output} has to end in .csv or .json, or --format has to say what is written")
    return writers[output.suffix]


@contextmanager
def whole_file(option: str, path: Path) -> Iterator[Path]:
    """A path beside `path` to write to, which takes its place only if all goes well.

    Raises:
      UserError: it cannot be written.
    """
    partial = path.with_name(f"{path.stem}.partial{path.suffix}")
    try:
        yield partial
        partial.replace(path)
    except OSError as error:
        raise UserError(f"{option}: {path} cannot be written: {error.strerror}") from error
    finally:
        if partial.parent.is_dir():
            partial.unlink(missing_ok=True)


def as_object(prediction: VideoPrediction, classes: Sequence[str]) -> dict[str, Any]:
    return {
        "video": prediction.video,
        "duration_seconds": round(prediction.duration_seconds, 3),
        "reason": prediction.reason or None,
        "message": prediction.message or None,
        "segments": [segment_object(segment, classes) for segment in prediction.segments],
    }


def segment_object(segment: ActionSegment, classes: Sequence[str]) -> dict[str, Any]:
    """A segment as JSON, with the probabilities by class."""
    return {
        "label": segment.label,
        "start_seconds": round(segment.start_seconds, 3),
        "end_seconds": round(segment.end_seconds, 3),
        "score": segment.score,
        "probabilities": dict(zip(classes, segment.probabilities, strict=True)),
    }
