"""Writes annotations and reads them back, as the pipeline does."""

from pathlib import Path
from typing import Any

from components.annotations.config import DataConfig
from components.annotations.readers.detect import read_annotations
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Record, Reject, Segment


def read(folder: Path, content: str | bytes, name: str = "labels.csv", **config: Any) -> list[Record]:
    """The records of a file with `content`."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_annotations(DataConfig(annotations=str(path), videos=str(folder), **config)).records


def read_assumptions(folder: Path, content: str | bytes, name: str = "labels.csv", **config: Any) -> list[str]:
    """What it took to read a file, in words."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    annotations = read_annotations(DataConfig(annotations=str(path), videos=str(folder), **config))
    return [str(assumption) for assumption in annotations.assumptions]


def read_segment(folder: Path, content: str | bytes, name: str = "labels.csv", **config: Any) -> Segment:
    """The only record of a file, which must be a segment."""
    (record,) = read(folder, content, name, **config)
    assert isinstance(record, Segment), record
    return record


def read_reject(folder: Path, content: str | bytes, name: str = "labels.csv", **config: Any) -> Reject:
    """The only record of a file, which must be a reject."""
    (record,) = read(folder, content, name, **config)
    assert isinstance(record, Reject), record
    return record


def outline(records: list[Record]) -> list[tuple[int, Reason | str]]:
    """(row, label or reason) of each record."""
    return [
        (record.source.row if record.source else 0, record.reason if isinstance(record, Reject) else record.label)
        for record in records
    ]
