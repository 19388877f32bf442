"""Values that may mean two things, or nothing: read where it is certain, said where it is assumed."""

import json
from pathlib import Path

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import Segment
from tests.components.annotations.readers.reading import outline, read, read_assumptions, read_segment

UNCLEAR = "the commas in 'end_seconds', 'start_seconds' may begin fractions or divide thousands; such rows are left out"


def test_decimal_commas_in_quotes_are_read_where_commas_divide_the_columns(tmp_path: Path) -> None:
    segment = read_segment(tmp_path, 'path,start_seconds,end_seconds,label\na.mp4,"0,5","2,25",wave\n')
    assert (segment.start, segment.end) == (0.5, 2.25)


@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
def test_commas_before_three_digits_are_not_guessed_at(tmp_path: Path, delimiter: str) -> None:
    header = delimiter.join(("path", "start_seconds", "end_seconds", "label")) + "\n"
    unclear = delimiter.join(("a.mp4", '"1,500"', '"2,500"', "wave")) + "\n"
    assert outline(read(tmp_path, header + unclear)) == [(2, Reason.TIME_INVALID)]
    assert any(said.startswith(UNCLEAR) for said in read_assumptions(tmp_path, header + unclear))
    for certain in ("0,500", "12,25"):
        records = read(tmp_path, header + unclear + unclear.replace("2,500", certain).replace("1,500", "0"))
        assert [record.start for record in records if isinstance(record, Segment)] == [1.5, 0.0]


def test_where_semicolons_divide_the_columns_commas_are_decimal(tmp_path: Path) -> None:
    for start, end, seconds in (("1,500", "2,500", (1.5, 2.5)), (",25", "2,5", (0.25, 2.5))):
        segment = read_segment(tmp_path, f"path;start_seconds;end_seconds;label\na.mp4;{start};{end};wave\n")
        assert (segment.start, segment.end) == seconds


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (",", "no times stand in 1 of 3 rows (the first: labels.csv, row 3), and each is taken as a whole video"),
        (
            "1,",
            "no end stands in 1 of 3 rows (the first: labels.csv, row 3), and each action lasts until its video ends",
        ),
        (
            ",2",
            "no start stands in 1 of 3 rows (the first: labels.csv, row 3), and each action begins where its video does",
        ),
    ],
)
def test_rows_without_times_beside_rows_with_times_are_said(tmp_path: Path, times: str, message: str) -> None:
    rows = f"path,start_seconds,end_seconds,label\na.mp4,1,2,wave\nb.mp4,{times},wave\nc.mp4,1,2,wave\n"
    (said,) = read_assumptions(tmp_path, rows)
    assert said.startswith(message)


def test_objects_without_times_beside_objects_with_times_are_said(tmp_path: Path) -> None:
    rows = [{"path": "a.mp4", "label": "wave", "start_seconds": 1, "end_seconds": 2}, {"path": "b.mp4", "label": "sit"}]
    (said,) = read_assumptions(tmp_path, "\n".join(map(json.dumps, rows)), "labels.jsonl")
    assert said.startswith("no times stand in 1 of 2 rows (the first: labels.jsonl, row 2)")


def test_whole_videos_and_negatives_need_no_word(tmp_path: Path) -> None:
    header = "path,start_seconds,end_seconds,label,negative\n"
    assert read_assumptions(tmp_path, header + "a.mp4,,,wave,\nb.mp4,,,sit,\n") == []
    assert read_assumptions(tmp_path, header + "a.mp4,1,2,wave,\nb.mp4,,,,true\n") == []


def test_what_programs_write_for_no_value_is_said(tmp_path: Path) -> None:
    rows = "path,label,group\na.mp4,wave,NA\nb.mp4,nan,NA\nc.mp4,none,ann\n"
    assert [record.group for record in read(tmp_path, rows) if isinstance(record, Segment)] == ["NA", "NA", "ann"]
    label, group = read_assumptions(tmp_path, rows)
    assert label.startswith("the label 'nan' (in 1 row) is a class like others")
    assert group.startswith("the group 'NA' (in 2 rows) is taken for one person or place like others")
