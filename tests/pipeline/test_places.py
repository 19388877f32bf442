"""Names stand in for paths, and the paths come back."""

import json

import pytest

from pipeline.places import Places

PLACES = Places(
    {
        "data.annotations": "/d/é.csv",
        "data.videos": "/d",
        "data.label_map": None,
        "base_model": "relative",
        "copy": "/d",
    }
)


@pytest.mark.parametrize(
    ("parameter", "hidden"),
    [
        ("/d", "<data.videos>"),
        ("/d/1.mp4", "/d/1.mp4"),
        ("relative", "relative"),
        ("", ""),
        ("{/d", "{/d"),
        (json.dumps({"videos": "/d", "seed": 1.5}), '{"videos": "<data.videos>", "seed": 1.5}'),
        (json.dumps(["/d/é.csv", None]), '["<data.annotations>", null]'),
        (json.dumps({"data": json.dumps({"videos": "/d"})}), json.dumps({"data": '{"videos": "<data.videos>"}'})),
    ],
)
def test_a_path_is_hidden_wherever_it_stands_and_shown_again(parameter: str, hidden: str) -> None:
    assert PLACES.hide(parameter) == hidden
    assert PLACES.show(hidden) == parameter


def test_what_holds_no_place_is_left_as_it_is_written() -> None:
    assert PLACES.hide('{"a":  1}') == PLACES.show('{"a":  1}') == '{"a":  1}'
