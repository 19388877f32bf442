"""CVAT for images, of tasks that were made of a video: tags and shapes, frame by frame."""

from pathlib import Path
from typing import Any

import pytest

from components.annotations.readers.detect import detect_format
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, FindBy, Record, Segment, Source, SpaceUnit, TimeUnit
from foundation.messages.errors import UserError
from tests.components.annotations.readers import reading

META = """<task><id>5</id><name>street</name><mode>interpolation</mode><frame_filter>{step}</frame_filter>
<labels><label><name>person</name><attributes><attribute><name>action</name></attribute></attributes></label></labels>
<original_size><width>64</width><height>48</height></original_size><source>street.mp4</source></task>"""


def image(frame: Any, *content: str, rest: str = "") -> str:
    return f'<image id="{frame}" name="frame_{frame}" width="64" height="48" {rest}>{"".join(content)}</image>'


def tag(label: str) -> str:
    return f'<tag label="{label}" source="manual"></tag>'


def box(track: str = "", action: str = "", x: float = 1, label: str = "person") -> str:
    values = {"track_id": track, "action": action}
    attributes = "".join(f'<attribute name="{name}">{value}</attribute>' for name, value in values.items() if value)
    return f'<box label="{label}" xtl="{x}" ytl="2" xbr="10" ybr="20">{attributes}</box>'


def export(*images: str, meta: str = META.format(step="")) -> str:
    return f"<annotations><version>1.1</version><meta>{meta}</meta>{''.join(images)}</annotations>"


def read(folder: Path, content: str, **config: Any) -> list[Record]:
    return reading.read(folder, content, "annotations.xml", format="cvat_images", **config)


def spans(records: list[Record]) -> list[tuple[int, str, float, float | None]]:
    found = [record for record in records if isinstance(record, Segment)]
    assert len(found) == len(records), records
    return [(record.source.row, record.label, record.start, record.end) for record in found]


def test_a_run_of_equal_tags_is_a_segment(tmp_path: Path) -> None:
    images = [
        image(0),
        image(1, tag("walk")),
        image(2, tag("walk"), tag("talk")),
        image(3, tag("talk")),
        image(4, tag("walk")),
    ]
    records = read(tmp_path, export(*images))
    assert spans(records) == [(1, "walk", 1, 3), (3, "talk", 2, 4), (5, "walk", 4, 5)]
    assert records[0] == Segment(
        "street.mp4", "walk", Source("annotations.xml", 1), 1.0, 3.0, TimeUnit.FRAMES, find_by=FindBy.NAME
    )


def test_frames_that_the_task_left_out_do_not_end_a_run(tmp_path: Path) -> None:
    images = [image(frame, tag("walk")) for frame in (10, 13, 16, 22)]
    assert spans(read(tmp_path, export(*images, meta=META.format(step="step=3")))) == [
        (1, "walk", 10, 17),
        (4, "walk", 22, 23),
    ]


def test_images_may_stand_in_any_order_and_tags_twice(tmp_path: Path) -> None:
    images = [image(2, tag("walk")), image(1, tag("walk"), tag("walk"))]
    assert spans(read(tmp_path, export(*images))) == [(2, "walk", 1, 3)]


def test_shapes_of_a_track_are_one_segment(tmp_path: Path) -> None:
    images = [image(0, box("4")), image(1, box("4", x=2), box("5")), image(2), image(3, box("4"))]
    first, second = read(tmp_path, export(*images))
    assert first == Segment(
        video="street.mp4",
        label="person",
        source=Source("annotations.xml", 1),
        start=0.0,
        end=4.0,
        time_unit=TimeUnit.FRAMES,
        boxes=(
            Box(0.0, 1, 2, 10, 20),
            Box(1.0, 2, 2, 10, 20),
            Box(2.0, 2, 2, 10, 20, is_end=True),
            Box(3.0, 1, 2, 10, 20),
        ),
        space_unit=SpaceUnit.PIXELS,
        find_by=FindBy.NAME,
    )
    assert spans([second]) == [(3, "person", 1, 2)]


