"""Tables as spreadsheets save them: other delimiters, decimal commas, clock times and encodings."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.annotations.config import DataConfig
from components.annotations.readers.detect import read_annotations
from components.annotations.readers.values import BadValueError, parse_seconds
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Annotations, Segment, Source
from tests.components.annotations.readers.reading import outline, read, read_reject, read_segment
from tests.shared_data import SHARED_CASES

ROWS = "path,start_seconds,end_seconds,label\na.mp4,0.5,2.0,wave\n"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


def read_all(folder: Path, content: str | bytes, **config: object) -> Annotations:
    path = folder / "labels.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_annotations(DataConfig.model_validate({"annotations": str(path), "videos": str(folder), **config}))


def said(annotations: Annotations) -> list[str]:
    return [assumption.message for assumption in annotations.assumptions]


@pytest.mark.skipif(not SHARED_CASES.is_dir(), reason="the cases are not here")
@pytest.mark.parametrize(
    ("name", "group"),
    [
        *((name, "p0") for name in ("start_end", "start_time", "capital", "semi", "sep")),
        *((name, None) for name in ("hms", "noext", "win")),
    ],
)
def test_what_was_misread_once(name: str, group: str | None) -> None:
    records, _ = read_annotations(DataConfig(annotations=str(SHARED_CASES / "tables" / f"{name}.csv"), videos="videos"))
    assert len(records) == 12
    for number, record in enumerate(records):
        assert isinstance(record, Segment)
        assert (record.start, record.end, record.label) == (0.5, 2.0, ("wave", "clap")[number % 2])
    assert isinstance(records[0], Segment) and records[0].group == group


@pytest.mark.parametrize(("delimiter", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
def test_what_divides_the_columns_is_told_from_the_header_and_said(tmp_path: Path, delimiter: str, name: str) -> None:
    annotations = read_all(tmp_path, ROWS.replace(",", delimiter))
    assert annotations.records == [Segment("a.mp4", "wave", Source("labels.csv", 2), 0.5, 2.0)]
    assert said(annotations) == [f"the columns of labels.csv are taken to be divided by {name}"]


def test_a_stated_delimiter_needs_no_word(tmp_path: Path) -> None:
    assert said(read_all(tmp_path, ROWS)) == []
    assert said(read_all(tmp_path, ROWS.replace(",", ";"), delimiter=";")) == []
    assert said(read_all(tmp_path, "sep=;\r\n" + ROWS.replace(",", ";"))) == []


def test_commas_in_the_names_and_values_of_a_semicolon_table_are_text(tmp_path: Path) -> None:
    segment = read_segment(tmp_path, "path;label;notes, if any, of a reader\na, b.mp4;sit, then stand;x, y\n")
    assert (segment.video, segment.label) == ("a, b.mp4", "sit, then stand")


@pytest.mark.parametrize("statement", ["sep=;\n", '"sep=;"\r\n', "SEP=;\r\n"])
def test_the_line_that_states_the_delimiter_counts_as_a_line(tmp_path: Path, statement: str) -> None:
    assert outline(read(tmp_path, statement + "path;label\na.mp4;wave\nb.mp4;\n")) == [
        (3, "wave"),
        (4, Reason.LABEL_MISSING),
    ]


@pytest.mark.parametrize(
    "above",
    ["\n\n", ";;;\n", "sep=;\n\n", "\r\n;;\r\n", "\ufeff\n"],
)
def test_blank_lines_above_the_header_are_none(tmp_path: Path, above: str) -> None:
    records, assumptions = read_all(tmp_path, above + "path;start;end;label\na.mp4;0,5;2;wave\n")
    (segment,) = records
    assert isinstance(segment, Segment)
    assert (segment.start, segment.end, segment.source.row) == (0.5, 2.0, above.count("\n") + 2)
    assert any("0,5 is 0.5" in assumption.message for assumption in assumptions)


def test_tabs_may_be_stated(tmp_path: Path) -> None:
    assert outline(read(tmp_path, "sep=\t\npath\tlabel\na, b.mp4\twave\n")) == [(3, "wave")]


def test_blanks_after_the_delimiter_are_no_part_of_a_text(tmp_path: Path) -> None:
    records = read(tmp_path, '"path", "start", "end", "label"\n"a.mp4", "0.5", "2", "wave, left"\nb.mp4, 1, 2, wave\n')
    assert outline(records) == [(2, "wave, left"), (3, "wave")]


def test_the_mark_of_a_file_that_was_put_behind_another_is_no_part_of_its_first_row(tmp_path: Path) -> None:
    records = read(tmp_path, "\ufeffpath,label\na.mp4,wave\n\ufeffb.mp4,sit\n")
    assert [record.video for record in records] == ["a.mp4", "b.mp4"]
    (tmp_path / "labels.csv").unlink()
    text = '{"path": "a.mp4", "label": "wave"}\n'
    assert len([record for record in read(tmp_path, text + "\ufeff" + text) if isinstance(record, Segment)]) == 2
    assert [record.video for record in read(tmp_path, "a.mp4 1\n\ufeffb.mp4 2\n")] == ["a.mp4", "b.mp4"]


def test_blank_columns_beside_a_table_are_none(tmp_path: Path) -> None:
    assert outline(read(tmp_path, "path;label;;\na.mp4;wave;;\nb.mp4;sit;;;\nc.mp4;sit;;;x\n")) == [
        (2, "wave"),
        (3, "sit"),
        (4, Reason.ROW_MALFORMED),
    ]


def test_a_table_of_another_format_may_state_its_delimiter_too(tmp_path: Path) -> None:
    text = "sep=;\nlabel;youtube_id;time_start;time_end;split\nwave;0wR5jVB-WPk;417;427;val\n"
    assert read_segment(tmp_path, text).video == "0wR5jVB-WPk_000417_000427"


def test_a_table_without_a_header_is_divided_by_what_divides_it_most(tmp_path: Path) -> None:
    segment = read_segment(tmp_path, "a.mp4;0,5;2,0;wave;ann\n", header=False)
    assert (segment.start, segment.end, segment.label, segment.group) == (0.5, 2.0, "wave", "ann")


def test_decimal_commas_are_read_and_said(tmp_path: Path) -> None:
    annotations = read_all(
        tmp_path,
        "path;label;start_seconds;end_seconds;age\na.mp4;wave;0,5;2;33,5\nb.mp4;sit;1;1.234,5;7\n",
        metadata=("age",),
    )
    segment, reject = annotations.records
    assert isinstance(segment, Segment)
    assert (segment.start, segment.end, segment.metadata) == (0.5, 2.0, {"age": 33.5})
    assert reject.reason is Reason.TIME_INVALID  # type: ignore[union-attr]
    assert "the commas in 'age', 'start_seconds' are read as decimal points (0,5 is 0.5)" in said(annotations)


def test_a_comma_beside_points_is_no_decimal_comma(tmp_path: Path) -> None:
    records = read(tmp_path, "path;label;end_seconds\na.mp4;wave;1,500\nb.mp4;wave;2.5\n")
    assert outline(records) == [(2, Reason.TIME_INVALID), (3, "wave")]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0:02.0", 2.0),
        ("00:00:00.500", 0.5),
        ("0:00:00,5", 0.5),
        ("90:15", 5415.0),
        ("1:00:01", 3601.0),
        (" 0:07 ", 7.0),
        ("12", 12.0),
        ("1e1", 10.0),
    ],
)
def test_times_of_a_clock(text: str, seconds: float) -> None:
    assert parse_seconds(text, "the start") == seconds


@pytest.mark.parametrize(
    "text",
    ["0:5", "1:60", "1:60:00", "1:2:03", "-0:01", "0:01 AM", "00:00:01:12", "00:00:01;12", "::", "0:0x", "1:00:00:00"],
)
def test_what_is_no_clear_time_is_refused(text: str) -> None:
    with pytest.raises(BadValueError, match="the start"):
        parse_seconds(text, "the start")


def test_a_timecode_is_named(tmp_path: Path) -> None:
    reject = read_reject(tmp_path, "path,label,start_seconds\na.mp4,wave,00:00:01:12\n")
    assert (reject.reason, reject.message) == (Reason.TIME_INVALID, "start_seconds counts frames after the seconds")


@settings(max_examples=200)
@given(milliseconds=st.integers(0, 9 * 3600 * 1000), form=st.sampled_from(["s", "m", "h"]), point=st.sampled_from(".,"))
def test_a_time_in_any_form_is_the_same(milliseconds: int, form: str, point: str) -> None:
    whole, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(whole, 60)
    hours, more_minutes = divmod(minutes, 60)
    text = {"s": f"{whole}", "m": f"{minutes}:{seconds:02d}", "h": f"{hours}:{more_minutes:02d}:{seconds:02d}"}[form]
    assert parse_seconds(f"{text}{point}{rest:03d}", "", has_decimal_commas=True) == milliseconds / 1000


ENCODINGS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "utf-16": b"",
    "utf-16-le": b"",
    "utf-16-be": b"",
    "utf-16-be with a mark": codecs.BOM_UTF16_BE,
    "cp1252": b"",
}


@settings(max_examples=100)
@given(
    delimiter=st.sampled_from(",;\t|"),
    has_comma=st.booleans(),
    encoding=st.sampled_from(sorted(ENCODINGS)),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    label=st.sampled_from(["wave", "Stürzen", "s'asseoir à côté"]),
    times=st.tuples(st.integers(0, 9999), st.integers(1, 9999)),
)
def test_a_table_is_the_same_however_it_is_saved(
    folder: Path, delimiter: str, has_comma: bool, encoding: str, line_end: str, label: str, times: tuple[int, int]
) -> None:
    start, end = times[0] / 1000, sum(times) / 1000
    # Three digits after the comma could be those of thousands.
    numbers = [f"{start:.4f}", f"{end:.4f}"]
    if has_comma:
        numbers = [f'"{number.replace(".", ",")}"' for number in numbers]
    rows = [["path", "start_seconds", "end_seconds", "label"], ["a.mp4", *numbers, label]]
    text = "".join(delimiter.join(row) + line_end for row in rows)
    content = ENCODINGS[encoding] + text.encode(encoding.split()[0])
    annotations = read_all(folder, content)
    assert annotations.records == [Segment("a.mp4", label, Source("labels.csv", 2), start, end)]
    is_guess = encoding == "cp1252" and not label.isascii()
    assert any("Windows-1252" in message for message in said(annotations)) == is_guess


def test_utf_8_that_is_damaged_is_not_taken_for_another_encoding(tmp_path: Path) -> None:
    content = "path,label\nä.mp4,wave\nb.mp4,St".encode() + b"\xfcrzen\n"
    assert outline(read(tmp_path, content)) == [(2, "wave"), (3, Reason.TEXT_INVALID)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_json_is_read_in_the_encodings_of_windows_too(tmp_path: Path, encoding: str) -> None:
    row = '{"path": "ä.mp4", "label": "wave"}'
    for name, text in (("a.jsonl", row + "\n"), ("a.json", f"[{row}]")):
        assert read_segment(tmp_path, text.encode(encoding), name).video == "ä.mp4"
