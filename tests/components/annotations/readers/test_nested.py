"""Values that are nested deep, one for each value of a sample, cost a row and never a run."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from components.annotations.readers.detect import read_annotations
from components.annotations.records.record import Reject, Segment
from foundation.messages.errors import UserError
from tests.components.annotations.readers.samples import SAMPLES, FormatSample

# As deep as Python's JSON reads, about, and a little less, which leaves no room for what reads the value.
DEPTHS = (100, 900, 980, 100_000)
_VALUE = re.compile(rb'(?<=[:\[,])\s*("(?:[^"\\]|\\.)*"|-?[0-9.]+|true|false|null)(?=\s*[,\]}])')


def in_json(sample: FormatSample) -> bool:
    return any(content.lstrip()[:1] in (b"{", b"[") for content in sample.files.values())


def with_one_nested(content: bytes, depth: int) -> Iterator[bytes]:
    for kind in (b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth):
        for value in list(_VALUE.finditer(content))[:40]:
            yield content[: value.start(1)] + kind + content[value.end(1) :]


@pytest.mark.parametrize("name", [name for name, sample in SAMPLES.items() if in_json(sample)])
def test_a_value_nested_deep_costs_no_more_than_its_row(name: str, tmp_path: Path) -> None:
    sample = SAMPLES[name]
    for depth in DEPTHS:
        for file, content in sample.files.items():
            for nested in with_one_nested(content, depth) if content.lstrip()[:1] in (b"{", b"[") else ():
                sample.write(tmp_path)
                (tmp_path / file).write_bytes(nested)
                with suppress(UserError):
                    records = read_annotations(sample.config(tmp_path, format=name)).records
                    assert all(isinstance(record, (Segment, Reject)) for record in records)
