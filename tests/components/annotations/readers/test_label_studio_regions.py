"""Label Studio: timelines and tracked rectangles."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, FindBy, Segment, Source, TimeUnit
from tests.components.annotations.readers import reading
from tests.components.annotations.readers.label_studio import (
    keyframe,
    read,
    read_reject,
    read_segment,
    rectangle,
    task,
    timeline,
)


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


def assumptions(folder: Path, *results: Any, **config: Any) -> list[str]:
    return reading.read_assumptions(
        folder, json.dumps([task(*results), task(*results)]), "project.json", format="label_studio", **config
    )


def test_the_rate_that_a_timeline_does_not_tell_is_said_once(tmp_path: Path) -> None:
    assert assumptions(tmp_path, timeline(1, 24, "walk"), timeline(25, 48, "run")) == [
        "project.json does not say at how many frames per second Label Studio counted, so its default, 24, was taken. If the "
        "labeling configuration has another frameRate, set data.frame_rate to it"
    ]


def test_a_rate_that_is_given_or_shown_or_not_needed_is_not_assumed(tmp_path: Path) -> None:
    shown = rectangle(keyframe(26, time=1.0), keyframe(51, time=2.0))
    whole = {"id": "w", "from_name": "verdict", "type": "choices", "value": {"choices": ["fight"]}}
    assert assumptions(tmp_path, timeline(1, 24, "walk"), frame_rate=25) == []
    assert assumptions(tmp_path, timeline(1, 24, "walk"), shown) == []
    assert assumptions(tmp_path, whole) == []


def test_a_timeline_at_25_frames_a_second(tmp_path: Path) -> None:
    first, second = read(tmp_path, task(timeline(601, 650, "wave")), task(timeline(701, 725, "wave")), frame_rate=25)
    assert isinstance(first, Segment) and isinstance(second, Segment)
    assert (first.start, first.end, second.start, second.end) == (24.0, 26.0, 28.0, 29.0)
