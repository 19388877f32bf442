"""CSV files: with or without a header, tidy or not."""

from pathlib import Path

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import Segment, Source
from foundation.messages.errors import UserError
from tests.components.annotations.readers.reading import outline, read, read_reject, read_segment

HEADER = "path,start_seconds,end_seconds,label,group,split\n"
WHOLE_CLIP = Segment("a.mp4", "wave", Source("labels.csv", 2))


def test_columns_are_found_by_their_names_whatever_their_order(tmp_path: Path) -> None:
    text = "split,notes,label,end_seconds,start_seconds,group,path\nval,?,wave,2.5,0.5,ann,d/a.mp4\n"
    expected = Segment("d/a.mp4", "wave", Source("labels.csv", 2), 0.5, 2.5, group="ann", split="eval")
    assert read(tmp_path, text) == [expected]


def test_path_and_label_are_enough(tmp_path: Path) -> None:
    assert read(tmp_path, "path,label\na.mp4,wave\n") == [WHOLE_CLIP]


def test_without_a_header_the_columns_come_in_the_order_of_the_configuration(tmp_path: Path) -> None:
    expected = Segment("a.mp4", "wave", Source("labels.csv", 1), 1.0, 2.0, group="ann", split="train")
    assert read(tmp_path, "a.mp4,1,2,wave,ann,training\n", header=False) == [expected]


@pytest.mark.parametrize("delimiter", [";", "\t", "|", " "])
def test_another_delimiter(tmp_path: Path, delimiter: str) -> None:
    text = "path,label\na.mp4,wave\n".replace(",", delimiter)
    assert read(tmp_path, text, format="csv", delimiter=delimiter) == [WHOLE_CLIP]


@pytest.mark.parametrize("delimiter", ['"', "\n", "\r", "\0", ""])
def test_a_delimiter_that_cannot_delimit_is_an_error_of_the_configuration(tmp_path: Path, delimiter: str) -> None:
    with pytest.raises(ValueError, match="delimiter"):
        read(tmp_path, HEADER, delimiter=delimiter)


def test_renamed_columns(tmp_path: Path) -> None:
    text = "file,from,action\na.mp4,1.5,wave\n"
    columns = {"path": "file", "start_seconds": "from", "label": "action"}
    assert read_segment(tmp_path, text, columns=columns).start == 1.5


def test_a_renamed_column_that_the_file_lacks_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"row 1 \(read as csv\): no column 'begin'; found path, label\. Name"):
        read(tmp_path, "path,label\na.mp4,wave\n", columns={"start_seconds": "begin"})


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_byte_order_mark_and_line_ends_of_all_systems(tmp_path: Path, prefix: bytes, line_end: bytes) -> None:
    assert read(tmp_path, prefix + line_end.join([b"path,label", b"a.mp4,wave", b""])) == [WHOLE_CLIP]


def test_a_row_with_line_breaks_in_a_quoted_field_has_the_number_of_its_first_line(tmp_path: Path) -> None:
    text = 'path,label,notes\na.mp4,wave,"one\ntwo\nthree"\nb.mp4,sit,\n'
    assert outline(read(tmp_path, text)) == [(2, "wave"), (5, "sit")]


def test_blank_lines_are_no_rows_but_count_as_lines(tmp_path: Path) -> None:
    assert outline(read(tmp_path, "path,label\n\n  \n,\na.mp4,wave\n\n")) == [(5, "wave")]


def test_a_row_with_too_many_fields(tmp_path: Path) -> None:
    reject = read_reject(tmp_path, "path,label\na.mp4,wave,1,2\n")
    assert (reject.reason, reject.message) == (Reason.ROW_MALFORMED, "4 fields where the header has 2")
    assert reject.value == "a.mp4,wave,1,2"


def test_a_row_with_too_few_fields_lacks_the_last_ones(tmp_path: Path) -> None:
    records = read(tmp_path, "path,label,group\na.mp4,wave\nb.mp4\n")
    assert outline(records) == [(2, "wave"), (3, Reason.LABEL_MISSING)]


def test_a_row_without_a_path(tmp_path: Path) -> None:
    reject = read_reject(tmp_path, "path,label\n ,wave\n")
    assert (reject.reason, reject.message, reject.label) == (Reason.ROW_MALFORMED, "no path", "wave")


@pytest.mark.parametrize("time", ["-1", "nan", "inf", "-inf", "1e999", "soon", "0:1", "1_5", "--"])
@pytest.mark.parametrize("column", ["start_seconds", "end_seconds"])
def test_a_time_that_is_no_time(tmp_path: Path, column: str, time: str) -> None:
    reject = read_reject(tmp_path, f'path,label,{column}\na.mp4,wave,"{time}"\n')
    assert (reject.reason, reject.value) == (Reason.TIME_INVALID, time)
    assert column in reject.message


