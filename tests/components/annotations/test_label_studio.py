"""Label Studio: timelines, tracked rectangles and choices, in JSON and JSON-MIN."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.annotations.readers.detect import detect_format
from components.annotations.reasons import Reason
from components.annotations.records import Box, FindBy, Record, Segment, Source, TimeUnit
from models.errors import UserError
from tests.components.annotations import reading

VIDEO = {"video": "/data/upload/3/0a1b2c3d-street.mp4"}


def timeline(start: Any, end: Any, *labels: Any, name: str = "actions") -> dict[str, Any]:
    value = {"ranges": [{"start": start, "end": end}], "timelinelabels": list(labels)}
    return {"id": f"t{start}", "from_name": name, "to_name": "video", "type": "timelinelabels", "value": value}


def keyframe(frame: Any, enabled: bool = True, x: Any = 10, rotation: Any = 0, **time: float) -> dict[str, Any]:
    return {
        "frame": frame,
        "enabled": enabled,
        "x": x,
        "y": 20,
        "width": 30,
        "height": 40,
        "rotation": rotation,
        **time,
    }


def rectangle(*sequence: Any, labels: Any = ("person",), **value: Any) -> dict[str, Any]:
    value = {"sequence": list(sequence), **value, **({"labels": list(labels)} if labels else {})}
    return {"id": "r", "from_name": "box", "to_name": "video", "type": "videorectangle", "value": value}


def choice(*choices: str, name: str = "verdict", region: str = "c") -> dict[str, Any]:
    return {"id": region, "from_name": name, "to_name": "video", "type": "choices", "value": {"choices": list(choices)}}


def task(*results: Any, data: Any = VIDEO, **more: Any) -> dict[str, Any]:
    return {"id": 1, "annotations": [{"id": 2, "was_cancelled": False, "result": list(results)}], "data": data, **more}


def read(folder: Path, *tasks: Any, **config: Any) -> list[Record]:
    return reading.read(folder, json.dumps(tasks), "project.json", format="label_studio", **config)


def read_segment(folder: Path, *results: Any, data: Any = VIDEO, **config: Any) -> Segment:
    (record,) = read(folder, task(*results, data=data), **config)
    assert isinstance(record, Segment), record
    return record


def read_reject(folder: Path, *tasks: Any, **config: Any) -> tuple[Reason, str]:
    reject = reading.read_reject(folder, json.dumps(tasks), "project.json", format="label_studio", **config)
    return reject.reason, reject.message


def test_a_range_counts_from_1_includes_its_last_frame_and_has_24_frames_a_second(tmp_path: Path) -> None:
    assert read_segment(tmp_path, timeline(13, 48, "walk")) == Segment(
        video="street.mp4",
        label="walk",
        source=Source("project.json", 1),
        start=0.5,
        end=2.0,
        time_unit=TimeUnit.SECONDS,
        find_by=FindBy.NAME,
    )


def test_the_frame_rate_may_be_stated(tmp_path: Path) -> None:
    segment = read_segment(tmp_path, timeline(26, 50, "walk"), frame_rate=25)
    assert (segment.start, segment.end) == (1.0, 2.0)


@pytest.mark.parametrize(
    "shown",
    [
        rectangle(keyframe(50, time=2.0), keyframe(100, time=4.0)),
        rectangle(keyframe(50, time=2.0), framesCount=249, duration=9.95),
        rectangle(keyframe(50), framesCount=250, duration=10),
        rectangle(keyframe(50, time=9.0), framesCount=250, duration=10),
    ],
)
def test_a_rectangle_shows_the_frame_rate_of_its_task(tmp_path: Path, shown: dict[str, Any]) -> None:
    segment = next(iter(read(tmp_path, task(timeline(26, 50, "walk"), shown))))
    assert isinstance(segment, Segment)
    assert (segment.start, segment.end) == (1.0, 2.0)


@pytest.mark.parametrize(
    "shown",
    [rectangle(keyframe(50)), rectangle(keyframe(50, time=0.0)), rectangle(keyframe(50, time=1e-300)), rectangle(7), 7],
)
def test_what_shows_no_frame_rate_leaves_it_at_24(tmp_path: Path, shown: Any) -> None:
    segment = next(iter(read(tmp_path, task(timeline(25, 48, "walk"), shown))))
    assert isinstance(segment, Segment)
    assert (segment.start, segment.end) == (1.0, 2.0)


def test_each_range_and_each_label_is_a_segment(tmp_path: Path) -> None:
    region = timeline(1, 24, "walk", "talk", "walk")
    region["value"]["ranges"].append({"start": 49, "end": 72})
    records = read(tmp_path, task(region, timeline(1, 1, "sit")))
    found = [(each.source.row, each.label, each.start, each.end) for each in records if isinstance(each, Segment)]
    assert found == [(1, "walk", 0, 1), (1, "talk", 0, 1), (1, "walk", 2, 3), (1, "talk", 2, 3), (2, "sit", 0, 1 / 24)]


def test_no_region_has_more_labels_than_anybody_gives(tmp_path: Path) -> None:
    assert len(read(tmp_path, task(timeline(1, 24, *map(str, range(100)))))) == 100
    assert read_reject(tmp_path, task(timeline(1, 24, *map(str, range(101)))))[0] is Reason.ROW_MALFORMED


def test_results_with_one_id_in_two_places_are_two_regions(tmp_path: Path) -> None:
    walk, run = timeline(1, 24, "walk"), timeline(1, 48, "run")
    assert walk["id"] == run["id"]
    assert reading.outline(read(tmp_path, task(walk, run))) == [(1, "walk"), (2, "run")]


def test_a_rectangle_is_gone_after_a_keyframe_that_is_not_enabled(tmp_path: Path) -> None:
    segment = read_segment(tmp_path, rectangle(keyframe(25), keyframe(49, enabled=False, x=20)))
    edges, later = (0.1, 0.2, 0.4, 0.6), (0.2, 0.2, 0.5, 0.6)
    assert (segment.start, segment.end, segment.label) == (1.0, 49 / 24, "person")
    assert segment.boxes == (Box(1.0, *edges), Box(2.0, *later), Box(49 / 24, *later, is_end=True))


def test_a_rectangle_that_stays_enabled_stays_to_the_end(tmp_path: Path) -> None:
    segment = read_segment(tmp_path, rectangle(keyframe(25), framesCount=241, duration=10.0), frame_rate=24)
    assert (segment.start, segment.end) == (1.0, None)
    assert segment.boxes == (Box(1.0, 0.1, 0.2, 0.4, 0.6), Box(10.0, 0.1, 0.2, 0.4, 0.6, is_imputed=True))
    assert read_segment(tmp_path, rectangle(keyframe(25))).end is None


def test_a_rectangle_may_leave_and_come_back(tmp_path: Path) -> None:
    sequence = [
        keyframe(9, enabled=False),
        keyframe(1),
        keyframe(2, enabled=False),
        keyframe(5),
        keyframe(3, enabled=False),
    ]
    segment = read_segment(tmp_path, rectangle(*sequence), frame_rate=1)
    found = [(box.time, box.is_end) for box in segment.boxes]
    assert found == [(0, False), (1, False), (2, False), (3, True), (4, False), (8, False), (9, True)]
    assert (segment.start, segment.end) == (0.0, 9.0)


@pytest.mark.parametrize(
    ("sequence", "reason"),
    [
        ([], Reason.BOX_INVALID),
        ([keyframe(1, rotation=15)], Reason.BOX_INVALID),
        ([keyframe(1, x="left")], Reason.BOX_INVALID),
        ([{"frame": 1, "enabled": True, "x": 1, "y": 2}], Reason.BOX_INVALID),
        ([{**keyframe(1), "width": -5}], Reason.BOX_INVALID),
        ([keyframe(1), keyframe(1, x=20)], Reason.BOX_INVALID),
        ([keyframe(-1)], Reason.TIME_INVALID),
        ([keyframe(None)], Reason.TIME_INVALID),
        ([keyframe(10**400)], Reason.TIME_INVALID),
        ([keyframe(1.5)], Reason.TIME_INVALID),
        ([7], Reason.ROW_MALFORMED),
        (7, Reason.ROW_MALFORMED),
    ],
)
def test_one_bad_keyframe_rejects_its_rectangle(tmp_path: Path, sequence: Any, reason: Reason) -> None:
    region = rectangle()
    region["value"]["sequence"] = sequence
    assert read_reject(tmp_path, task(region))[0] is reason


def test_a_full_turn_is_no_rotation(tmp_path: Path) -> None:
    assert read_segment(tmp_path, rectangle(keyframe(1, rotation=360))).boxes[0].x_min == 0.1


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        (5, 4, Reason.END_BEFORE_START),
        (None, 4, Reason.TIME_INVALID),
        (1, None, Reason.TIME_INVALID),
        ("x", 4, Reason.TIME_INVALID),
        (1, 10**20, Reason.TIME_INVALID),
    ],
)
def test_a_range_has_two_frames_in_order(tmp_path: Path, start: Any, end: Any, reason: Reason) -> None:
    assert read_reject(tmp_path, task(timeline(start, end, "walk")))[0] is reason


def test_frame_0_of_other_tools_is_the_first_frame(tmp_path: Path) -> None:
    assert read_segment(tmp_path, timeline(0, 24, "walk")).start == 0.0


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
