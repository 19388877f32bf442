"""Files of class names, in all their forms."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotations.config import DataConfig
from components.annotations.readers.class_names import ClassNames, load_class_names
from components.annotations.readers.values import BadValueError
from components.annotations.records.reasons import Reason
from foundation.messages.errors import UserError


def load(folder: Path, text: str) -> ClassNames:
    (folder / "names.txt").write_text(text)
    names = load_class_names(DataConfig(annotations="a", videos="v", label_map=str(folder / "names.txt")))
    assert names is not None
    return names


@pytest.mark.parametrize(
    "text",
    [
        "sit down\nstand up\n",
        "\ufeffsit down\r\n\r\nstand up",
        "0 sit down\n1 stand up\n",
        "1: stand up\n0: sit down\n",
        "c000 sit down\nc001 stand up\n",
        "A0. sit down\nA1. stand up\n",
        "0,sit down\n1,stand up\n",
        "sit down,0\nstand up, 1\n",
        'id,name\n0,sit down\n1,"stand up"\n',
        'sep=;\nid;name\n0;sit down\n1;"stand up"\n',
        "id\tname\n0\tsit down\n1\tstand up\n",
        "0;sit down\n1;stand up\n",
        "sit down;0\nstand up;1\n",
        "sit down\t0\nstand up\t1\n",
        "key,instances,id\nsit down,\"['sit', 'seat']\",0\nstand up,[],1\n",
        'item {\n  name: "sit down"\n  id: 0\n}\nitem { id: 1 name: "stand up" }\n',
        "label{name: 'sit down'label_id: 0 label_type: PERSON_MOVEMENT}label{\n name: \"stand up\"\n label_id: 1\n}",
        '["sit down", "stand up"]',
        '{"sit down": "0", "stand up": 1}',
        '{"0": "sit down", "1": "stand up"}',
    ],
)
def test_each_form_gives_the_same_names(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text).by_id == {0: "sit down", 1: "stand up"}


def test_words_of_a_vocabulary_are_joined(tmp_path: Path) -> None:
    assert load(tmp_path, '[["Back", "FREE"], ["Forward", "PIKE"]]').by_id == {0: "Back+FREE", 1: "Forward+PIKE"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("2 wheels\nwalk\n", ["2 wheels", "walk"]),
        ("1 wheel\n1 hand\n", ["1 wheel", "1 hand"]),
        ("a1 turn\nb1 turn\n", ["a1 turn", "b1 turn"]),
        ("a1 turn\na1 step\n", ["a1 turn", "a1 step"]),
        ("(VT) round-off, flic-flac on\n(FX) id,name\n", ["(VT) round-off, flic-flac on", "(FX) id,name"]),
    ],
)
def test_numbers_and_commas_in_names_do_not_mislead(tmp_path: Path, text: str, names: list[str]) -> None:
    assert list(load(tmp_path, text).by_id.values()) == names


def test_without_a_file_there_are_no_names() -> None:
    assert load_class_names(DataConfig(annotations="a", videos="v")) is None


def test_one_name_for_two_numbers_is_fine(tmp_path: Path) -> None:
    assert load(tmp_path, '{"0": "sit", "7": "sit"}').by_id == {0: "sit", 7: "sit"}


@pytest.mark.parametrize("number", ["7", "x", "", "-1", "1.0", "9" * 5000, "0" * 10])
def test_a_number_without_a_name(tmp_path: Path, number: str) -> None:
    with pytest.raises(BadValueError) as caught:
        load(tmp_path, "sit\nstand\n").name(number)
    assert caught.value.reason is Reason.LABEL_UNKNOWN


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no class name"),
        ("{}", "holds no class name"),
        ('{"sit": 0, "stand": 0}', "class 0 has two names, 'sit' and 'stand'"),
        ("id,name\n0,sit\n0,stand\n", "class 0 has two names"),
        ("[1, 2]", "neither a list of names nor an object"),
        ('{"sit": "down"}', "neither a list of names nor an object"),
        ('{"sit": 0', "Expecting"),
        ("item { name: 7 id: 1 }", "not a class with a name and an id: 'name: 7 id: 1'"),
        ("id,name\nx,sit\n", r"not a row with an id and a name: \['x', 'sit'\]"),
    ],
)
def test_a_file_of_another_form_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError, match=rf"data\.label_map: .*names\.txt.*{message}"):
        load(tmp_path, text)


@given(content=st.binary(max_size=60) | st.text("{}[]\"'0179:, \nabidname", max_size=60).map(str.encode))
def test_any_bytes_give_names_or_an_error(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "names.txt"
        path.write_bytes(content)
        try:
            names = load_class_names(DataConfig(annotations="a", videos="v", label_map=str(path)))
        except UserError:
            return
        assert names is not None
        assert all(names.name(str(number)) == name for number, name in names.by_id.items())
