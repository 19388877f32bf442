"""Whole documents, JSON and XML, read from files that may be damaged or hostile."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from components.annotations.readers.values import BadValueError
from components.annotations.reasons import Reason
from components.annotations.records import Record, Source


def load_json(path: Path) -> Any:
    """The content of a JSON file.

    Raises:
      BadValueError: it is not JSON (reason file_malformed); the message says where it breaks.
    """
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadValueError(Reason.FILE_MALFORMED, f"not JSON: {error}", text[:80]) from None


def json_objects(path: Path, to_record: Callable[[dict[str, Any], Source], Record]) -> Iterator[Record]:
    """What `to_record` makes of each object in a JSON list; its row is its rank."""
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


def xml_elements(path: Path, tags: frozenset[str]) -> Iterator[Element]:
    """Elements named in `tags`, whole, in the order in which they end; the tree above them is not kept in memory.

    Raises:
      BadValueError: the file is not well-formed XML, or declares entities or a document type (reason file_malformed).
    """
    depth = 0
    try:
        for event, element in iterparse(str(path), events=("start", "end"), forbid_dtd=True):
            if event == "start":
                depth += element.tag in tags
                continue
            if element.tag in tags:
                depth -= 1
                yield element
            # What lies outside of the wanted elements, and what was yielded, is not looked at again.
            if depth == 0:
                element.clear()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise BadValueError(Reason.FILE_MALFORMED, f"not well-formed XML: {error}", path.name) from None
