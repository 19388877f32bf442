"""Columns and keys under other names than the configured ones: taken and said, or refused; nothing is lost in silence."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.detect import read_annotations
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Reject, Segment
from foundation.messages.errors import UserError


def read_table(folder: Path, header: str, *rows: str, **config: Any) -> tuple[Segment, list[str]]:
    """The first row's segment, and what is said."""
    path = folder / "labels.csv"
    path.write_text("\n".join((header, *rows)) + "\n")
    records, assumptions = read_annotations(DataConfig(annotations=str(path), videos=str(folder), **config))
    assert isinstance(records[0], Segment), records
    return records[0], [assumption.message for assumption in assumptions]


def refusal(folder: Path, header: str, *rows: str, **config: Any) -> str:
    with pytest.raises(UserError) as failure:
        read_table(folder, header, *rows, **config)
    return str(failure.value)


@pytest.mark.parametrize(
    "path", ["video", "File", "filename", "file_name", "Video Path", "video-path", "clip", "videoFile"]
)
@pytest.mark.parametrize("label", ["class", "Action", "category", "activity_name", "LABEL"])
def test_path_and_label_under_other_names(tmp_path: Path, path: str, label: str) -> None:
    segment, said = read_table(tmp_path, f"{path},{label}", "a.mp4,wave")
    assert (segment.video, segment.label) == ("a.mp4", "wave")
    assert said == [f"column {path!r} is read as path", f"column {label!r} is read as label"]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("start", "end"),
        ("start_time", "end_time"),
        ("Begin", "Stop"),
        ("onset", "offset"),
        ("t_start", "t_end"),
        ("start_sec", "end_sec"),
        ("Start (s)", "End (s)"),
        ("startTime", "endTime"),
        ("START-SECONDS", "END-SECONDS"),
        ("action_start", "action_end"),
        ("from", "to"),
        ("time_start", "time_end"),
        ("start_timecode", "end_timecode"),
        ("start_seconds", "stop"),
    ],
)
def test_times_under_other_names(tmp_path: Path, start: str, end: str) -> None:
    segment, said = read_table(tmp_path, f"path,{start},{end},label", "a.mp4,0.5,0:02.0,wave")
    assert (segment.start, segment.end) == (0.5, 2.0)
    assert said[-1] == f"column {end!r} is read as end_seconds"


@pytest.mark.parametrize("name", ["person", "Subject_ID", "actor", "participant"])
def test_group_under_another_name(tmp_path: Path, name: str) -> None:
    segment, said = read_table(tmp_path, f"path,label,{name}", "a.mp4,wave,p1")
    assert segment.group == "p1"
    assert said == [f"column {name!r} is read as group"]


def test_a_split_under_another_name_is_one_if_its_values_are(tmp_path: Path) -> None:
    segment, said = read_table(tmp_path, "path,label,subset", "a.mp4,wave,val", "b.mp4,sit,")
    assert (segment.split, said) == ("eval", ["column 'subset' is read as split"])
    segment, said = read_table(tmp_path, "path,label,set", "a.mp4,wave,A", "b.mp4,sit,train")
    assert (segment.split, said) == (None, ["column 'set' looks like a split and is not read"])


def test_milliseconds_are_converted_and_said(tmp_path: Path) -> None:
    segment, said = read_table(tmp_path, "path;start_ms;End (ms);label", "a.mp4;500;2000,5;wave")
    assert (segment.start, segment.end) == (0.5, 2.0005)
    assert "column 'start_ms' is read as start_seconds, in milliseconds" in said
    segment, _ = read_table(tmp_path, "path,start_ms,label", "a.mp4,500,wave", columns={"start_seconds": "start_ms"})
    assert segment.start == 0.5


@pytest.mark.parametrize(
    "name", ["start_frame", "frame_start", "startFrame", "StartFrameIdx", "begin_frames", "end frame"]
)
def test_frames_are_not_seconds(tmp_path: Path, name: str) -> None:
    message = refusal(tmp_path, f"path,label,{name}", "a.mp4,wave,12")
    assert f"the column {name!r} counts frames" in message
    assert "write start_seconds and end_seconds" in message
    assert "counts frames" in refusal(tmp_path, f"path,label,{name}", "a.mp4,wave,1", columns={"start_seconds": name})


