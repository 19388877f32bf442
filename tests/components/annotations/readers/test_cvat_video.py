"""CVAT for video: tracks, from exports of tasks and projects."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.detect import detect_format, read_annotations
from components.annotations.records.masks import decode_mask
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, FindBy, Record, Segment, Source, SpaceUnit, TimeUnit
from foundation.messages.errors import UserError
from tests.components.annotations.readers import reading
from tests.shared_data import SHARED_DATA

SHARED = SHARED_DATA / "annotations" / "cvat_for_video_xml" / "annotations.xml"
META = """<task><id>5</id><name>street task</name><mode>interpolation</mode><subset>{subset}</subset>
<labels><label><name>person</name><attributes><attribute><name>action</name></attribute></attributes></label></labels>
<original_size><width>64</width><height>48</height></original_size>{source}</task>"""
STREET = META.format(subset="default", source="<source>videos/street.mp4</source>")


def box(frame: Any, action: str = "", outside: int = 0, keyframe: int = 1, rest: str = "") -> str:
    attribute = f'<attribute name="action">{action}</attribute>' if action else ""
    place = 'xtl="1.5" ytl="2" xbr="10" ybr="20.25"'
    return (
        f'<box frame="{frame}" outside="{outside}" keyframe="{keyframe}" occluded="0" {place} {rest}>{attribute}</box>'
    )


def track(*shapes: str, label: str = "person", rest: str = "") -> str:
    return f'<track id="0" label="{label}" source="manual" {rest}>{"".join(shapes)}</track>'


def export(*tracks: str, meta: str = STREET) -> str:
    return f"<annotations><version>1.1</version><meta>{meta}</meta>{''.join(tracks)}</annotations>"


def read(folder: Path, content: str, **config: Any) -> list[Record]:
    return reading.read(folder, content, "annotations.xml", format="cvat_video", **config)


def read_segment(folder: Path, *shapes: str) -> Segment:
    return reading.read_segment(folder, export(track(*shapes)), "annotations.xml")


def read_reject(folder: Path, content: str, **config: Any) -> tuple[Reason, str, str]:
    reject = reading.read_reject(folder, content, "annotations.xml", format="cvat_video", **config)
    return reject.reason, reject.message, reject.value


PLACE = (1.5, 2.0, 10.0, 20.25)


def test_a_track_is_a_segment_in_frames_and_pixels(tmp_path: Path) -> None:
    assert read_segment(tmp_path, box(3), box(4, keyframe=0), box(5, outside=1)) == Segment(
        video="street.mp4",
        label="person",
        source=Source("annotations.xml", 1),
        start=3.0,
        end=5.0,
        time_unit=TimeUnit.FRAMES,
        boxes=(Box(3.0, *PLACE), Box(4.0, *PLACE, is_imputed=True), Box(5.0, *PLACE, is_end=True)),
        space_unit=SpaceUnit.PIXELS,
        find_by=FindBy.NAME,
    )


def test_a_track_without_an_end_goes_to_its_last_frame(tmp_path: Path) -> None:
    segment = read_segment(tmp_path, box(3), box(4))
    assert (segment.start, segment.end, len(segment.boxes)) == (3.0, 5.0, 2)


def test_an_object_that_leaves_and_comes_back_is_one_segment(tmp_path: Path) -> None:
    shapes = [box(3), box(4, outside=1), box(5, outside=1), box(8), box(9, outside=1)]
    segment = read_segment(tmp_path, *shapes)
    assert (segment.start, segment.end) == (3.0, 9.0)
    assert [(each.time, each.is_end) for each in segment.boxes] == [(3, False), (4, True), (8, False), (9, True)]


def test_shapes_may_stand_in_any_order_and_twice_where_jobs_overlap(tmp_path: Path) -> None:
    shapes = [box(4), box(3), box(5, outside=1), box(5), box(5), box(6, outside=1)]
    segment = read_segment(tmp_path, *shapes)
    assert [(each.time, each.is_end) for each in segment.boxes] == [(3, False), (4, False), (5, False), (6, True)]


def test_labels_in_an_attribute_make_a_segment_of_each_stretch(tmp_path: Path) -> None:
    shapes = [
        *(box(0, "walk"), box(1, "walk"), box(2, "walk", outside=1), box(4, "walk"), box(5, "run"), box(6, "run")),
        *(box(7, "run", outside=1), box(8, "sit", outside=1), box(9, "walk"), box(10)),
    ]
    records = read(tmp_path, export(track(*shapes)), label_field="action")
    segments = [record for record in records if isinstance(record, Segment)]
    assert [(each.label, each.start, each.end) for each in segments] == [("walk", 0, 5), ("run", 5, 7), ("walk", 9, 10)]
    assert [(each.time, each.is_end) for each in segments[0].boxes] == [
        (0, False),
        (1, False),
        (2, True),
        (4, False),
        (5, True),
    ]
    # The last shape says nothing: it is accounted for as well.
    assert reading.outline(records[3:]) == [(1, Reason.LABEL_MISSING)]


def test_between_key_frames_that_lie_apart_a_label_holds_to_the_next(tmp_path: Path) -> None:
    records = read(tmp_path, export(track(box(0, "walk"), box(50, "run"), box(90, outside=1))), label_field="action")
    found = [(record.label, record.start, record.end) for record in records if isinstance(record, Segment)]
    assert found == [("walk", 0.0, 50.0), ("run", 50.0, 90.0)]


def test_a_track_without_the_attribute_is_rejected(tmp_path: Path) -> None:
    content = export(track(box(0, "walk")), track(box(0)), track(box(0, outside=1)))
    records = read(tmp_path, content, label_field="action")
    assert reading.outline(records) == [(1, "walk"), (2, Reason.LABEL_MISSING), (3, Reason.LABEL_MISSING)]


def test_an_attribute_that_no_label_has_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"data\.label_field: no label in .* has an attribute 'verb'; found: action"):
        read(tmp_path, export(track(box(0, "walk"))), label_field="verb")


@pytest.mark.parametrize(
    ("shape", "edges"),
    [
        ('<polygon frame="0" points="1,2;3,4.5;6,0"/>', (1, 0, 6, 4.5)),
        ('<polyline frame="0" points="1,2;-3,4"/>', (-3, 2, 1, 4)),
        ('<points frame="0" points="21.95,8.00;2.55,15.09"/>', (2.55, 8, 21.95, 15.09)),
        ('<ellipse frame="0" cx="10" cy="20" rx="3" ry="4"/>', (7, 16, 13, 24)),
        ('<ellipse frame="0" cx="10" cy="20" rx="3" ry="4" rotation="90"/>', (6, 17, 14, 23)),
        ('<box frame="0" xtl="0" ytl="0" xbr="10" ybr="20" rotation="90"/>', (-5, 5, 15, 15)),
        (
            '<box frame="0" xtl="0" ytl="0" xbr="10" ybr="10" rotation="45"/>',
            (5 - 50**0.5, 5 - 50**0.5, 5 + 50**0.5, 5 + 50**0.5),
        ),
        (
            '<cuboid frame="0" xtl1="1" ytl1="2" xbl1="1" ybl1="9" xtr1="5" ytr1="2" xbr1="5" ybr1="9"'
            ' xtl2="3" ytl2="1" xbl2="3" ybl2="8" xtr2="7" ytr2="1" xbr2="7" ybr2="8"/>',
            (1, 1, 7, 9),
        ),
        (
            '<skeleton frame="0"><points label="a" outside="0" points="1,2"/><points label="b" outside="0" points="5,9"/>'
            '<points label="c" outside="1" points="50,90"/></skeleton>',
            (1, 2, 5, 9),
        ),
    ],
)
def test_other_shapes_have_a_box_around_them(tmp_path: Path, shape: str, edges: tuple[float, ...]) -> None:
    (found,) = read_segment(tmp_path, shape).boxes
    assert (found.x_min, found.y_min, found.x_max, found.y_max) == pytest.approx(edges)


def test_a_mask_is_placed_in_the_frame(tmp_path: Path) -> None:
    # Along the rows of the rectangle: one pixel of background, four of the object, one of background.
    shape = '<mask frame="7" outside="0" keyframe="1" rle="1, 4, 1" left="3" top="4" width="2" height="3"/>'
    segment = read_segment(tmp_path, shape, box(8, outside=1))
    (mask,) = segment.masks
    assert (mask.time, mask.height, mask.width) == (7.0, 48, 64)
    expected = np.zeros((48, 64), bool)
    expected[4:7, 3:5] = [[False, True], [True, True], [True, False]]
    assert np.array_equal(decode_mask(mask.rle, 48, 64), expected)
    assert segment.boxes[0] == Box(7.0, 3.0, 4.0, 5.0, 7.0)


@pytest.mark.parametrize("mask", ['rle="1, 4, 2"', 'rle=""', 'rle="a"', 'rle="-1, 7"', "", f'rle="{2**70}"'])
def test_a_mask_that_does_not_fit_its_rectangle_is_rejected(tmp_path: Path, mask: str) -> None:
    content = export(track(f'<mask frame="7" {mask} left="3" top="4" width="2" height="3"/>'))
    assert read_reject(tmp_path, content)[0] is Reason.MASK_INVALID


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        ("", (Reason.BOX_INVALID, "the track has no shape", "")),
        (box(1, outside=1), (Reason.BOX_INVALID, "the object is outside of the picture in all of its frames", "")),
        (box("x"), (Reason.TIME_INVALID, "frame is not a number", "x")),
        (box(-1), (Reason.TIME_INVALID, "frame is no frame of a video", "-1")),
        (box(1.5), (Reason.TIME_INVALID, "frame is no frame of a video", "1.5")),
        (box(2**53), (Reason.TIME_INVALID, "frame is no frame of a video", str(2**53))),
        (box("nan"), (Reason.TIME_INVALID, "frame is not finite", "nan")),
        (
            '<box frame="0" xtl="1" ytl="1" xbr="1" ybr="9"/>',
            (Reason.BOX_INVALID, "the box has no width or no height", "<box> of frame 0"),
        ),
        (
            '<box frame="0" xtl="9" ytl="1" xbr="1" ybr="9"/>',
            (Reason.BOX_INVALID, "the box has no width or no height", "<box> of frame 0"),
        ),
        ('<box frame="0" xtl="1" ytl="1" xbr="inf" ybr="9"/>', (Reason.BOX_INVALID, "xbr is not finite", "inf")),
        ('<box frame="0" xtl="1" ytl="1" xbr="2"/>', (Reason.BOX_INVALID, "ybr is not a number", "None")),
        (
            '<points frame="0" points="1,2"/>',
            (Reason.BOX_INVALID, "the box has no width or no height", "<points> of frame 0"),
        ),
        ('<polygon frame="0"/>', (Reason.BOX_INVALID, "x is not a number", "")),
        ('<skeleton frame="0"/>', (Reason.BOX_INVALID, "a <skeleton> without points", "")),
        (
            box(0) + box(0).replace("1.5", "2.5"),
            (Reason.BOX_INVALID, "the object is twice in one frame, in different places", "0"),
        ),
    ],
)
def test_one_bad_shape_rejects_its_track(tmp_path: Path, shapes: str, expected: tuple[Reason, str, str]) -> None:
    assert read_reject(tmp_path, export(track(shapes))) == expected


def test_a_bad_track_costs_no_other(tmp_path: Path) -> None:
    records = read(tmp_path, export(track(box(1)), track(box(-1)), track(box(2), label=" "), track(box(3))))
    expected = [(1, "person"), (2, Reason.TIME_INVALID), (3, Reason.LABEL_MISSING), (4, "person")]
    assert reading.outline(records) == expected


PROJECT = """<project><id>1</id><name>all</name><tasks>
<task><id>7</id><size>100</size><start_frame>0</start_frame><frame_filter></frame_filter><subset>Train</subset>
  <source>a.mp4</source></task>
