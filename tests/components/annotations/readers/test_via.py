"""VGG Image Annotator 3: projects and exports, with temporal segments and regions in frames."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from components.annotations.readers.detect import detect_format
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, FindBy, Record, Segment, Source, SpaceUnit
from foundation.messages.errors import UserError
from tests.components.annotations.readers import reading

ACTIVITY = {"aname": "activity", "anchor_id": "FILE1_Z2_XY0", "type": 4, "options": {"1": "walk", "2": "run"}}
NOTE = {"aname": "note", "anchor_id": "FILE1_Z2_XY0", "type": 1, "options": {}}
Annotation = dict[str, Any]


def annotation(times: Any, place: Any = (), view: Any = "1", **values: Any) -> Annotation:
    named = {"activity": "1", "note": "5"}
    place = list(place) if isinstance(place, tuple) else place
    return {
        "vid": view,
        "flg": 0,
        "z": times,
        "xy": place,
        "av": {named[name]: value for name, value in values.items()},
    }


def project(*annotations: Any, **parts: Any) -> str:
    document = {
        "project": {"pid": "__VIA_PROJECT_ID__", "pname": "street", "vid_list": ["1"]},
        "attribute": {"1": ACTIVITY, "5": NOTE},
        "file": {
            "1": {"fid": "1", "fname": "street.mp4", "type": 4, "loc": 1, "src": ""},
            "2": {"fid": "2", "fname": "x", "type": 4, "loc": 2, "src": "https://host/clips/a%20b.mp4"},
        },
        "metadata": {f"1_{rank}": each for rank, each in enumerate(annotations)},
        "view": {
            "1": {"fid_list": ["1"]},
            "2": {"fid_list": [2]},
            "3": {"fid_list": ["1", "2"]},
            "4": {"fid_list": ["9"]},
        },
    }
    return json.dumps({**document, **parts})


def exported(*annotations: Annotation) -> str:
    """The CSV that VIA exports."""
    attributes = json.dumps({"1": ACTIVITY, "5": NOTE})
    rows = io.StringIO()
    for rank, each in enumerate(annotations):
        fields = (json.dumps(each[name]) for name in ("z", "xy", "av"))
        csv.writer(rows, lineterminator="\n").writerow([f"1_{rank}", '["street.mp4"]', 0, *fields])
    return (
        "# Exported using VGG Image Annotator (http://www.robots.ox.ac.uk/~vgg/software/via)\n# Notes:\n"
        '# - metadata of {""1"":""3""} indicates attribute with id "1" set to an attribute option with id "3"\n'
        f'# SHAPE_ID = {{"POINT":1,"RECTANGLE":2}}\n# ATTRIBUTE = {attributes}\n'
        f"# CSV_HEADER = metadata_id,file_list,flags,temporal_coordinates,spatial_coordinates,metadata\n{rows.getvalue()}"
    )


def read(folder: Path, content: str, **config: Any) -> list[Record]:
    return reading.read(folder, content, "via.json", **config)


def read_reject(folder: Path, content: str, **config: Any) -> tuple[Reason, str]:
    reject = reading.read_reject(folder, content, "via.json", **config)
    return reject.reason, reject.message


def spans(records: list[Record]) -> list[tuple[str, float, float | None]]:
    return [(record.label, record.start, record.end) for record in records if isinstance(record, Segment)]


def test_a_temporal_segment_has_the_name_of_its_option(tmp_path: Path) -> None:
    expected = Segment(
        "street.mp4", "walk", Source("via.json", 1), 1.5, 4.25, space_unit=SpaceUnit.PIXELS, find_by=FindBy.NAME
    )
    assert read(tmp_path, project(annotation([1.5, 4.25], activity="1"))) == [expected]


def test_the_row_of_an_export_is_its_line(tmp_path: Path) -> None:
    records = read(tmp_path, exported(annotation([1.5, 4.25], activity="1"), annotation([5, 6], activity="2")))
    assert spans(records) == [("walk", 1.5, 4.25), ("run", 5.0, 6.0)]
    assert [record.source.row for record in records if record.source] == [7, 8]


def test_regions_are_boxes_of_the_segments_around_them(tmp_path: Path) -> None:
    for content in (project, exported):
        records = read(
            tmp_path,
            content(
                annotation([3.0], (2, 10, 20, 30, 40), activity="2"),
                annotation([1, 4], activity="1"),
                annotation([1.0], (2, 1, 2, 3, 4)),
                annotation([3, 6], activity="2"),
            ),
        )
        first, second = (record.boxes for record in records if isinstance(record, Segment))
        assert first == (Box(1.0, 1, 2, 4, 6), Box(3.0, 10, 20, 40, 60))
        assert second == (Box(3.0, 10, 20, 40, 60),)
        assert len(records) == 2


def test_regions_that_are_no_part_of_one_segment_are_rejected(tmp_path: Path) -> None:
    records = read(
        tmp_path,
        project(
            annotation([1, 4], activity="1"),
            annotation([2.0], (2, 1, 2, 3, 4)),
            annotation([2.0], (2, 5, 6, 3, 4)),
            annotation([9.0], (2, 1, 2, 3, 4)),
            annotation([3.0], (2, 1, 2, 3, 4), view="2"),
        ),
    )
    expected = [
        (1, "walk"),
        (2, Reason.BOX_INVALID),
        (3, Reason.BOX_INVALID),
        (4, Reason.TIME_INVALID),
        (5, Reason.TIME_INVALID),
    ]
    assert reading.outline(records) == expected
    assert isinstance(records[0], Segment)
    assert records[0].boxes == ()


def test_a_region_of_a_whole_segment_is_there_from_end_to_end(tmp_path: Path) -> None:
    (record,) = read(tmp_path, project(annotation([1, 4], (2, 1, 2, 3, 4), activity="1")))
    assert isinstance(record, Segment)
    assert record.boxes == (Box(1.0, 1, 2, 4, 6), Box(4.0, 1, 2, 4, 6, is_imputed=True))


@pytest.mark.parametrize(
    ("place", "edges"),
    [
        ((3, 10, 20, 5), (5, 15, 15, 25)),
        ((4, 10, 20, 5, 6), (5, 14, 15, 26)),
        ((7, 1, 2, 9, 3, 4, 8), (1, 2, 9, 8)),
        ((8, 5, 0, 9, 3, 4, 8, 0, 4), (0, 0, 9, 8)),
    ],
)
def test_other_shapes_have_a_box_around_them(tmp_path: Path, place: Any, edges: tuple[float, ...]) -> None:
    (record,) = read(tmp_path, project(annotation([1, 4], place, activity="1")))
    assert isinstance(record, Segment)
    assert record.boxes[0] == Box(1.0, *edges)


def test_an_annotation_of_the_file_is_one_of_the_whole_video(tmp_path: Path) -> None:
    assert spans(read(tmp_path, project(annotation([], activity="2")))) == [("run", 0.0, None)]


def test_several_checked_options_are_several_segments(tmp_path: Path) -> None:
    records = read(tmp_path, project(annotation([1, 4], activity="1,2")))
    assert spans(records) == [("walk", 1.0, 4.0), ("run", 1.0, 4.0)]


def test_a_named_attribute_gives_the_label(tmp_path: Path) -> None:
    content = project(annotation([1, 4], activity="1", note="slow"), annotation([5, 6], note="fast"))
    assert reading.outline(read(tmp_path, content)) == [(1, Reason.LABEL_MISSING), (2, "fast")]
    assert reading.outline(read(tmp_path, content, label_field="activity")) == [(1, "walk"), (2, Reason.LABEL_MISSING)]
    assert reading.outline(read(tmp_path, content, label_field="note")) == [(1, "slow"), (2, "fast")]
    with pytest.raises(UserError, match=r"data\.label_field: .* has no attribute 'mood'; found: activity, note"):
        read(tmp_path, content, label_field="mood")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (annotation([4, 1], activity="1"), Reason.END_BEFORE_START),
        (annotation([1, "x"], activity="1"), Reason.TIME_INVALID),
        (annotation([-1, 4], activity="1"), Reason.TIME_INVALID),
        (annotation([1, 2, 3], activity="1"), Reason.TIME_INVALID),
        (annotation([1], activity="1"), Reason.TIME_INVALID),
        (annotation([], (2, 1, 2, 3, 4), activity="1"), Reason.TIME_INVALID),
        (annotation(7, activity="1"), Reason.ROW_MALFORMED),
        (annotation([1, 4], (2, 1, 2, 0, 4), activity="1"), Reason.BOX_INVALID),
        (annotation([1, 4], (1, 5, 5), activity="1"), Reason.BOX_INVALID),
        (annotation([1, 4], (2, "x"), activity="1"), Reason.BOX_INVALID),
        (annotation([1, 4], {"x": 1}, activity="1"), Reason.ROW_MALFORMED),
        (annotation([1, 4], activity="3"), Reason.LABEL_UNKNOWN),
        (annotation([1, 4], activity=""), Reason.LABEL_MISSING),
        (annotation([1, 4], activity=",".join(["1"] * 101)), Reason.ROW_MALFORMED),
        (annotation([1, 4]), Reason.LABEL_MISSING),
        (annotation([1, 4], activity=["1"]), Reason.ROW_MALFORMED),
        (annotation([1, 4], view="3", activity="1"), Reason.ROW_MALFORMED),
        (annotation([1, 4], view="4", activity="1"), Reason.ROW_MALFORMED),
        (annotation([1, 4], view="5", activity="1"), Reason.ROW_MALFORMED),
        ({"vid": "1"}, Reason.ROW_MALFORMED),
        (7, Reason.ROW_MALFORMED),
    ],
)
def test_each_bad_annotation_is_accounted_for(tmp_path: Path, bad: Any, reason: Reason) -> None:
    good = annotation([1, 4], activity="1")
    assert reading.outline(read(tmp_path, project(good, bad, good))) == [(1, "walk"), (2, reason), (3, "walk")]


def test_the_video_has_the_last_part_of_its_address(tmp_path: Path) -> None:
    (record,) = read(tmp_path, project(annotation([1, 4], view="2", activity="1")))
    assert isinstance(record, Segment)
    assert record.video == "a b.mp4"


SEGMENTS = "# CSV_HEADER = metadata_id,file_list,temporal_segment_start,temporal_segment_end,metadata\n"


def test_an_export_of_temporal_segments_has_values_by_name(tmp_path: Path) -> None:
    rows = '"1_a","[""street.mp4""]",1.5,4.25,"{""activity"":""walk""}"\n'
    assert spans(read(tmp_path, SEGMENTS + rows)) == [("walk", 1.5, 4.25)]
    assert spans(read(tmp_path, SEGMENTS + rows, label_field="activity")) == [("walk", 1.5, 4.25)]


@pytest.mark.parametrize(
    "row", ['"1_a"', '"1_a","[]",1,2,"{}"', '"1_a",street,1,2,"{}"', '"1_a","[""a.mp4""]",1,2,"[]"', 'a"b"c,"x']
)
def test_a_row_of_another_shape_is_rejected(tmp_path: Path, row: str) -> None:
    good = '"1_a","[""street.mp4""]",1.5,4.25,"{""activity"":""walk""}"\n'
    assert reading.outline(read(tmp_path, SEGMENTS + good + row)) == [(2, "walk"), (3, Reason.ROW_MALFORMED)]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (project(view=7), "the part 'view' of the project is no object"),
        (project(attribute={"1": 7}), "an attribute is no object"),
        (project()[:-9], "not JSON"),
        (exported().replace('{"1": {"aname"', '{"1": {aname'), "the line '# ATTRIBUTE'"),
        ("filename,file_size,file_attributes,region_count\na.jpg,1,{},0\n", "VIA 1 and 2 annotate single images"),
        ('{"_via_settings": {}, "_via_img_metadata": {}}', "VIA 1 and 2 annotate single images"),
    ],
)
def test_what_is_malformed_as_a_whole_says_why(tmp_path: Path, content: str, problem: str) -> None:
    with pytest.raises(UserError, match=rf"via\.json, row 1 \(read as via\): .*{problem}"):
        read(tmp_path, content)


@pytest.mark.parametrize("content", [project(), exported(), SEGMENTS])
def test_the_format_is_told_from_its_content(tmp_path: Path, content: str) -> None:
    path = tmp_path / "labels.txt"
    path.write_text(content)
    assert detect_format(path) == "via"
