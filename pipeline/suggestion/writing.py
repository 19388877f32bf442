"""Suggestions as a table, as JSON, and as annotations for a tool in which people correct them. Pure.

The table is read back by `review` and `apply`, so no text in it is changed for spreadsheets.
"""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from components.annotations.records.record import Segment, Source
from components.annotations.writers.content import SCORE
from pipeline.suggestion.spans import Suggestion

# The first five are columns of the annotations that `clipgate run` reads.
COLUMNS = ("path", "start_seconds", "end_seconds", "label", "group", "probability", "score", "why")


def as_csv(suggestions: Sequence[Suggestion]) -> str:
    """A row for each, the best first."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_row(each)[name] for name in COLUMNS] for each in suggestions)
    return file.getvalue()


def as_json(suggestions: Sequence[Suggestion], classes: Sequence[str], model: str) -> str:
    """An object with the version of the model and a list, the best first, with the probabilities of all classes."""
    found = [
        {**_row(each), "probabilities": dict(zip(classes, each.span.probabilities.round(6).tolist(), strict=True))}
        for each in suggestions
    ]
    return json.dumps({"model": model, "suggestions": found}, indent=2, ensure_ascii=False) + "\n"


def as_segments(suggestions: Sequence[Suggestion], videos: str) -> list[Segment]:
    """Annotations as writers take them; `videos`: the folder, which stands for the file that they are from."""
    return [
        Segment(
            each.span.video,
            each.label,
            Source(videos, rank),
            _seconds(each.span.start_seconds),
            _seconds(each.span.end_seconds),
            group=each.span.group or None,
            metadata={SCORE: round(each.score, 6)},
        )
        for rank, each in enumerate(suggestions, start=1)
    ]


def _row(suggestion: Suggestion) -> dict[str, Any]:
    span = suggestion.span
    return {
        "path": span.video,
        "start_seconds": _seconds(span.start_seconds),
        "end_seconds": _seconds(span.end_seconds),
        "label": suggestion.label,
        "group": span.group,
        "probability": round(suggestion.probability, 6),
        "score": round(suggestion.score, 6),
        "why": suggestion.why,
    }


def _seconds(seconds: float) -> float:
    return round(seconds, 3)