def test_frames_beside_seconds_are_named(tmp_path: Path) -> None:
    segment, said = read_table(tmp_path, "path,label,start_seconds,end_seconds,start_frame", "a.mp4,wave,0.5,2,12")
    assert (segment.start, segment.end) == (0.5, 2.0)
    assert said == ["column 'start_frame' looks like a time and is not read"]


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("video,filename,label", "path"),
        ("path,class,action", "label"),
        ("path,label,start,begin,end", "start_seconds"),
        ("path,label,start_sec,start_ms,end", "start_seconds"),
        ("path,label,person,subject", "group"),
    ],
)
def test_two_columns_for_one_key_are_refused(tmp_path: Path, header: str, key: str) -> None:
    message = refusal(tmp_path, header, ",".join("12345"[: header.count(",") + 1]))
    assert f"may each be {key}; set data.columns.{key}" in message


@pytest.mark.parametrize("identifier", ["video_id", "url", "Video URL"])
def test_a_path_comes_before_an_identifier(tmp_path: Path, identifier: str) -> None:
    segment, _ = read_table(tmp_path, f"{identifier},filename,label", "7,a.mp4,wave")
    assert segment.video == "a.mp4"
    assert read_table(tmp_path, f"{identifier},label", "7,wave")[0].video == "7"


@pytest.mark.parametrize(
    ("header", "row", "other"),
    [
        ("start_ms,start_sec,end", "500,0.5,2.0", None),
        ("start_sec,start_ms,end", "0.5,500,2.0", "start_sec"),
        ("begin,Begin Time - hh:mm:ss.ms,end", "0.5,00:00:00.500,2", "begin"),
        ("start (s),start (ms),end (s),end (ms)", "0.5,501,2,2000", "start (s)"),
        ("start_sec,start_ms,end", "0.5,700,2.0", None),
        ("start_sec,start_ms,end", "0.5,,2.0", None),
    ],
)
def test_of_two_columns_with_the_same_times_one_is_read(
    tmp_path: Path, header: str, row: str, other: str | None
) -> None:
    if other is None:
        refusal(tmp_path, f"path,{header},label", f"a.mp4,{row},wave")
        return
    segment, said = read_table(tmp_path, f"path,{header},label", f"a.mp4,{row},wave")
    assert (segment.start, segment.end) == (0.5, 2.0)
    assert f"column {other!r} is read as start_seconds" in said


def test_the_configuration_decides_between_two(tmp_path: Path) -> None:
    segment, said = read_table(tmp_path, "path,class,action", "a.mp4,c1,wave", columns={"label": "action"})
    assert (segment.label, said) == ("wave", ["column 'class' looks like a label and is not read"])


def test_a_name_that_differs_in_case_only_comes_before_other_names(tmp_path: Path) -> None:
    segment, said = read_table(tmp_path, "path,Label,class", "a.mp4,wave,c1")
    assert segment.label == "wave"
    assert said == ["column 'Label' is read as label", "column 'class' looks like a label and is not read"]


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        ("path,label,start_seconds,clip_finish_stop", "a.mp4,wave,1,2", "'clip_finish_stop' looks like end_seconds"),
        ("path,label,start_min,end_min", "a.mp4,wave,1,2", "'start_min' is in minutes"),
        ("path,label,first_frame,last_frame", "a.mp4,wave,1,2", "'first_frame' counts frames"),
        ("path,label,video_start,video_end", "a.mp4,wave,1,2", "'video_start' looks like start_seconds"),
        ("path,label,start,duration", "a.mp4,wave,1,2", "'duration' may be that of the action or of the video"),
        ("path,label,timestamp", "a.mp4,wave,0:05", "'timestamp' seems to hold times"),
        ("path,label,segment", "a.mp4,wave,0.5-2.0", "'segment' seems to hold times"),
        ("path,label,t0,t1", "a.mp4,wave,0.5,2", "'t0' seems to hold times"),
        ("path;label;interval", "a.mp4;wave;[0.5, 2.0]", "'interval' seems to hold times"),
    ],
)
def test_no_row_is_taken_whole_because_its_times_were_not_understood(
    tmp_path: Path, header: str, row: str, message: str
) -> None:
    assert f"the column {message}" in refusal(tmp_path, header, row)


