"""The generic form holds all that a segment says: what is written is what is read."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotations.config import DataConfig
from components.annotations.readers.detect import read_annotations
from components.annotations.records.record import Box, Mask, Segment, Source
from components.annotations.splits.config import SPLITS
from components.annotations.writers.table import metadata_names, write_csv, write_jsonl
from foundation.messages.errors import UserError

SOURCE = Source("labels.csv", 2)
WRITERS = {"csv": write_csv, "jsonl": write_jsonl}

NAMES = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd"), min_size=1, max_size=12)
    | st.sampled_from(['a,b;"c"', "走る", "=1+1", "null", "0", "{", "[1]"])
).map(str.strip)
TIMES = st.floats(0, 1e6)
EDGES = st.tuples(*[st.floats(0, 1)] * 4).filter(lambda edges: edges[0] < edges[2] and edges[1] < edges[3])
BOXES = st.builds(lambda time, edges, *marks: Box(time, *edges, *marks), TIMES, EDGES, st.booleans(), st.booleans())
MASKS = st.builds(Mask, TIMES, png=NAMES.filter(bool)) | st.builds(
    Mask,
    TIMES,
    rle=st.text("0123abcPQ:;", min_size=1).map(str.encode),
    height=st.integers(1, 99),
    width=st.integers(1, 99),
)


def by_time(items: list[Box] | list[Mask]) -> tuple[Box, ...] | tuple[Mask, ...]:
    return tuple(sorted(items, key=lambda item: item.time))  # type: ignore[return-value]


LOOKED_FOR = st.sets(NAMES.filter(bool), max_size=3).map(lambda labels: tuple(sorted(labels)))


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    is_negative = draw(st.booleans())
    start = draw(TIMES)
    return Segment(
        video=draw(NAMES.filter(bool)),
        label="" if is_negative else draw(NAMES.filter(bool)),
        source=SOURCE,
        start=start,
        end=draw(st.none() | st.floats(0.01, 1e6).map(lambda length: start + length)),
        group=draw(st.none() | NAMES.filter(bool)),
        split=draw(st.sampled_from([None, *SPLITS])),
        boxes=by_time(draw(st.lists(BOXES, max_size=3))),  # type: ignore[arg-type]
        masks=by_time(draw(st.lists(MASKS, max_size=2))),  # type: ignore[arg-type]
        metadata=draw(st.dictionaries(st.sampled_from(["speed", "age"]), st.floats(-1e9, 1e9), max_size=2)),
        is_negative=is_negative,
        looked_for=None if is_negative else draw(st.none() | LOOKED_FOR),
    )


def write(folder: Path, form: str, written: list[Segment]) -> Path:
    path = folder / f"generic.{form}"
    with path.open("w", encoding="utf-8", newline="") as file:
        WRITERS[form](written, file)
    return path


@pytest.mark.parametrize("form", WRITERS)
@given(written=st.lists(segments(), min_size=1, max_size=4))
def test_what_is_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, form: str, written: list[Segment]
) -> None:
    path = write(tmp_path_factory.getbasetemp(), form, written)
    names = tuple(metadata_names(written))
    records = read_annotations(DataConfig(annotations=str(path), videos=".", format=form, metadata=names)).records
    assert [replace(record, source=SOURCE) for record in records] == written


def test_columns_that_nothing_needs_are_left_out() -> None:
    file = io.StringIO()
    write_csv([Segment("a.mp4", "sit", SOURCE, 0.5)], file)
    assert file.getvalue() == "path,start_seconds,end_seconds,label,group,split\na.mp4,0.5,,sit,,\n"


def test_an_object_has_no_empty_keys() -> None:
    file = io.StringIO()
    write_jsonl([Segment("é.mp4", "sit", SOURCE, boxes=(Box(1, 0, 0, 1, 1, is_end=True),))], file)
    assert file.getvalue() == (
        '{"path": "é.mp4", "start_seconds": 0.0, "label": "sit", "boxes": [[1, 0, 0, 1, 1, "end"]]}\n'
    )


@pytest.mark.parametrize("writer", WRITERS.values())
def test_a_number_called_like_a_column_is_refused(writer: Callable[..., None]) -> None:
    with pytest.raises(UserError, match="the metadata 'label' is called like a column of the generic form; rename it"):
        writer([Segment("a.mp4", "sit", SOURCE, metadata={"label": 1.0})], io.StringIO())


def test_that_nothing_was_looked_for_is_written_too() -> None:
    segment = Segment("a.mp4", "wave", SOURCE, looked_for=())
    for writer, key in zip(WRITERS.values(), (",looked_for", '"looked_for": []'), strict=True):
        file = io.StringIO()
        writer([segment], file)
        assert key in file.getvalue()
