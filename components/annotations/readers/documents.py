"""Reads whole documents, JSON and XML, from files that may be damaged or hostile."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from components.annotations.readers.encoding import encoding_of_head
from components.annotations.readers.values import BadValueError
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Reject, Source

_Given = TypeVar("_Given")
_DEEPEST = 200
_BLOCK_SIZE = 1 << 20


def load_json(path: Path) -> Any:
    """The content of a JSON file; raises BadValueError (reason file_malformed) if it is not JSON."""
    content = path.read_bytes()
    text = content.decode(encoding_of_head(content), errors="replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadValueError(Reason.FILE_MALFORMED, f"not JSON: {error}", text[:80]) from None


def json_objects(path: Path, to_record: Callable[[dict[str, Any], Source], _Given]) -> Iterator[_Given | Reject]:
    """Make a record, or whatever `to_record` gives, of each object in a JSON list; its row is its rank."""
    try:
        items = load_json(path)
        if not isinstance(items, list):
            raise BadValueError(Reason.FILE_MALFORMED, "expected a JSON list.", type(items).__name__)
    except BadValueError as error:
        yield error.as_reject(Source(path.name, 1))
        return
    for rank, item in enumerate(items, start=1):
        source = Source(path.name, rank)
        if isinstance(item, dict):
            yield to_record(item, source)
        else:
            yield BadValueError(Reason.ROW_MALFORMED, "not a JSON object", item).as_reject(source)


def as_object(value: Any, name: str, reason: Reason = Reason.ROW_MALFORMED) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadValueError(reason, f"{name} is no object", value)
    return value


def as_list(value: Any, name: str, reason: Reason = Reason.ROW_MALFORMED) -> list[Any]:
    """Return a JSON array, or an empty one for None; raise BadValueError for all else."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadValueError(reason, f"{name} is no list", value)
    return value


def as_id(value: Any, name: str) -> int | str:
    """Return the id by which one part of a document refers to another: a text or a whole number."""
    if not isinstance(value, (int, str)):
        raise BadValueError(Reason.ROW_MALFORMED, f"{name} is neither a number nor a text", value)
    return value


def xml_elements(path: Path, tags: frozenset[str]) -> Iterator[Element]:
    """The whole elements named in `tags`, in the order in which they end. The tree above them is not kept in memory.

    Raises:
      BadValueError: the file is not well-formed XML, is nested too deep, or declares entities or a document type (reason
        file_malformed).
    """
    level = wanted = 0
    try:
        with path.open("rb") as file:
            for event, element in iterparse(_Blocks(file), events=("start", "end"), forbid_dtd=True):
                if event == "start":
                    level += 1
                    wanted += element.tag in tags
                    if level > _DEEPEST:
                        raise ValueError(f"elements more than {_DEEPEST} deep")
                    continue
                level -= 1
                if element.tag in tags:
                    wanted -= 1
                    yield element
                # Nobody needs it again: it lies outside of the wanted elements, or was yielded.
                if not wanted:
                    element.clear()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise BadValueError(Reason.FILE_MALFORMED, f"not well-formed XML: {error}", path.name) from None


class _Blocks:
    """Reads a file in large blocks: expat scans an unfinished tag from its start again for each block."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        return self._file.read(max(size, _BLOCK_SIZE))
