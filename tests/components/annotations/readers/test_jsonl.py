"""JSON Lines, and boxes, which CSV files hold as JSON too."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, Segment, Source
from tests.components.annotations.readers.reading import outline, read, read_reject, read_segment

NAME = "labels.jsonl"
ROW = {"path": "a.mp4", "label": "wave"}


def line(**fields: Any) -> str:
    return json.dumps(ROW | fields) + "\n"


def test_keys_are_those_of_the_columns(tmp_path: Path) -> None:
    text = line(start_seconds=1, end_seconds="2.5", group="ann", split="test", boxes=[[1, 0, 0.25, 1, 0.75]])
    box = Box(1.0, 0.0, 0.25, 1.0, 0.75)
    assert read(tmp_path, text, NAME) == [
        Segment("a.mp4", "wave", Source(NAME, 1), 1.0, 2.5, group="ann", split="test", boxes=(box,)),
    ]


def test_renamed_keys(tmp_path: Path) -> None:
    assert (
        read_segment(tmp_path, '{"f": "a.mp4", "l": "wave"}', NAME, columns={"path": "f", "label": "l"}).label == "wave"
    )


def test_null_and_blank_values_count_as_absent(tmp_path: Path) -> None:
    segment = read_segment(tmp_path, line(start_seconds=None, end_seconds=" ", group="", split=None, boxes=" "), NAME)
    assert segment == Segment("a.mp4", "wave", Source(NAME, 1))


def test_numbers_as_names_are_read_as_text(tmp_path: Path) -> None:
    segment = read_segment(tmp_path, line(label=7, group=3), NAME)
    assert (segment.label, segment.group) == ("7", "3")


def test_blank_lines_count_as_lines(tmp_path: Path) -> None:
    assert outline(read(tmp_path, f"\ufeff{line()}\n  \n{line(label='sit')}", NAME)) == [(1, "wave"), (4, "sit")]


@pytest.mark.parametrize(
    "text",
    ["{", "[1]", "3", "null", '"text"', "{'path': 1}", '{"a": NaN,}', '{"n": ' + "9" * 5000 + "}", "[" * 100_000],
)
def test_a_line_that_is_no_json_object(tmp_path: Path, text: str) -> None:
    reject = read_reject(tmp_path, text + "\n", NAME, format="jsonl")
    assert (reject.reason, reject.value) == (Reason.ROW_MALFORMED, (text + "\n")[:200])


@pytest.mark.parametrize("key", ["path", "label", "group", "split"])
@pytest.mark.parametrize("value", [["a"], {"a": "b"}])
def test_a_list_or_an_object_where_a_text_belongs(tmp_path: Path, key: str, value: Any) -> None:
    reject = read_reject(tmp_path, line(**{key: value}), NAME)
    assert (reject.reason, reject.message, reject.value) == (Reason.ROW_MALFORMED, f"{key} is not a text", str(value))


@pytest.mark.parametrize("time", [10**400, -1, True, [], {}, "x", float("nan"), float("inf")])
def test_a_time_that_is_no_time(tmp_path: Path, time: Any) -> None:
    assert read_reject(tmp_path, line(start_seconds=time), NAME).reason is Reason.TIME_INVALID


@pytest.mark.parametrize("depth", range(900, 1000, 7))
def test_nesting_near_the_recursion_limit_costs_the_row_only(tmp_path: Path, depth: int) -> None:
    text = f'{{"path": "a.mp4", "label": "wave", "boxes": {"[" * depth}{"]" * depth}}}\n'
    first, second = outline(read(tmp_path, text + line(), NAME, format="jsonl"))
    assert first[1] in (Reason.BOX_INVALID, Reason.ROW_MALFORMED)
    assert second == (2, "wave")


@pytest.mark.parametrize("key", ["label", "group", "path"])
def test_half_a_surrogate_pair_is_no_text(tmp_path: Path, key: str) -> None:
    reject = read_reject(tmp_path, line(**{key: "x\ud800"}), NAME)
    assert reject.reason is Reason.TEXT_INVALID
    assert reject.as_ledger_entry()["value"] == r"x\ud800"


BAD_BOXES = [
    5,
    {"0": [1, 0, 0, 1, 1]},
    [1, 0, 0, 1, 1],
    ["00011"],
    [[0, 0, 0, 1]],
    [[0, 0, 0, 1, 1, 1]],
    [[0, 0, 0, 1, "x"]],
    [[0, 0, 0, 1, None]],
    [[0, 0, 0, 1.01, 1]],
    [[0, -0.01, 0, 1, 1]],
    [[0, 0.5, 0, 0.5, 1]],
    [[0, 0, 0.6, 1, 0.5]],
    [[-1, 0, 0, 1, 1]],
    [[float("nan"), 0, 0, 1, 1]],
    [[float("inf"), 0, 0, 1, 1]],
    [[0, 0, 0, float("nan"), 1]],
    [[10**400, 0, 0, 1, 1]],
    [[0, 0, 0, 1, 1], []],
]


@pytest.mark.parametrize("boxes", BAD_BOXES, ids=str)
def test_boxes_that_are_none(tmp_path: Path, boxes: Any) -> None:
    for value in (boxes, json.dumps(boxes)):
        reject = read_reject(tmp_path, line(boxes=value), NAME)
        assert (reject.reason, reject.value) == (Reason.BOX_INVALID, str(value)[:200])
        assert reject.message


@pytest.mark.parametrize("text", ["x", "[[0, 0, 0, 1, 1]", "[" * 100_000])
def test_boxes_in_a_csv_file_that_are_no_json(tmp_path: Path, text: str) -> None:
    reject = read_reject(tmp_path, f'path,label,boxes\na.mp4,wave,"{text}"\n')
    assert reject.reason is Reason.BOX_INVALID


def test_boxes_are_sorted_by_time(tmp_path: Path) -> None:
    text = 'path,label,boxes\na.mp4,wave,"[[2,0,0,1,1],[0.5,0,0,1,1],[1,0,0,1,1]]"\n'
    assert [box.time for box in read_segment(tmp_path, text).boxes] == [0.5, 1, 2]


def test_metadata_is_the_named_numbers_and_a_gap_is_an_absent_key(tmp_path: Path) -> None:
    fields = {"age": "33.5", "mass": 70, "height": " ", "other": 1}
    segment = read_segment(tmp_path, line(**fields), NAME, metadata=("age", "mass", "height", "floor"))
    assert segment.metadata == {"age": 33.5, "mass": 70.0}


@pytest.mark.parametrize("value", ["old", True, [1], "nan", "inf", 1e16, -1e300])
def test_metadata_that_is_no_number_or_beyond_all_measure_is_rejected(tmp_path: Path, value: Any) -> None:
    reject = read_reject(tmp_path, line(age=value), NAME, metadata=("age",))
    assert reject.reason is Reason.METADATA_INVALID
    assert reject.message.startswith("age is ")
