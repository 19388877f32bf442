"""Shows predictions on the terminal."""

import json
from collections.abc import Sequence

from rich.table import Table

from models.labelling import Labelling
from pipeline.commands.terminal import console, escaped, folding_column, key_column
from pipeline.prediction.records import VideoPrediction
from pipeline.prediction.writers import as_object


def show_clip(labelling: Labelling, probabilities: Sequence[float], as_json: bool) -> None:
    """Print the probability of each class; where a clip may have several, also which ones it has, and by which thresholds."""
    scores = dict(zip(labelling.classes, probabilities, strict=True))
    if as_json:
        print(json.dumps(_as_object(labelling, scores) if labelling.has_several else scores))
        return
    thresholds = labelling.thresholds_by_class
    columns = (folding_column(name, "right") for name in ("probability", *["threshold"] * bool(thresholds)))
    table = Table(key_column("class"), *columns, box=None)
    for label, probability in sorted(scores.items(), key=lambda pair: -pair[1]):
        numbers = [probability, *([thresholds[label]] if thresholds else [])]
        table.add_row(escaped(label), *(f"{number:.4f}" for number in numbers))
    console.print(table)
    if labelling.has_several:
        found = ", ".join(labelling.labels(probabilities)) or f"none; the best is {max(scores, key=scores.__getitem__)}"
        console.print(f"labels: {escaped(found)}", highlight=False)


def _as_object(labelling: Labelling, scores: dict[str, float]) -> dict[str, object]:
    return {
        "labels": {label: scores[label] for label in labelling.labels(list(scores.values()))},
        "best": max(scores, key=scores.__getitem__),
        "probabilities": scores,
        "thresholds": labelling.thresholds_by_class,
    }


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
            table.add_row(escaped(prediction.video), "", "", escaped(prediction.reason or _nothing(prediction)), "")
    console.print(table)


def _nothing(prediction: VideoPrediction) -> str:
    best = prediction.best
    if best is None or best.threshold is None:
        return "no action"
    return f"none; the best is {best.label} with {best.score:.3f}"
