"""Suggestions in files: what the generic reader reads back is what was suggested."""

import json
from pathlib import Path

from components.annotations.config import DataConfig
from components.annotations.readers.detect import read_annotations
from components.annotations.records.record import Segment
from pipeline.suggestion.spans import Suggestion
from pipeline.suggestion.writing import as_csv, as_json, as_segments
from tests.pipeline.suggestion.spanning import CLASSES, span

SUGGESTIONS = [
    Suggestion(span("day 1/a.mp4", (0.5, 0.25, 0.25), start=1.23456, end=2.5, group="ann"), "sit", 0.5, 1.0, "a, b; c"),
    Suggestion(span("b.mp4", (0.25, 0.5, 0.25)), "fall", 0.5, 0.25, "unsure"),
]


def test_a_table_is_read_back_as_annotations(tmp_path: Path) -> None:
    path = tmp_path / "suggestions.csv"
    path.write_text(as_csv(SUGGESTIONS))
    found = read_annotations(DataConfig(annotations=str(path), videos=str(tmp_path)))
    rows = [record for record in found.records if isinstance(record, Segment)]
    assert [(row.video, row.start, row.end, row.label, row.group) for row in rows] == [
        ("day 1/a.mp4", 1.235, 2.5, "sit", "ann"),
        ("b.mp4", 0.0, 1.0, "fall", None),
    ]
    assert found.assumptions == ()


def test_json_has_the_probabilities_of_all_classes() -> None:
    found = json.loads(as_json(SUGGESTIONS, CLASSES, "action/7"))
    assert found["model"] == "action/7"
    assert found["suggestions"][1] == {
        "path": "b.mp4", "start_seconds": 0.0, "end_seconds": 1.0, "label": "fall", "group": "", "probability": 0.5,
        "score": 0.25, "why": "unsure", "probabilities": {"sit": 0.25, "fall": 0.5, "walk": 0.25},
    }  # fmt: skip


def test_annotations_for_tools_have_scores_and_no_group_that_nobody_told() -> None:
    first, second = as_segments(SUGGESTIONS, "videos")
    assert (first.start, first.group, first.metadata) == (1.235, "ann", {"score": 1.0})
    assert second.group is None
