"""Whatever a file contains, a reader gives records and rejects, or one error for the file as a whole."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.annotations.config import SPLITS, DataConfig
from components.annotations.readers.detect import read_annotations
from components.annotations.records import Reject, Segment
from models.errors import UserError

TABLE = (
    b"path,start_seconds,end_seconds,label,group,split,boxes\n"
    b'a.mp4,0.5,2.5,wave,ann,train,"[[0.5, 0, 0, 1, 1], [1, 0, 0, 0.5, 0.5]]"\n'
    b'd/b.mp4,,,"sit ""down""",bob,val,\n'
    b'"c\n.mp4",1e1,20,stand,,,"[]"\n'
)
LINES = (
    b'{"path": "a.mp4", "label": "wave", "start_seconds": 0.5, "end_seconds": 2, "boxes": [[1, 0, 0, 1, 1]]}\n'
    b'{"path": "b.mp4", "label": "caf\\u00e9", "group": null, "split": "test"}\n'
)
LIST = b"Sit/v_Sit_g08_c01.avi 1\nStand/v_Stand_g09_c02.avi 2\n"
SEEDS = {"csv": ("labels.csv", TABLE), "jsonl": ("labels.jsonl", LINES), "ucf101": ("trainlist01.txt", LIST)}

CHUNKS = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(
        [
            b'"',
            b",",
            b"\n",
            b"\r",
            b"\0",
            b"[",
            b"{",
            b"}",
            b"\\",
            b"\\ud800",
            b"\xff\xfe",
            b"nan",
            b"1e999",
            b"-1",
            b"true",
        ]
    ),
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


@st.composite
def mutated(draw: st.DrawFn, content: bytes) -> bytes:
    """`content` with a few stretches replaced."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        stop = min(len(content), start + draw(st.integers(0, 8)))
        content = content[:start] + draw(CHUNKS) + content[stop:]
    return content


def check_records(folder: Path, name: str, content: bytes, **config: Any) -> None:
    path = folder / name
    path.write_bytes(content)
    if name == "trainlist01.txt":
        (folder / "testlist01.txt").write_bytes(content)
    try:
        records = read_annotations(DataConfig(annotations=str(path), videos=str(folder), **config))
    except UserError as error:
        assert str(path) in str(error)
        return
    num_lines = content.count(b"\n") + content.count(b"\r") + 1
    for record in records:
        assert record.source is not None
        assert 1 <= record.source.row <= num_lines
        if isinstance(record, Segment):
            check_segment(record)
        else:
            check_reject(record)


def check_segment(segment: Segment) -> None:
    assert segment.video
    assert segment.label
    assert 0 <= segment.start < math.inf
    assert segment.end is None or segment.start < segment.end < math.inf
    assert segment.split in (None, *SPLITS)
    assert segment.group != ""
    assert [box.time for box in segment.boxes] == sorted(box.time for box in segment.boxes)
    f"{segment.video}{segment.label}{segment.group}".encode()


def check_reject(reject: Reject) -> None:
    entry = reject.as_ledger_entry()
    assert entry["message"]
    assert entry["remedy"]
    assert len(entry["value"]) < 10_000
    json.dumps(entry, ensure_ascii=False).encode()


@pytest.mark.parametrize("name", SEEDS)
@settings(max_examples=80)
@given(data=st.data(), chosen=st.booleans())
def test_mutated_files(folder: Path, name: str, data: st.DataObject, chosen: bool) -> None:
    file, seed = SEEDS[name]
    check_records(folder, file, data.draw(mutated(seed)), format=name if chosen else "auto")


@settings(max_examples=80)
@given(content=st.binary(max_size=200), name=st.sampled_from(sorted(SEEDS)), header=st.booleans())
def test_any_bytes(folder: Path, content: bytes, name: str, header: bool) -> None:
    check_records(folder, SEEDS[name][0], content, format=name, header=header)


@settings(max_examples=80)
@given(text=st.text(st.characters(blacklist_categories=["Cs"]), max_size=100), delimiter=st.sampled_from(",;\t|x "))
def test_any_text_below_a_header(folder: Path, text: str, delimiter: str) -> None:
    header = delimiter.join(["path", "label", "start_seconds", "boxes"]) + "\n"
    check_records(folder, "labels.csv", (header + text).encode(), format="csv", delimiter=delimiter)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=80)
@given(
    fields=st.fixed_dictionaries(
        {"path": st.just("a.mp4") | JSON_VALUES, "label": st.just("wave") | JSON_VALUES},
        optional=dict.fromkeys(("start_seconds", "end_seconds", "group", "split", "boxes"), JSON_VALUES),
    )
)
def test_any_json_values(folder: Path, fields: dict[str, Any]) -> None:
    check_records(folder, "labels.jsonl", json.dumps(fields).encode(), format="jsonl")


@settings(max_examples=80)
@given(
    start=st.floats(0, 1e6),
    length=st.floats(1e-3, 1e6),
    label=st.text(
        st.characters(blacklist_categories=["Cs", "Cc", "Z"], blacklist_characters="\ufffd"), min_size=1, max_size=20
    ),
)
def test_what_is_written_is_what_is_read(folder: Path, start: float, length: float, label: str) -> None:
    path = folder / "labels.csv"
    quoted = label.replace('"', '""')
    path.write_text(f'path,start_seconds,end_seconds,label\na.mp4,{start!r},{start + length!r},"{quoted}"\n', "utf-8")
    (record,) = read_annotations(DataConfig(annotations=str(path), videos=str(folder), format="csv"))
    assert isinstance(record, Segment)
    assert (record.start, record.end, record.label) == (start, start + length, label)
