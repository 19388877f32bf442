"""COIN: timed steps of a task."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.annotations.readers.detect import detect_format
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Segment, Source
from foundation.messages.errors import UserError
from tests.components.annotations.readers import reading


def database(*steps: Any, **more: Any) -> str:
    video = {"recipe_type": 13, "subset": "training", "start": 0.5, "end": 9.5, "class": "MakeTea", "annotation": steps}
    return json.dumps({"database": {"c00": {**video, **more}}})


def step(start: Any = 0.5, end: Any = 2.0, label: Any = "pour water") -> dict[str, Any]:
    return {"id": "12", "segment": [start, end], "label": label}


def read(folder: Path, content: str, **config: Any) -> list[Any]:
    return reading.read(folder, content, "COIN.json", format="coin", **config)


def test_the_steps_are_the_segments(tmp_path: Path) -> None:
    first = Segment("c00", "pour water", Source("COIN.json", 1), 0.5, 2.0, split="train", find_by=FindBy.NAME)
    assert read(tmp_path, database(step(), step(3, 4, "stir"))) == [
        first,
        Segment("c00", "stir", Source("COIN.json", 2), 3.0, 4.0, split="train", find_by=FindBy.NAME),
    ]
    assert detect_format(tmp_path / "COIN.json") == "coin"


def test_the_task_may_be_the_label(tmp_path: Path) -> None:
    (record,) = read(tmp_path, database(step(), step()), label_field="class")
    assert (record.label, record.start, record.end) == ("MakeTea", 0.5, 9.5)
    with pytest.raises(UserError, match=r"data\.label_field is 'task'; COIN has label and class"):
        read(tmp_path, database(step()), label_field="task")


def test_each_bad_element_is_accounted_for(tmp_path: Path) -> None:
    steps = [7, step(label=""), step(end=None), step(2, 1), step()]
    assert reading.outline(read(tmp_path, database(*steps))) == [
        (1, Reason.ROW_MALFORMED), (2, Reason.LABEL_MISSING), (3, Reason.TIME_INVALID), (4, Reason.END_BEFORE_START),
        (5, "pour water"),
    ]  # fmt: skip
    assert reading.outline(read(tmp_path, database())) == [(1, Reason.LABEL_MISSING)]
    assert reading.outline(read(tmp_path, database(annotation=7))) == [(1, Reason.ROW_MALFORMED)]