@pytest.mark.parametrize(("start", "end"), [("2", "1"), ("2", "2"), ("", "0"), ("0", "-0")])
def test_an_end_that_is_not_after_the_start(tmp_path: Path, start: str, end: str) -> None:
    reject = read_reject(tmp_path, HEADER + f"a.mp4,{start},{end},wave\n")
    assert reject.reason is Reason.END_BEFORE_START


@pytest.mark.parametrize(
    ("written", "split"),
    [
        ("train", "train"),
        ("Training", "train"),
        ("VAL", "eval"),
        ("validation", "eval"),
        (" test ", "test"),
        ("", None),
    ],
)
def test_splits_have_the_usual_synonyms(tmp_path: Path, written: str, split: str | None) -> None:
    assert read_segment(tmp_path, f"path,label,split\na.mp4,wave,{written}\n").split == split


def test_a_split_of_another_name(tmp_path: Path) -> None:
    reject = read_reject(tmp_path, "path,label,split\na.mp4,wave,holdout\n")
    assert (reject.reason, reject.value) == (Reason.SPLIT_UNKNOWN, "holdout")


@pytest.mark.parametrize(
    "content",
    [b"a\0.mp4,wave", b"a.mp4,wa\0ve", b"a.mp4,St\x81rzen", b"\xff\x7f.mp4,wave", "ä.mp4,St".encode() + b"\xfcrzen"],
)
def test_bytes_that_are_no_text(tmp_path: Path, content: bytes) -> None:
    reject = read_reject(tmp_path, b"path,label\n" + content + b"\n")
    assert reject.reason is Reason.TEXT_INVALID
    assert reject.message.endswith("is not UTF-8")


@pytest.mark.parametrize(
    "label", ["sitzen/stürzen", "走る", "🏃‍♀️", "می‌دود", "ru n", 'a\'b""c', "<script>", "=1+1", "\u00a0x"]
)
def test_labels_of_all_languages_stay_as_they_are(tmp_path: Path, label: str) -> None:
    segment = read_segment(tmp_path, f'path,label\na.mp4,"{label}"\n')
    assert segment.label == label.replace('""', '"').strip()


@pytest.mark.parametrize("label", ["wa\nve", "wa\tve", "wa\x1b[31mve", "wa\x85ve"])
def test_control_characters_in_a_label(tmp_path: Path, label: str) -> None:
    reject = read_reject(tmp_path, f'path,label\na.mp4,"{label}"\n')
    assert (reject.reason, reject.value) == (Reason.TEXT_INVALID, label)


@pytest.mark.parametrize(("column", "length"), [("label", 257), ("group", 257), ("path", 4097)])
def test_texts_that_are_too_long(tmp_path: Path, column: str, length: int) -> None:
    row = {"path": "a.mp4", "label": "wave", "group": "ann"} | {column: "x" * length}
    reject = read_reject(tmp_path, f"{','.join(row)}\n{','.join(row.values())}\n")
    assert (reject.reason, reject.value) == (Reason.TEXT_INVALID, "x" * 200)
    assert f"the {column} has {length} characters" in reject.message


def test_a_field_beyond_the_limit_costs_its_row_only(tmp_path: Path) -> None:
    text = f"path,label\n{'x' * (2**24 + 1)},wave\nb.mp4,sit\n"
    assert outline(read(tmp_path, text)) == [(2, Reason.ROW_MALFORMED), (3, "sit")]


def test_a_quotation_mark_that_is_never_closed_is_said_to_be_so(tmp_path: Path) -> None:
    records = read(tmp_path, 'path,label\na.mp4,wave\nb.mp4,"sit\nc.mp4,sit\nd.mp4,sit\n')
    assert outline(records) == [(2, "wave"), (3, Reason.ROW_MALFORMED)]
    assert "read over 3 lines: is a quotation mark left open?" in records[1].message  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "footage,label",
            r"no column 'path'; found footage, label\. .*data\.columns.*data\.delimiter.*data\.header: false",
        ),
        ("path:label", r"no column 'path' and no column 'label'; found path:label"),
        ("path,label,label", r"the column 'label' stands there more than once"),
        ('"path,label', r"the header cannot be read: unexpected end of data"),
        ("x" * (2**24 + 1), r"the header cannot be read: field larger than field limit"),
    ],
)
def test_a_header_that_is_none_is_an_error_with_a_remedy(tmp_path: Path, header: str, message: str) -> None:
    with pytest.raises(UserError, match=r"labels\.csv, row 1 \(read as csv\): " + message):
        read(tmp_path, header + "\na.mp4,wave", format="csv")


def test_a_reject_says_file_row_value_and_remedy(tmp_path: Path) -> None:
    reject = read_reject(tmp_path, HEADER + "a.mp4,x,,wave\n")
    assert reject.as_ledger_entry() == {
        "kind": "row",
        "reason": "time_invalid",
        "file": "labels.csv",
        "row": 2,
        "video": "a.mp4",
        "label": "wave",
        "value": "x",
        "message": "start_seconds is not a number",
        "remedy": "Write times in the format's own unit: finite numbers, not negative.",
    }
