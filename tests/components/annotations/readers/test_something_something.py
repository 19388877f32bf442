"""Something-Something V2's JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Segment, Source
from foundation.messages.errors import UserError
from tests.components.annotations.readers.reading import outline, read

NAME = "something-something-v2-train.json"
ITEM = {
    "id": "78687",
    "label": "holding potato next to vicks bottle",
    "template": "Holding [something] next to [something]",
    "placeholders": ["potato", "vicks bottle"],
}
LABEL = "Holding something next to something"


def test_the_class_is_the_template_without_brackets(tmp_path: Path) -> None:
    assert read(tmp_path, json.dumps([ITEM]), NAME) == [Segment("78687", LABEL, Source(NAME, 1), find_by=FindBy.NAME)]


def test_the_test_part_has_ids_only(tmp_path: Path) -> None:
    assert outline(read(tmp_path, '[{"id": "1420"}, {"id": "3"}]', NAME)) == [
        (1, Reason.LABEL_MISSING),
        (2, Reason.LABEL_MISSING),
    ]


@pytest.mark.parametrize("number", ["17", 17])
def test_the_labels_file_says_which_templates_there_are(tmp_path: Path, number: Any) -> None:
    (tmp_path / "labels.json").write_text(json.dumps({LABEL: number, "Poking something": "18"}))
    other = ITEM | {"template": "Eating [something]"}
    records = read(tmp_path, json.dumps([ITEM, other]), NAME, label_map=str(tmp_path / "labels.json"))
    assert outline(records) == [(1, LABEL), (2, Reason.LABEL_UNKNOWN)]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("78687", Reason.ROW_MALFORMED),
        (None, Reason.ROW_MALFORMED),
        ({"template": "Holding [something]"}, Reason.ROW_MALFORMED),
        ({"id": ["7"], "template": "Holding [something]"}, Reason.ROW_MALFORMED),
        ({"id": "7", "template": {"a": 1}}, Reason.ROW_MALFORMED),
        ({"id": "7", "label": "holding a potato"}, Reason.LABEL_MISSING),
        ({"id": "7", "template": "[]"}, Reason.LABEL_MISSING),
    ],
)
def test_bad_items_cost_themselves_only(tmp_path: Path, item: Any, reason: Reason) -> None:
    records = read(tmp_path, json.dumps([ITEM, item]), NAME)
    assert outline(records) == [(1, LABEL), (2, reason)]


@pytest.mark.parametrize(
    ("text", "message"),
    [('[{"id": "1"', "not JSON"), ('{"id": "1"}', "expected a JSON list"), ("7", "expected a JSON list")],
)
def test_what_is_no_json_list_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError, match=rf"row 1 \(read as something_something\): {message}"):
        read(tmp_path, text, NAME, format="something_something")
