"""BORIS: tables of events, of aggregated events, and project files, as its versions write them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.annotations.config import DataConfig
from components.annotations.readers.detect import annotation_files, detect_format, read_annotations
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Record, Reject, Segment, Source
from foundation.messages.errors import UserError
from tests.components.annotations.readers import reading
from tests.components.annotations.readers.samples import BORIS
from tests.components.annotations.readers.test_reader_properties import check_content, mutated

WALK = ("walk", 0.5, 2.0, "c00.mp4", "ann")

# The columns of version 8 and 9, fewer of which matter than are there.
EVENTS = ("Observation id", "Observation type", "Source", "Time offset (s)", "Media duration (s)", "Subject", "Behavior",
          "Behavioral category", "Behavior type", "Time", "Media file name", "Comment")  # fmt: skip
AGGREGATED = ("Observation id", "Source", "Subject", "Behavior", "Behavior type", "Start (s)", "Stop (s)")
# Versions before have other names for the media.
OLD_AGGREGATED = ("Observation id", "Media file", "Total length", "FPS", "Subject", "Behavior", "Modifiers",
                  "Behavior type", "Start (s)", "Stop (s)")  # fmt: skip
VERSION_7 = ("Time", "Media file path", "Total length", "FPS", "Subject", "Behavior", "Behavioral category", "Comment",
             "Status")  # fmt: skip


def table(columns: tuple[str, ...], *rows: dict[str, Any], delimiter: str = ",") -> str:
    lines = [delimiter.join(columns), *(delimiter.join(str(row.get(name, "")) for name in columns) for row in rows)]
    return "\n".join(lines) + "\n"


def event(kind: str, time: Any, **fields: Any) -> dict[str, Any]:
    return {"Observation id": "obs1", "Source": "player #1:c00.mp4", "Media file name": "c00.mp4", "Subject": "ann",
            "Behavior": "walk", "Behavior type": kind, "Time": time, **fields}  # fmt: skip


def events(*rows: dict[str, Any], delimiter: str = ",") -> str:
    return table(EVENTS, *rows, delimiter=delimiter)


def project(*coded: Any, **observation: Any) -> str:
    fields = {
        "file": {"1": ["C:\\films\\c00.mp4"], "2": []},
        "type": "MEDIA",
        "time offset": 0.0,
        "events": list(coded),
    }
    behaviors = {"0": {"type": "State event", "code": "walk"}, "1": {"type": "Point event", "code": "nod"}}
    return json.dumps(
        {"time_format": "s", "project_format_version": "7.0", "behaviors_conf": behaviors,
         "observations": {"obs1": {**fields, **observation}}}
    )  # fmt: skip


def read(folder: Path, content: str, name: str = "events.csv") -> list[Record]:
    return reading.read(folder, content, name)


def shown(records: list[Record]) -> list[Any]:
    return [
        (record.label, record.start, record.end, record.video, record.group) if isinstance(record, Segment)
        else (record.source and record.source.row, record.reason, record.message)
        for record in records
    ]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_state_lasts_from_its_start_to_its_stop(tmp_path: Path, delimiter: str) -> None:
    content = events(event("START", "0.500"), event("STOP", "2.000"), delimiter=delimiter)
    assert read(tmp_path, content) == [
        Segment("c00.mp4", "walk", Source("events.csv", 2), 0.5, 2.0, group="ann", find_by=FindBy.NAME)
    ]


@pytest.mark.parametrize(
    "content",
    [
        table(
            AGGREGATED,
            {**event("STATE", ""), "Start (s)": "0.500", "Stop (s)": "2.000"},
        ),
        table(
            OLD_AGGREGATED,
            {
                **event("STATE", ""),
                "Media file": "/home/lab/c00.mp4",
                "Total length": 4,
                "Start (s)": 0.5,
                "Stop (s)": 2,
            },
            delimiter="\t",
        ),
        "Observation id\tobs1\n\nMedia file(s)\nPlayer #1\t/home/lab/c00.mp4\nTime offset (s)\t0.0\n\n"
        + table(
            VERSION_7,
            {**event("", "0.5"), "Media file path": "/home/lab/c00.mp4", "Status": "START"},
            {**event("", "2.0"), "Media file path": "/home/lab/c00.mp4", "Status": "STOP"},
            delimiter="\t",
        ),
        events(event("START", "00:00:00.500"), event("STOP", "00:00:02.000")),
        events(event("START", "1.5", **{"Time offset (s)": "1.0"}), event("STOP", "3.0", **{"Time offset (s)": "1.0"})),
        project([0.5, "ann", "walk", "", ""], [2.0, "ann", "walk", "", "", 50]),
        project([12.0, "ann", "walk", "", ""], [10.5, "ann", "walk", "", ""], **{"time offset": 10}),
    ],
    ids=["aggregated", "old aggregated", "version 7", "clock", "offset", "project", "project with an offset"],
)
def test_every_form_gives_the_same(tmp_path: Path, content: str) -> None:
    assert shown(read(tmp_path, content)) == [WALK]
    assert detect_format(tmp_path / "events.csv") == "boris"


def test_subjects_and_behaviours_overlap_without_being_mixed_up(tmp_path: Path) -> None:
    rows = [event("START", 0), event("START", 1, Subject="bob"), event("START", 1.5, Behavior="eat"), event("STOP", 2)]
    rows += [event("STOP", 3, Subject="bob"), event("STOP", 4, Behavior="eat"), event("START", 5), event("STOP", 6)]
    assert [each[:3] + each[4:] for each in shown(read(tmp_path, events(*rows)))] == [
        ("walk", 0.0, 2.0, "ann"), ("walk", 1.0, 3.0, "bob"), ("eat", 1.5, 4.0, "ann"), ("walk", 5.0, 6.0, "ann"),
    ]  # fmt: skip


@pytest.mark.parametrize("subject", ["", "No focal subject"])
def test_no_focal_subject_is_no_group(tmp_path: Path, subject: str) -> None:
    (record,) = read(tmp_path, events(event("START", 0, Subject=subject), event("STOP", 2, Subject=subject)))
    assert isinstance(record, Segment) and record.group is None


def test_what_is_no_span_of_time_is_rejected_with_its_row(tmp_path: Path) -> None:
    rows = [
        event("STOP", 0.5),
        event("START", 1),
        event("START", 2),
        event("STOP", 3),
        event("START", 4),
        event("POINT", 5),
    ]
    assert shown(read(tmp_path, events(*rows))) == [
        (2, Reason.SPAN_INCOMPLETE, "it stops, and did not start before"),
        (3, Reason.SPAN_INCOMPLETE, "it starts, and starts once more before it stops"),
        ("walk", 2.0, 3.0, "c00.mp4", "ann"),
        (6, Reason.SPAN_INCOMPLETE, "it starts and never stops"),
        (7, Reason.SPAN_INCOMPLETE, "a point event has no duration: code the behaviour as a state event"),
    ]


def test_so_it_is_in_projects_and_aggregated_tables(tmp_path: Path) -> None:
    coded = project([0.5, "ann", "walk", "", ""], [1.0, "", "nod", "", ""], [1.5, "", "jump", "", ""], [2.0])
    assert [record[:2] for record in shown(read(tmp_path, coded))] == [
        (1, Reason.SPAN_INCOMPLETE), (2, Reason.SPAN_INCOMPLETE), (3, Reason.LABEL_UNKNOWN), (4, Reason.ROW_MALFORMED),
    ]  # fmt: skip
    point = {**event("POINT", ""), "Start (s)": 1, "Stop (s)": 1}
    unended = {**event("STATE", ""), "Start (s)": 1, "Stop (s)": "NA"}
    assert [each[:2] for each in shown(read(tmp_path, table(AGGREGATED, point, unended)))] == [
        (2, Reason.SPAN_INCOMPLETE), (3, Reason.SPAN_INCOMPLETE),
    ]  # fmt: skip


def test_files_that_are_played_one_after_the_other_have_times_of_their_own(tmp_path: Path) -> None:
    media = {"Source": "player #1:/d/a.mp4;/d/b.mp4|player #2:/d/side.mp4", "Media duration (s)": "10.0;20.0|30.0"}
    rows = [
        event(kind, time, **media) for kind, time in zip(["START", "STOP"] * 3, (1, 10, 12, 14, 8, 12), strict=True)
    ]
    first, second, across = read(tmp_path, events(*rows))
    assert shown([first, second]) == [("walk", 1.0, 10.0, "a.mp4", "ann"), ("walk", 2.0, 4.0, "b.mp4", "ann")]
    assert isinstance(across, Reject) and across.message == "the behaviour goes on from a.mp4 into the next file"
    lengths = {"length": {"a.mp4": 10.0, "b.mp4": 20.0}}
    coded = project([12, "ann", "walk"], [14, "ann", "walk"], file={"1": ["a.mp4", "b.mp4"]}, media_info=lengths)
    assert shown(read(tmp_path, coded)) == [("walk", 2.0, 4.0, "b.mp4", "ann")]
    unknown = project([12, "ann", "walk"], [14, "ann", "walk"], file={"1": ["a.mp4", "b.mp4"]})
    assert reading.read_reject(tmp_path, unknown).reason is Reason.TIME_INVALID


def test_what_was_observed_live_has_no_video(tmp_path: Path) -> None:
    live = {"Source": "NA", "Media file name": "NA"}
    reject = reading.read_reject(tmp_path, events(event("START", 1, **live), event("STOP", 2, **live)))
    assert reject.reason is Reason.ROW_MALFORMED
    assert reject.message.startswith("the observation names no media file")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (event("START", "x"), Reason.TIME_INVALID),
        (event("START", ""), Reason.TIME_INVALID),
        (event("BEGIN", "1"), Reason.ROW_MALFORMED),
    ],
)
def test_a_bad_row_costs_itself(tmp_path: Path, row: dict[str, Any], reason: Reason) -> None:
    records = read(tmp_path, events(row, event("START", 1), event("STOP", 2)))
    assert reading.outline(records) == [(2, reason), (3, "walk")]


def test_a_file_without_the_columns_is_malformed_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"events\.csv, row 1 \(read as boris\): no row names the columns of BORIS"):
        reading.read(tmp_path, "path,label\na.mp4,walk\n", "events.csv", format="boris")


@settings(max_examples=60)
@given(content=mutated(BORIS), chosen=st.booleans())
def test_mutated_tables(tmp_path_factory: pytest.TempPathFactory, content: bytes, chosen: bool) -> None:
    check_content(tmp_path_factory.getbasetemp(), "boris.csv", content, format="boris" if chosen else "auto")


def test_a_folder_has_a_table_for_each_observation(tmp_path: Path) -> None:
    for name in ("obs1.csv", "obs2.tsv"):
        rows = (event("START", 1), event("STOP", 2)) if name == "obs1.csv" else (event("START", 3), event("STOP", 4))
        (tmp_path / name).write_text(events(*rows, delimiter="\t" if name.endswith("tsv") else ","))
    config = DataConfig(annotations=str(tmp_path), videos=str(tmp_path))
    assert detect_format(tmp_path) == "boris"
    assert [(str(record.source), *shown([record])[0][1:3]) for record in read_annotations(config).records] == [
        ("obs1.csv, row 2", 1.0, 2.0), ("obs2.tsv, row 2", 3.0, 4.0),
    ]  # fmt: skip
    assert [file.name for file in annotation_files(config)] == ["obs1.csv", "obs2.tsv"]
