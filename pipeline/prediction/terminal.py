"""Shows predictions on the terminal."""

import json
from collections.abc import Sequence

from rich.table import Table

from pipeline.commands.terminal import console, escaped, folding_column, key_column
from pipeline.prediction.records import VideoPrediction
from pipeline.prediction.writers import as_object


def show_clip(classes: Sequence[str], probabilities: Sequence[float], as_json: bool) -> None:
    pairs = list(zip(classes, probabilities, strict=True))
    if as_json:
        print(json.dumps(dict(pairs)))
        return
    table = Table(key_column("class"), folding_column("probability", "right"), box=None)
    for label, probability in sorted(pairs, key=lambda pair: -pair[1]):
        table.add_row(escaped(label), f"{probability:.4f}")
    console.print(table)


def show_predictions(predictions: Sequence[VideoPrediction], classes: Sequence[str], as_json: bool) -> None:
    """Print a row for each segment, and for each video without one."""
    if as_json:
        print(json.dumps([as_object(prediction, classes) for prediction in predictions]))
        return
    bounds = (folding_column(name, "right") for name in ("start", "end"))
    table = Table(key_column("video"), *bounds, folding_column("label"), folding_column("score", "right"), box=None)
    for prediction in predictions:
        for segment in prediction.segments:
            times = f"{segment.start_seconds:.2f}", f"{segment.end_seconds:.2f}"
            table.add_row(escaped(prediction.video), *times, escaped(segment.label), f"{segment.score:.3f}")
        if not prediction.segments:
            table.add_row(escaped(prediction.video), "", "", escaped(prediction.reason or "no action"), "")
    console.print(table)
