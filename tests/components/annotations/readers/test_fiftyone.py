"""FiftyOne: temporal detections as labels.json, and in the samples.json of a whole data set."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.annotations.readers.detect import detect_format
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Record, Segment, Source, TimeUnit
from foundation.messages.errors import UserError
from tests.components.annotations.readers import reading


def labels(*detections: Any, classes: Any = ("wave", "clap")) -> str:
    return json.dumps({"classes": classes and list(classes), "labels": {"c00": list(detections)}}, indent=4)


def samples(*fields: dict[str, Any]) -> str:
    common = {"_media_type": "video", "metadata": {"frame_rate": 25.0}}
    return json.dumps({"samples": [{"filepath": "data/c00.mp4", **common, **each} for each in fields]})


def detections(*items: Any) -> dict[str, Any]:
    return {"_cls": "TemporalDetections", "detections": [{"_cls": "TemporalDetection", **item} for item in items]}


def read(folder: Path, content: str, **config: Any) -> list[Record]:
    return reading.read(folder, content, "labels.json", **config)


def test_a_support_is_frames_from_1_and_both_are_included(tmp_path: Path) -> None:
    assert read(tmp_path, labels({"label": 0, "support": [1, 40]}, {"label": "clap", "timestamps": [0.5, 2.0]})) == [
        Segment("c00", "wave", Source("labels.json", 1), 0.0, 40.0, TimeUnit.FRAMES, find_by=FindBy.NAME),
        Segment("c00", "clap", Source("labels.json", 2), 0.5, 2.0, find_by=FindBy.NAME),
    ]
    assert detect_format(tmp_path / "labels.json") == "fiftyone"


def test_without_classes_the_labels_are_names(tmp_path: Path) -> None:
    (record,) = read(tmp_path, labels({"label": "wave", "support": [1, 2]}, classes=None))
    assert record.label == "wave"


def test_a_rate_that_is_given_makes_seconds_of_frames(tmp_path: Path) -> None:
    (record,) = read(tmp_path, labels({"label": 0, "support": [26, 50]}), frame_rate=25)
    assert isinstance(record, Segment)
    assert (record.start, record.end) == (1.0, 2.0)


def test_a_whole_data_set_has_fields_of_labels_and_tags(tmp_path: Path) -> None:
    fields = {"events": detections({"label": "wave", "support": [13, 50]}), "tags": ["day 1", "validation"]}
    scene = {
        "scene": {"_cls": "Classification", "label": "kitchen"},
        "boxes": {"_cls": "Detections", "detections": [1]},
    }
    first, second = read(tmp_path, samples({**fields, **scene}))
    assert first == Segment(
        "c00.mp4", "wave", Source("labels.json", 1), 12.0, 50.0, TimeUnit.FRAMES, split="eval", find_by=FindBy.NAME
    )
    assert (second.label, isinstance(second, Segment) and second.end) == ("kitchen", None)
    (named,) = read(tmp_path, samples({**fields, **scene}), label_field="scene")
    assert named.label == "kitchen"
    with pytest.raises(UserError, match=r"has no labels in a field 'mood'; found: events, scene"):
        read(tmp_path, samples({**fields, **scene}), label_field="mood")


def test_each_bad_label_is_accounted_for(tmp_path: Path) -> None:
    bad = [
        7,
        {"label": 2, "support": [1, 2]},
        {"support": [1, 2]},
        {"label": 0, "support": [0, 2]},
        {"label": 0, "support": [3, 2]},
        {"label": 0},
        {"label": 0, "timestamps": [2, 1]},
        {"label": 1, "support": [2, 2]},
    ]
    assert reading.outline(read(tmp_path, labels(*bad))) == [
        (1, Reason.ROW_MALFORMED), (2, Reason.LABEL_UNKNOWN), (3, Reason.LABEL_MISSING), (4, Reason.TIME_INVALID),
        (5, Reason.TIME_INVALID), (6, Reason.TIME_INVALID), (7, Reason.END_BEFORE_START), (8, "clap"),
    ]  # fmt: skip


def test_a_video_without_labels_is_in_the_ledger(tmp_path: Path) -> None:
    assert reading.outline(read(tmp_path, labels(), format="fiftyone")) == [(1, Reason.LABEL_MISSING)]
    assert reading.outline(read(tmp_path, samples({"events": detections()}))) == [(1, Reason.LABEL_MISSING)]
