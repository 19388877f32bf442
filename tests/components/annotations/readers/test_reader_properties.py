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

from components.annotations.config import DataConfig
from components.annotations.readers.catalogue import READERS
from components.annotations.readers.detect import detect_format, read_annotations
from components.annotations.records.record import Reject, Segment
from components.annotations.splits.config import SPLITS
from foundation.messages.errors import UserError
from tests.components.annotations.readers.samples import SAMPLES

CHUNKS = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(
        [
            b'"',
            b",",
            b";",
            b" ",
            b"\n",
            b"\r",
            b"\0",
            b"[",
            b"{",
            b"}",
            b"<",
            b">",
            b"&",
            b"\\",
            b"\\ud800",
            b"\xff\xfe",
        ]
        + [
            b"nan",
            b"inf",
            b"1e999",
            b"-1",
            b"0",
            b"9" * 30,
            b"1e-320",
            b"true",
            b"null",
            b"..",
            b"/",
            b"[[[[",
            b"\xe2\x80\xa8",
        ]
    ),
)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


@st.composite
def mutated(draw: st.DrawFn, content: bytes) -> bytes:
    """`content` with a few bytes flipped, stretches deleted, replaced, inserted or repeated, or its end cut off."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        stop = min(len(content), start + draw(st.integers(0, 8)))
        kind = draw(st.sampled_from(["replace", "flip", "splice", "cut"]))
        if kind == "replace":
            content = content[:start] + draw(CHUNKS) + content[stop:]
        elif kind == "flip":
            flipped = bytes(byte ^ 1 << draw(st.integers(0, 7)) for byte in content[start : start + 1])
            content = content[:start] + flipped + content[start + 1 :]
        elif kind == "splice":
            other = draw(st.integers(0, len(content)))
            content = content[:start] + content[other : other + draw(st.integers(0, 80))] + content[stop:]
        else:
            content = content[:start]
    return content


def check(config: DataConfig) -> None:
    """Reads what `config` names; an error for the whole names the file that it is in."""
    try:
        records = read_annotations(config).records
    except UserError as error:
        files = [config.annotations, *([config.label_map] if config.label_map else [])]
        assert any(Path(file).name in str(error) for file in files)
        return
    for record in records:
        assert record.source is not None
        assert record.source.row >= 1
        if isinstance(record, Segment):
            check_segment(record)
        else:
            check_reject(record)


def check_content(folder: Path, name: str, content: bytes, **options: Any) -> None:
    (folder / name).write_bytes(content)
    check(DataConfig(annotations=str(folder / name), videos=str(folder), **options))


def check_segment(segment: Segment) -> None:
    assert segment.video
    assert bool(segment.label) != segment.is_negative
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
    assert len(entry["message"]) < 1000
    assert len(entry["value"]) < 10_000
    json.dumps(entry, ensure_ascii=False).encode()


def test_each_format_has_a_sample() -> None:
    assert set(SAMPLES) == set(READERS)


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_told_from_each_other_and_read_whole(tmp_path: Path, name: str) -> None:
    sample = SAMPLES[name]
    sample.write(tmp_path)
    config = sample.config(tmp_path)
    assert detect_format(Path(config.annotations)) == name
    records = read_annotations(config).records
    assert [type(record) for record in records] == [Segment] * sample.num_segments


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=60)
@given(data=st.data(), chosen=st.booleans())
def test_mutated_files(folder: Path, name: str, data: st.DataObject, chosen: bool) -> None:
    sample, folder = SAMPLES[name], folder / name
    sample.write(folder)
    file = data.draw(st.sampled_from(sorted(sample.files)))
    (folder / file).write_bytes(data.draw(mutated(sample.files[file])))
    check(sample.config(folder, format=name if chosen else "auto"))


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=30)
@given(content=st.binary(max_size=200), header=st.booleans())
def test_any_bytes(folder: Path, name: str, content: bytes, header: bool) -> None:
    sample, folder = SAMPLES[name], folder / name
    sample.write(folder)
    (folder / next(iter(sample.files))).write_bytes(content)
    check(sample.config(folder, format=name, header=header))


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("other", SAMPLES)
def test_a_file_of_another_format(tmp_path: Path, name: str, other: str) -> None:
    SAMPLES[other].write(tmp_path)
    check(SAMPLES[other].config(tmp_path, format=name))


def json_samples() -> Iterator[str]:
    for name, sample in SAMPLES.items():
        first_line = next(iter(sample.files.values())).splitlines() or [b""]
        if first_line[0].startswith((b"{", b"[")):
            yield name


@st.composite
def with_another_value(draw: st.DrawFn, document: Any) -> Any:
    """`document` with one of its values, at any depth, replaced by any other."""
    keys = list(document) if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else ()
    if not keys or not draw(st.booleans()) and draw(st.booleans()):
        return draw(JSON_VALUES)
    key = draw(st.sampled_from(keys))
    changed = dict(document) if isinstance(document, dict) else list(document)
    changed[key] = draw(with_another_value(document[key]))
    return changed


@pytest.mark.parametrize("name", json_samples())
@settings(max_examples=80)
@given(data=st.data())
def test_any_value_in_a_json_document(folder: Path, name: str, data: st.DataObject) -> None:
    sample, folder = SAMPLES[name], folder / name
    sample.write(folder)
    file, content = next(iter(sample.files.items()))
    try:
        lines = [json.loads(content)]
    except ValueError:
        lines = [json.loads(line) for line in content.splitlines()]
    changed = [json.dumps(data.draw(with_another_value(line))) for line in lines]
    (folder / file).write_text("\n".join(changed))
    check(sample.config(folder, format=name))


@settings(max_examples=80)
@given(text=st.text(st.characters(blacklist_categories=["Cs"]), max_size=100), delimiter=st.sampled_from(",;\t|x "))
def test_any_text_below_a_header(folder: Path, text: str, delimiter: str) -> None:
    header = delimiter.join(["path", "label", "start_seconds", "boxes"]) + "\n"
    check_content(folder, "labels.csv", (header + text).encode(), format="csv", delimiter=delimiter)


@settings(max_examples=80)
@given(
    fields=st.fixed_dictionaries(
        {"path": st.just("a.mp4") | JSON_VALUES, "label": st.just("wave") | JSON_VALUES},
        optional=dict.fromkeys(("start_seconds", "end_seconds", "group", "split", "boxes"), JSON_VALUES),
    )
)
def test_any_json_values(folder: Path, fields: dict[str, Any]) -> None:
    check_content(folder, "labels.jsonl", json.dumps(fields).encode(), format="jsonl")


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
    (record,) = read_annotations(DataConfig(annotations=str(path), videos=str(folder), format="csv")).records
    assert isinstance(record, Segment)
    assert (record.start, record.end, record.label) == (start, start + length, label)
