"""XML and JSON documents, read whole or in parts, damaged or hostile."""

from pathlib import Path

import pytest

from components.annotations.readers.documents import as_id, as_list, as_object, load_json, xml_elements
from components.annotations.readers.values import BadValueError
from components.annotations.records.reasons import Reason


def elements(folder: Path, content: str | bytes, *tags: str) -> list[str]:
    path = folder / "a.xml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [f"{element.tag}{element.get('id', '')}:{len(element)}" for element in xml_elements(path, frozenset(tags))]


def test_wanted_elements_come_whole_and_in_order(tmp_path: Path) -> None:
    content = "<r><a id='1'><b/><b/></a><c><a id='2'><b><a id='3'/></b></a></c></r>"
    assert elements(tmp_path, content, "a") == ["a1:2", "a3:0", "a2:1"]


def test_what_was_read_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<r>" + "<a><b/></a>" * 3 + "</r>")
    kept = list(xml_elements(path, frozenset({"a"})))
    assert [len(element) for element in kept] == [0, 0, 0]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "no element found"),
        ("<r><a></r>", "mismatched tag: line 1, column 8"),
        ("<r>", "no element found"),
        ("<?xml version='1.0' encoding='klingon'?><r/>", "unknown encoding"),
        ("<!DOCTYPE r [<!ENTITY a 'b'>]><r>&a;</r>", "DTDForbidden"),
        ("<!DOCTYPE r SYSTEM 'file:///etc/passwd'><r/>", "DTDForbidden"),
        ("<r>&lol;</r>", "undefined entity"),
        (b"<r>\xff</r>", "not well-formed"),
        ("<a>" * 300 + "</a>" * 300, "elements more than 200 deep"),
    ],
)
def test_what_is_no_harmless_xml_is_malformed(tmp_path: Path, content: str | bytes, problem: str) -> None:
    with pytest.raises(BadValueError, match=f"not well-formed XML: .*{problem}") as caught:
        elements(tmp_path, content, "x")
    assert caught.value.reason is Reason.FILE_MALFORMED


@pytest.mark.parametrize("distance", [0, 3_000_000])
def test_what_came_before_a_break_is_given_before_the_error(tmp_path: Path, distance: int) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<r><a id='1'/><a id='2'/>" + " " * distance + "<a id='3'></r>")
    found = xml_elements(path, frozenset({"a"}))
    assert [next(found).get("id"), next(found).get("id")] == ["1", "2"]
    with pytest.raises(BadValueError):
        next(found)


@pytest.mark.parametrize("content", ["", "{", "[1,", "[" * 100_000, "\x00", '{"a": ' + "9" * 5000 + "}"])
def test_what_is_no_json_is_malformed(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(BadValueError, match="not JSON") as caught:
        load_json(path)
    assert caught.value.reason is Reason.FILE_MALFORMED


def test_json_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": [1]}')
    assert load_json(path) == {"a": [1]}


def test_parts_of_a_document_have_their_kind() -> None:
    assert as_object({"a": 1}, "it") == {"a": 1}
    assert (as_list([1], "it"), as_list(None, "it")) == ([1], [])
    assert (as_id(7, "it"), as_id("a", "it")) == (7, "a")
    for check, value in ((as_object, [1]), (as_list, {}), (as_list, "ab"), (as_id, 1.5), (as_id, None), (as_id, [])):
        with pytest.raises(BadValueError, match=r"^it is "):
            check(value, "it")