<task><id>9</id><size>10</size><start_frame>20</start_frame><frame_filter>step=5</frame_filter><subset>Train</subset>
  <source>b.mp4</source></task>
<task><id>8</id><size>50</size><start_frame>0</start_frame><subset>Train</subset><source>c.mp4</source></task>
<task><id>3</id><size>50</size><start_frame>0</start_frame><subset>Validation</subset><source>d.mp4</source></task>
</tasks></project>"""


def test_a_project_counts_on_from_task_to_task_of_a_subset(tmp_path: Path) -> None:
    # The second task's frames are 20, 25, ...: the third one begins at 100 + 20 + 5 * 10.
    rows = ((7, 3), (9, 120), (9, 165), (8, 171), (3, 4))
    tracks = [track(box(frame), rest=f'task_id="{task}"') for task, frame in rows]
    records = read(tmp_path, export(*tracks, meta=PROJECT))
    found = [(each.video, each.start, each.split) for each in records if isinstance(each, Segment)]
    expected = [
        ("a.mp4", 3, "train"),
        ("b.mp4", 20, "train"),
        ("b.mp4", 65, "train"),
        ("c.mp4", 1, "train"),
        ("d.mp4", 4, "eval"),
    ]
    assert found == expected


def test_a_track_of_no_known_task_is_rejected(tmp_path: Path) -> None:
    records = read(
        tmp_path, export(track(box(3), rest='task_id="4"'), track(box(99), rest='task_id="9"'), meta=PROJECT)
    )
    assert reading.outline(records) == [(1, Reason.ROW_MALFORMED), (2, Reason.TIME_INVALID)]


def test_older_exports_have_the_source_beside_the_task(tmp_path: Path) -> None:
    meta = META.format(subset="default", source="") + "<source>street.mp4</source>"
    (segment,) = read(tmp_path, export(track(box(3)), meta=meta))
    assert isinstance(segment, Segment)
    assert segment.video == "street.mp4"


def test_without_a_source_the_task_is_called_as_its_video(tmp_path: Path) -> None:
    (segment,) = read(tmp_path, export(track(box(3)), meta=META.format(subset="Test", source="")))
    assert isinstance(segment, Segment)
    assert (segment.video, segment.split) == ("street task", "test")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            export(track(box(3)), meta="<job><id>4</id></job>"),
            "it names no video: export the task rather than one of its jobs",
        ),
        (
            export(track(box(3)), meta="<task><name>a</name><mode>annotation</mode></task>"),
            "a task made of images has no video",
        ),
        (export(track(box(3)), meta=""), "it names no video"),
        (export(meta=PROJECT.replace("100", "many")), "the <size> of a task is no whole number"),
        (f"<annotations>{track(box(3))}</annotations>", "no <meta> before the first track"),
        (export("<image/>"), "data.format is cvat_images"),
        ("<annotations/>", "neither <meta> nor <track>"),
        (export(track(box(3)))[:-5], "not well-formed XML"),
    ],
)
def test_what_is_malformed_as_a_whole_says_why(tmp_path: Path, content: str, problem: str) -> None:
    (tmp_path / "annotations.xml").write_text(content)
    records: list[Record] = []
    try:
        records = read(tmp_path, content)
    except UserError as error:
        assert problem in str(error)
        return
    # What was read before the break stays.
    assert reading.outline(records) == [(1, "person"), (2, Reason.FILE_MALFORMED)]


def test_a_folder_of_exports_is_read_as_one(tmp_path: Path) -> None:
    for name in ("b", "a"):
        meta = STREET.replace("street.mp4", f"{name}.mp4")
        (tmp_path / f"{name}.xml").write_text(export(track(box(3)), track(box(4)), meta=meta))
    (tmp_path / "readme.txt").write_text("not one of them")
    assert detect_format(tmp_path) == "cvat_video"
    records = read_annotations(DataConfig(annotations=str(tmp_path), videos=str(tmp_path))).records
    assert [(record.video, str(record.source)) for record in records] == [
        ("a.mp4", "a.xml, row 1"),
        ("a.mp4", "a.xml, row 2"),
        ("b.mp4", "b.xml, row 1"),
        ("b.mp4", "b.xml, row 2"),
    ]


@pytest.mark.parametrize(
    "prolog", ["", '<?xml version="1.0" encoding="utf-8"?>\n', "\ufeff<?xml version='1.0'?>\n<!-- a -->\n"]
)
def test_the_format_is_told_from_the_root(tmp_path: Path, prolog: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(prolog + export(track(box(3))))
    assert detect_format(path) == "cvat_video"


@pytest.mark.skipif(not SHARED.is_file(), reason=f"{SHARED} is not at hand")
def test_a_file_of_cvat_itself(tmp_path: Path) -> None:
    records = read_annotations(DataConfig(annotations=str(SHARED), videos=str(tmp_path))).records
    # grep -c '<track ' annotations.xml: 3; grep -c 'outside="0"': 3; frames of the first outside="1" of each: 13, 13, 16
    segments = [record for record in records if isinstance(record, Segment)]
    assert [(each.label, each.start, each.end) for each in segments] == [
        ("II", 10, 13),
        ("klhg", 10, 13),
        ("II", 13, 16),
    ]
    assert len(records) == 3
    assert sum(not box.is_end for each in segments for box in each.boxes) == 3
    assert {each.video for each in segments} == {"t.mp4"}
    # points="21.95,8.00;2.55,15.09;2.23,3.16"
    assert segments[1].boxes[0] == Box(10.0, 2.23, 3.16, 21.95, 15.09)


def test_attributes_are_proposed_where_the_label_is_the_same_everywhere(tmp_path: Path) -> None:
    people = export(track(box(3, "wave"), box(5, outside=1)), track(box(7, "bow")))
    (said,) = reading.read_assumptions(tmp_path, people, "annotations.xml")
    assert "the label 'person' is the only one, and attributes beside it were not read: action" in said
    assert "label_field: action" in said
    assert reading.read_assumptions(tmp_path, people, "annotations.xml", label_field="action") == []
    two = export(track(box(3, "wave")), track(box(7), label="ball"))
    assert reading.read_assumptions(tmp_path, two, "annotations.xml") == []