def test_a_shape_of_no_track_is_a_segment_of_its_frame(tmp_path: Path) -> None:
    assert spans(read(tmp_path, export(image(7, box(), box(x=3))))) == [(1, "person", 7, 8), (2, "person", 7, 8)]


def test_labels_may_stand_in_an_attribute(tmp_path: Path) -> None:
    tagged = '<tag label="scene"><attribute name="action">talk</attribute></tag>'
    images = [image(0, box("4", "walk"), tagged), image(1, box("4", "run"), tag("scene")), image(2, box("4", "run"))]
    records = read(tmp_path, export(*images), label_field="action")
    assert reading.outline(records) == [(1, "walk"), (1, "run"), (2, "talk"), (4, Reason.LABEL_MISSING)]
    assert spans(records[:3]) == [(1, "walk", 0, 1), (1, "run", 1, 3), (2, "talk", 0, 1)]


def test_an_attribute_that_no_label_has_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no label in .* has an attribute 'verb'; found: action, track_id"):
        read(tmp_path, export(image(0, box("4"))), label_field="verb")


def test_each_bad_element_is_accounted_for(tmp_path: Path) -> None:
    images = [
        image("x", tag("walk"), box()),
        image(1, tag(""), box("4"), box("4", x=5), box("6", x=11), box(label="")),
        image(2, box("6")),
    ]
    assert reading.outline(read(tmp_path, export(*images))) == [
        (1, Reason.TIME_INVALID),
        (2, Reason.TIME_INVALID),
        (3, Reason.LABEL_MISSING),
        (4, Reason.BOX_INVALID),  # twice in one frame
        (6, Reason.BOX_INVALID),  # without a width in one of its frames
        (7, Reason.LABEL_MISSING),
    ]


def test_tasks_of_a_project_have_their_own_videos(tmp_path: Path) -> None:
    meta = """<project><tasks><task><id>1</id><size>10</size><start_frame>0</start_frame><source>a.mp4</source></task>
    <task><id>2</id><size>10</size><start_frame>0</start_frame><source>b.mp4</source></task>
    <task><id>3</id><size>10</size><name>pictures</name><mode>annotation</mode></task></tasks></project>"""
    images = [image(frame, tag("walk"), rest=f'task_id="{task}"') for task, frame in ((1, 9), (2, 10), (3, 20), (4, 9))]
    records = read(tmp_path, export(*images, meta=meta))
    found = [(each.video, each.start, each.end) for each in records if isinstance(each, Segment)]
    assert found == [("a.mp4", 9, 10), ("b.mp4", 0, 1)]
    assert reading.outline(records[2:]) == [(3, Reason.ROW_MALFORMED), (4, Reason.ROW_MALFORMED)]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            export(image(0, box()), meta="<task><name>a</name><mode>annotation</mode></task>"),
            "a task made of images has no video",
        ),
        (export('<track label="a"></track>'), "it holds tracks: data.format is cvat_video"),
        (f"<annotations>{image(0)}</annotations>", "no <meta> before the first image"),
        ("<annotations/>", "neither <meta> nor <image>"),
    ],
)
def test_what_is_refused_as_a_whole_says_why(tmp_path: Path, content: str, problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        read(tmp_path, content)


def test_what_was_read_before_a_break_stays(tmp_path: Path) -> None:
    content = export(image(0, tag("walk")), image(1, tag("walk")))[:-5]
    assert reading.outline(read(tmp_path, content)) == [(1, "walk"), (3, Reason.FILE_MALFORMED)]


@pytest.mark.parametrize("padding", [0, 70_000, 3_000_000])
def test_the_two_formats_of_cvat_are_told_by_their_first_object(tmp_path: Path, padding: int) -> None:
    path = tmp_path / "a.xml"
    meta = META.format(step="") + " " * padding
    path.write_text(export(image(0, tag("track")), meta=meta))
    assert detect_format(path) == "cvat_images"
    path.write_text(export('<track label="image"></track>', meta=meta))
    assert detect_format(path) == "cvat_video"