def test_minutes_beside_seconds_are_parts_of_one_time(tmp_path: Path) -> None:
    message = refusal(tmp_path, "path,label,start_min,start_sec,end_min,end_sec", "a.mp4,wave,1,5,1,9")
    assert "the columns 'start_min' and 'start_sec' may be parts of one time; write start_seconds as a whole" in message
    assert "parts of one time" in refusal(tmp_path, "path,label,start_minutes,start_seconds", "a.mp4,wave,1,5")


def test_what_is_no_time_of_an_action_does_no_harm(tmp_path: Path) -> None:
    rows = ["a.mp4,wave,2024-01-01,1,north,Rome", "b.mp4,sit,2024-01-02,2,south,Oslo"]
    segment, said = read_table(tmp_path, "path,label,start_date,segment,from,Start Location", *rows)
    assert (segment.start, segment.end) == (0.0, None)
    assert {message.split("'")[1] for message in said} == {"start_date", "segment", "from", "Start Location"}


@pytest.mark.parametrize(
    ("names", "values", "unread"),
    [
        ("początek,koniec,notes", "0.5,2.0,x", "'początek' and 'koniec' are"),
        ("notes,window", "x,0:01 - 0:03", "'window' is"),
        ("when", "0:01", "'when' is"),
        ("period", "0.5-2.0", "'period' is"),
        ("seq1,seq2", "00:00:01:12,00:00:02:00", "'seq1' and 'seq2' are"),
    ],
)
def test_a_whole_video_beside_what_may_be_times_is_said(tmp_path: Path, names: str, values: str, unread: str) -> None:
    _, said = read_table(tmp_path, f"path,label,{names}", f"a.mp4,wave,{values}")
    assert said == [f"no column of times is read, so each row is a whole video; {unread} not read"]


@pytest.mark.parametrize(
    ("names", "values"), [("notes", "x"), ("width,height,fps,frames", "320,640,25,100"), ("weather,rain", "3,1")]
)
def test_a_whole_video_beside_other_columns_needs_no_word(tmp_path: Path, names: str, values: str) -> None:
    assert read_table(tmp_path, f"path,label,{names}", f"a.mp4,wave,{values}")[1] == []


def test_rows_without_numbers_do_not_hide_that_others_may_have_times(tmp_path: Path) -> None:
    _, said = read_table(tmp_path, "path,label,a,b", "a.mp4,wave,,", "b.mp4,wave,1,2")
    assert said == ["no column of times is read, so each row is a whole video; 'a' and 'b' are not read"]


def test_one_time_alone_is_said(tmp_path: Path) -> None:
    segment, said = read_table(tmp_path, "path,label,start,koniec,notes", "a.mp4,wave,0.5,2,x")
    assert (segment.start, segment.end) == (0.5, None)
    assert said[-1] == "no column of ends is read, so each action lasts until its video ends; 'koniec' is not read"
    segment, said = read_table(tmp_path, "path,label,end_seconds", "a.mp4,wave,2")
    assert (segment.start, segment.end) == (0.0, 2.0)
    assert said == ["no column of starts is read, so each action begins where its video does"]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("Startzeit", "Endzeit"),
        ("début", "fin"),
        ("Temps de début", "Temps de fin"),
        ("inicio", "fim"),
        ("start", "slut"),
        ("begin", "einde"),
        ("Mark In", "Mark Out"),
        ("tc_in", "tc_out"),
        ("Begin Time - ss.msec", "End Time - ss.msec"),
        ("Begin Time - hh:mm:ss.ms", "End Time - hh:mm:ss.ms"),
    ],
)
def test_times_under_names_of_other_languages_and_tools(tmp_path: Path, start: str, end: str) -> None:
    segment, _ = read_table(tmp_path, f"Vidéo,{start},{end},Catégorie", "a.mp4,00:00:00.500,2.0,wave")
    assert (segment.video, segment.start, segment.end, segment.label) == ("a.mp4", 0.5, 2.0, "wave")


