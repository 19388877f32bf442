"""Twelve Labs' CSV."""

from pathlib import Path

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Segment, Source
from tests.components.annotations.readers.reading import outline, read

NAME = "train.csv"
ROW = "https://example.com/videos/a%20b.mp4?token=x/y.mp4,1.5,10,person waves\n"


def test_a_video_is_found_by_the_name_in_its_address(tmp_path: Path) -> None:
    assert read(tmp_path, ROW, NAME) == [
        Segment("a b.mp4", "person waves", Source(NAME, 1), 1.5, 10, find_by=FindBy.NAME)
    ]


def test_times_of_a_clock(tmp_path: Path) -> None:
    (segment,) = read(tmp_path, "https://a.b/c.mp4,0:01.5,1:10,wave\n", NAME)
    assert isinstance(segment, Segment)
    assert (segment.start, segment.end) == (1.5, 70.0)


@pytest.mark.parametrize("label", ['"a man, running"', "a man, running"])
def test_commas_in_a_description_need_no_quotes(tmp_path: Path, label: str) -> None:
    assert outline(read(tmp_path, f"https://a.b/c.mp4,1,2,{label}\n", NAME)) == [(1, "a man, running")]


@pytest.mark.parametrize(
    "header", ["video_url,start_time,end_time,label_or_description", "<video_url>, <start_time>, <end_time>, <label>"]
)
def test_a_first_line_with_the_names_of_the_columns_is_no_annotation(tmp_path: Path, header: str) -> None:
    assert outline(read(tmp_path, f"{header}\n{ROW}{header}\n", NAME)) == [
        (2, "person waves"),
        (3, Reason.PATH_INVALID),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("videos/a.mp4,1,2,x", Reason.PATH_INVALID),
        ("https://a.b/,1,2,x", Reason.PATH_INVALID),
        ("https://[a/c.mp4,1,2,x", Reason.PATH_INVALID),
        ("https://a.b/%2e%2e,1,2,x", Reason.PATH_INVALID),
        ("https://a.b/c.mp4,1,2", Reason.ROW_MALFORMED),
        ("https://a.b/c.mp4,1,2,", Reason.LABEL_MISSING),
        ("https://a.b/c.mp4,one,2,x", Reason.TIME_INVALID),
        ("https://a.b/c.mp4,2,1,x", Reason.END_BEFORE_START),
    ],
)
def test_bad_rows_cost_themselves_only(tmp_path: Path, row: str, reason: Reason) -> None:
    assert outline(read(tmp_path, f"{ROW}{row}\n", NAME)) == [(1, "person waves"), (2, reason)]
