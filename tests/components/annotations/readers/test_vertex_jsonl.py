"""Vertex AI's JSON Lines."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, FindBy, Segment, Source
from tests.components.annotations.readers.reading import outline, read, read_reject, read_segment

NAME = "data.jsonl"
CARTWHEEL = {"displayName": "cartwheel", "startTime": "1.0s", "endTime": "12.5s"}
HORSE = {"displayName": "horse", "xMin": "0.25", "yMin": 0.5, "xMax": "0.75", "yMax": "1.000000"}
BOX = (0.25, 0.5, 0.75, 1.0)


def line(**fields: Any) -> str:
    return json.dumps({"videoGcsUri": "gs://demo/folder/video1.mp4"} | fields) + "\n"


def test_each_action_of_a_video_is_a_segment(tmp_path: Path) -> None:
    swing = {"displayName": "swing", "endTime": "2s"}
    text = line(timeSegmentAnnotations=[CARTWHEEL, swing]) + line(timeSegmentAnnotations=[swing])
    assert read(tmp_path, text, NAME) == [
        Segment("video1.mp4", "cartwheel", Source(NAME, 1), 1, 12.5, find_by=FindBy.NAME),
        Segment("video1.mp4", "swing", Source(NAME, 1), 0, 2, find_by=FindBy.NAME),
        Segment("video1.mp4", "swing", Source(NAME, 2), 0, 2, find_by=FindBy.NAME),
    ]


@pytest.mark.parametrize("key", ["aiplatform.googleapis.com/ml_use", "ml_use"])
@pytest.mark.parametrize(
    ("use", "split"), [("training", "train"), ("test", "test"), ("validation", "eval"), ("unassigned", None)]
)
def test_the_use_is_the_split(tmp_path: Path, key: str, use: str, split: str | None) -> None:
    text = line(timeSegmentAnnotations=[CARTWHEEL], dataItemResourceLabels={key: use})
    assert read_segment(tmp_path, text, NAME).split == split


@pytest.mark.parametrize("end", ["Infinity", "infs", None])
def test_an_end_that_is_that_of_the_video(tmp_path: Path, end: str | None) -> None:
    segment = read_segment(tmp_path, line(timeSegmentAnnotations=[CARTWHEEL | {"endTime": end}]), NAME)
    assert (segment.start, segment.end) == (1, None)


def test_equal_times_are_a_key_frame(tmp_path: Path) -> None:
    segment = read_segment(tmp_path, line(timeSegmentAnnotations=[CARTWHEEL | {"startTime": "12.5s"}]), NAME)
    assert (segment.start, segment.end) == (11, 14)


def test_annotated_parts_without_an_action_are_negative_examples(tmp_path: Path) -> None:
    parts = [{"startTime": "0s", "endTime": "9s"}, {"startTime": "20s"}]
    records = read(tmp_path, line(timeSegments=parts), NAME)
    assert [(record.start, record.end, record.is_negative) for record in records if isinstance(record, Segment)] == [
        (0, 9, True),
        (20, None, True),
    ]


def test_annotated_parts_with_an_action_are_no_annotation_of_their_own(tmp_path: Path) -> None:
    text = line(timeSegments=[{"endTime": "60s"}], timeSegmentAnnotations=[CARTWHEEL])
    assert outline(read(tmp_path, text, NAME)) == [(1, "cartwheel")]


def test_of_a_video_without_annotations_nothing_is_known(tmp_path: Path) -> None:
    reject = read_reject(tmp_path, line(timeSegmentAnnotations=[]), NAME)
    assert (reject.reason, reject.video) == (Reason.LABEL_MISSING, "video1.mp4")


@pytest.mark.parametrize(
    ("key", "instance", "time"),
    [
        ("temporalBoundingBoxAnnotations", "instanceId", "timeOffset"),
        ("TemporalBoundingBoxAnnotations", "instanceId", "timeOffset"),
        ("temporal_bounding_box_annotations", "instance_id", "time_offset"),
    ],
)
def test_a_tracked_object_is_one_segment_with_its_boxes(tmp_path: Path, key: str, instance: str, time: str) -> None:
    boxes = [HORSE | {instance: "3", time: seconds} for seconds in ("4.000000s", "2s")]
    segment = read_segment(tmp_path, line(**{key: boxes}), NAME)
    assert (segment.label, segment.start, segment.end) == ("horse", 2, 4)
    assert segment.boxes == (Box(2, *BOX), Box(4, *BOX))


def test_boxes_without_an_instance_are_objects_of_their_own(tmp_path: Path) -> None:
    boxes = [HORSE | {"instanceId": "-1", "timeOffset": "5s"}, HORSE | {"timeOffset": "6s"}]
    records = read(tmp_path, line(temporalBoundingBoxAnnotations=boxes), NAME)
    assert [(record.start, record.end) for record in records if isinstance(record, Segment)] == [(3.5, 6.5), (4.5, 7.5)]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"videoGcsUri": "videos/a.mp4"}, Reason.PATH_INVALID),
        ({"videoGcsUri": ["gs://a/b.mp4"]}, Reason.ROW_MALFORMED),
        ({"timeSegmentAnnotations": {"displayName": "x"}}, Reason.ROW_MALFORMED),
        ({"timeSegmentAnnotations": ["x"]}, Reason.ROW_MALFORMED),
        ({"timeSegments": "0s"}, Reason.ROW_MALFORMED),
        ({"dataItemResourceLabels": "test"}, Reason.ROW_MALFORMED),
        ({"dataItemResourceLabels": {"ml_use": "holdout"}}, Reason.SPLIT_UNKNOWN),
        ({"timeSegmentAnnotations": [{"startTime": "1s"}]}, Reason.LABEL_MISSING),
        ({"timeSegmentAnnotations": [CARTWHEEL | {"startTime": "1m"}]}, Reason.TIME_INVALID),
        ({"timeSegmentAnnotations": [CARTWHEEL | {"startTime": "13s"}]}, Reason.END_BEFORE_START),
        ({"temporalBoundingBoxAnnotations": [HORSE]}, Reason.TIME_INVALID),
        ({"temporalBoundingBoxAnnotations": [HORSE | {"timeOffset": "1s", "xMax": 0.25}]}, Reason.BOX_INVALID),
        ({"temporalBoundingBoxAnnotations": [HORSE | {"timeOffset": "1s", "displayName": ""}]}, Reason.LABEL_MISSING),
    ],
)
def test_bad_lines_cost_themselves_only(tmp_path: Path, fields: dict[str, Any], reason: Reason) -> None:
    good = line(timeSegmentAnnotations=[CARTWHEEL])
    assert outline(read(tmp_path, good + line(**fields) + good, NAME)) == [
        (1, "cartwheel"),
        (2, reason),
        (3, "cartwheel"),
    ]


def test_a_line_that_is_no_json(tmp_path: Path) -> None:
    text = line(timeSegmentAnnotations=[CARTWHEEL]) + "{'videoGcsUri': 'gs://a/b.mp4'}\n"
    assert outline(read(tmp_path, text, NAME)) == [(1, "cartwheel"), (2, Reason.ROW_MALFORMED)]