@pytest.mark.parametrize(("start", "end", "silent"), [("start_ms", "end", "end"), ("start", "end_ms", "start")])
def test_a_unit_that_one_of_two_times_says_alone_is_refused(tmp_path: Path, start: str, end: str, silent: str) -> None:
    message = refusal(tmp_path, f"path,{start},{end},label", "a.mp4,500,2000,wave")
    assert f"only one says its unit; write it into the name of {silent!r} too" in message
    columns = {"end_seconds" if silent == "end" else "start_seconds": silent}
    assert read_table(tmp_path, f"path,{start},{end},label", "a.mp4,1,2000,wave", columns=columns)


@pytest.mark.parametrize("name", ["camera", "session_id", "scene", "class_id", "fold", "duration", "timestamp_utc"])
def test_what_looks_like_a_group_a_label_a_split_or_a_time_and_is_not_read_is_named(tmp_path: Path, name: str) -> None:
    _, said = read_table(tmp_path, f"path,label,{name}", "a.mp4,wave,x")
    assert len(said) == 1
    assert f"column {name!r} looks like a " in said[0]
    assert read_table(tmp_path, f"path,label,{name}", "a.mp4,wave,1", metadata=(name,))[1] == []


def read_objects(folder: Path, *rows: dict[str, Any], as_list: bool = False) -> tuple[list[Any], list[str]]:
    path = folder / "labels.json"
    path.write_text(json.dumps(rows, indent=2) if as_list else "\n".join(map(json.dumps, rows)))
    records, assumptions = read_annotations(DataConfig(annotations=str(path), videos=str(folder)))
    return records, [assumption.message for assumption in assumptions]


@pytest.mark.parametrize("as_list", [False, True])
def test_keys_of_objects_have_other_names_too(tmp_path: Path, as_list: bool) -> None:
    rows = [
        {"video": "a.mp4", "start": 0.5, "end": 2, "label": "wave"},
        {"video": "b.mp4", "start_ms": 500, "end_ms": 2000, "label": "wave"},
        {"path": "c.mp4", "start_seconds": 0.5, "end_seconds": 2.0, "label": "wave", "x": [1]},
    ]
    records, said = read_objects(tmp_path, *rows, as_list=as_list)
    assert [(record.video, record.start, record.end, record.source.row) for record in records] == [
        ("a.mp4", 0.5, 2.0, 1),
        ("b.mp4", 0.5, 2.0, 2),
        ("c.mp4", 0.5, 2.0, 3),
    ]
    assert said.count("column 'video' is read as path") == 1
    assert "column 'start_ms' is read as start_seconds, in milliseconds" in said


@pytest.mark.parametrize(
    "fields",
    [
        {"start": 1, "begin": 2},
        {"start_frame": 3},
        {"segment": [0.5, 2.0]},
        {"shown": {"start": 0.5, "end": 2.0}},
        {"events": [{"from": 0.5, "to": 2.0}, {"from": 3, "to": 4}]},
        {"start": "soon"},
        {"start": 1, "fin_end": 2},
    ],
)
def test_an_object_whose_times_are_not_understood_is_rejected(tmp_path: Path, fields: dict[str, Any]) -> None:
    records, _ = read_objects(
        tmp_path, {"path": "a.mp4", "label": "wave"}, {"path": "a.mp4", "label": "wave", **fields}
    )
    assert isinstance(records[1], Reject)
    assert records[1].reason in (Reason.ROW_MALFORMED, Reason.TIME_INVALID)


def test_an_item_of_a_list_that_is_no_object_costs_itself(tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_text('[{"path": "a.mp4", "label": "wave"}, 3]')
    records, _ = read_annotations(DataConfig(annotations=str(tmp_path / "labels.json"), videos=str(tmp_path)))
    assert [type(record) for record in records] == [Segment, Reject]
