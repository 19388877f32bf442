"""Label Studio: tasks, choices and JSON-MIN."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.annotations.readers.detect import detect_format
from components.annotations.records.reasons import Reason
from foundation.messages.errors import UserError
from tests.components.annotations.readers import reading
from tests.components.annotations.readers.label_studio import (
    VIDEO,
    choice,
    keyframe,
    read,
    read_reject,
    read_segment,
    rectangle,
    task,
    timeline,
)


def test_a_choice_is_a_label_of_the_whole_video(tmp_path: Path) -> None:
    segment = read_segment(tmp_path, choice("fight"))
    assert (segment.label, segment.start, segment.end) == ("fight", 0.0, None)


def test_labels_of_a_region_may_be_results_of_their_own(tmp_path: Path) -> None:
    labels = {"id": "r", "from_name": "videoLabels", "type": "labels", "value": {"labels": ["person"]}}
    assert read_segment(tmp_path, rectangle(keyframe(1), labels=None), labels).label == "person"


def test_a_named_control_gives_the_labels(tmp_path: Path) -> None:
    results = (
        timeline(1, 24, "walk"),
        rectangle(keyframe(1)),
        choice("running", name="verb", region="r"),
        choice("outdoors"),
    )
    records = read(tmp_path, task(*results), label_field="verb")
    assert reading.outline(records) == [(1, "running")]
    # Without a name, the control that drew a region gives its labels.
    assert reading.outline(read(tmp_path, task(*results))) == [(1, "walk"), (2, "person"), (3, "outdoors")]
    with pytest.raises(
        UserError, match=r"data\.label_field: .* no result of a control 'mood'; found: actions, box, verb, verdict"
    ):
        read(tmp_path, task(*results), label_field="mood")


def test_regions_of_a_sound_track_are_in_seconds(tmp_path: Path) -> None:
    region = {
        "id": "a",
        "from_name": "sounds",
        "type": "labels",
        "value": {"start": 1.25, "end": 3.5, "labels": ["speech"]},
    }
    segment = read_segment(tmp_path, region)
    assert (segment.label, segment.start, segment.end) == ("speech", 1.25, 3.5)


def test_an_empty_annotation_states_that_nothing_happens(tmp_path: Path) -> None:
    segment = read_segment(tmp_path)
    assert (segment.is_negative, segment.label, segment.video, segment.start, segment.end) == (
        True,
        "",
        "street.mp4",
        0.0,
        None,
    )


def test_an_empty_annotation_beside_another_one_states_nothing(tmp_path: Path) -> None:
    disputed = task(timeline(1, 24, "walk"))
    disputed["annotations"].append({"id": 3, "result": []})
    assert reading.outline(read(tmp_path, disputed)) == [(1, "walk"), (2, Reason.LABEL_MISSING)]


def test_tasks_that_nobody_annotated_or_somebody_skipped_are_no_negatives(tmp_path: Path) -> None:
    skipped = task(timeline(1, 24, "walk"))
    skipped["annotations"][0]["was_cancelled"] = True
    assert read_reject(tmp_path, {"id": 1, "annotations": [], "data": VIDEO})[0] is Reason.LABEL_MISSING
    assert read_reject(tmp_path, skipped) == (Reason.ROW_EXCLUDED, "the annotator skipped the task")


def test_results_that_are_no_labels_are_passed_over(tmp_path: Path) -> None:
    text = {"id": "x", "from_name": "note", "type": "textarea", "value": {"text": ["blurred"]}}
    relation = {"type": "relation", "from_id": "a", "to_id": "b", "direction": "right"}
    assert read_segment(tmp_path, text, relation, timeline(1, 24, "walk")).source.row == 1
    assert read_reject(tmp_path, task(text)) == (Reason.LABEL_MISSING, "no result of the annotation is a label")


def test_each_bad_element_is_accounted_for(tmp_path: Path) -> None:
    tasks = [
        7,
        {"id": 1, "annotations": 7, "data": VIDEO},
        task(7, timeline(1, 24), timeline(1, 24, "walk"), {"id": "y", "from_name": "z", "value": 3}),
        task(timeline(1, 24, "walk"), timeline(2, 24, "run"), data={"text": "none"}),
        task(data=7),
        task(timeline(1, 24, ["walk"])),
    ]
    tasks[2]["annotations"][0]["result"][1]["id"] = "other"
    assert reading.outline(read(tmp_path, *tasks)) == [
        (1, Reason.ROW_MALFORMED),
        (2, Reason.ROW_MALFORMED),
        (3, Reason.ROW_MALFORMED),
        (4, Reason.LABEL_MISSING),
        (5, "walk"),
        (6, Reason.ROW_MALFORMED),
        (7, Reason.ROW_MALFORMED),
        (8, Reason.ROW_MALFORMED),
        (9, Reason.ROW_MALFORMED),
        (10, Reason.ROW_MALFORMED),
    ]


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("/data/upload/3/0a1b2c3d-street_1.mp4", "street_1.mp4"),
        ("https://host/data/upload/3/0a1b2c3d-caf%C3%A9.mp4", "café.mp4"),
        ("/data/local-files/?d=clips%2Fday%201/street.mp4", "street.mp4"),
        ("s3://bucket/day 1/0a1b2c3d-street.mp4", "0a1b2c3d-street.mp4"),
        ("https://host/clips/street.mp4?X-Amz-Signature=abc/def", "street.mp4"),
        ("street.mp4", "street.mp4"),
        ("C:\\clips\\street.mp4", "street.mp4"),
    ],
)
def test_the_video_is_found_by_the_name_that_it_had(tmp_path: Path, location: str, name: str) -> None:
    assert read_segment(tmp_path, choice("fight"), data={"video": location}).video == name


@pytest.mark.parametrize(
    ("data", "config", "name"),
    [
        ({"title": "a", "clip": "/x/a.webm"}, {}, "a.webm"),
        ({"video": "a.mp4", "preview": "b.mp4"}, {}, "a.mp4"),
        ({"first": "a.mp4", "second": "b"}, {"columns": {"path": "second"}}, "b"),
    ],
)
def test_which_key_of_the_data_names_the_video(tmp_path: Path, data: Any, config: Any, name: str) -> None:
    assert read_segment(tmp_path, choice("fight"), data=data, **config).video == name


@pytest.mark.parametrize(
    "data", [{"first": "a.mp4", "second": "b.mp4"}, {"text": "hello"}, {"video": "s3://bucket/"}, {"video": 7}, {}]
)
def test_a_task_without_a_video_is_rejected(tmp_path: Path, data: Any) -> None:
    assert read_reject(tmp_path, task(choice("fight"), data=data))[0] is Reason.ROW_MALFORMED


def test_group_and_split_may_stand_in_the_data(tmp_path: Path) -> None:
    data = {**VIDEO, "person": "ann", "split": "val"}
    segment = read_segment(tmp_path, choice("fight"), data=data, columns={"group": "person"})
    assert (segment.group, segment.split) == ("ann", "eval")
    assert read_reject(tmp_path, task(choice("fight"), data={**VIDEO, "split": "most"}))[0] is Reason.SPLIT_UNKNOWN


def test_completions_of_the_first_versions_are_annotations(tmp_path: Path) -> None:
    old = {"id": 1, "completions": [{"id": 1, "result": [choice("fight")]}], "data": VIDEO}
    assert reading.outline(read(tmp_path, old)) == [(1, "fight")]


def json_min(**controls: Any) -> dict[str, Any]:
    return {
        **VIDEO,
        "id": 1,
        **controls,
        "annotator": 1,
        "annotation_id": 2,
        "created_at": "2024-01-30T02:40:43.893565Z",
    }


def test_json_min_has_regions_by_control(tmp_path: Path) -> None:
    row = json_min(
        actions=[timeline(1, 24, "walk")["value"], timeline(25, 48, "run")["value"]],
        box=[rectangle(keyframe(1))["value"]],
    )
    assert reading.outline(read(tmp_path, row)) == [(1, "walk"), (2, "run"), (3, "person")]


def test_a_single_choice_in_json_min_is_a_text_that_must_be_named(tmp_path: Path) -> None:
    row = json_min(verdict="fight")
    assert read_reject(tmp_path, row)[0] is Reason.LABEL_MISSING
    assert reading.outline(read(tmp_path, row, label_field="verdict")) == [(1, "fight")]
    assert reading.outline(read(tmp_path, json_min(verdict={"choices": ["fight", "fall"]}))) == [
        (1, "fight"),
        (1, "fall"),
    ]


def test_a_file_that_is_no_list_of_tasks_is_malformed(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"project\.json, row 1 \(read as label_studio\): the file is no list"):
        reading.read(tmp_path, '"tasks"', "project.json", format="label_studio")
    with pytest.raises(UserError, match=r"project\.json, row 1 \(read as label_studio\): not JSON"):
        reading.read(tmp_path, "[", "project.json", format="label_studio")


@pytest.mark.parametrize("document", [[task(choice("fight"))], [json_min()], [{"completions": [], "data": VIDEO}]])
@pytest.mark.parametrize("indent", [None, 2])
def test_the_format_is_told_from_its_keys(tmp_path: Path, document: Any, indent: int | None) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(json.dumps(document, indent=indent))
    assert detect_format(path) == "label_studio"
