"""Classes of a run beside those of the model that is served."""

from pathlib import Path

import pytest

from components.model_gate.config import GatesConfig
from foundation.messages.errors import UserError
from pipeline.pushed_classes import changed_ids, served_classes
from tests.pipeline.planning import config_of, plan_of, push


def test_classes_are_sorted_by_name(folder: Path) -> None:
    assert plan_of(folder).classes == ("jump", "sit", "wave")


def test_classes_of_the_configuration_keep_their_order(folder: Path) -> None:
    assert plan_of(folder, model={"classes": ["wave", "jump", "sit"]}).classes == ("wave", "jump", "sit")


def test_served_classes_keep_their_ids_and_new_ones_are_appended(folder: Path) -> None:
    push(folder, "1", ("wave", "sit"))
    assert plan_of(folder).classes == ("wave", "sit", "jump")


def test_a_served_class_that_no_row_is_of_stops_a_run_before_it_begins_with_both_remedies(folder: Path) -> None:
    push(folder, "1", ("walk", "wave"))
    words = r"knows walk, which no row is of any more\. .*gates\.retired: \[walk\].*gates\.renamed: \{walk: jump\}"
    with pytest.raises(UserError, match=words):
        plan_of(folder)
    with pytest.raises(UserError, match=r"the served model knows walk, which model\.classes does not name"):
        plan_of(folder, model={"classes": ["wave", "jump", "sit"]})


def test_a_retired_class_is_no_class_any_more(folder: Path) -> None:
    push(folder, "1", ("walk", "wave"))
    assert plan_of(folder, gates={"retired": ["walk"]}).classes == ("wave", "jump", "sit")
    push(folder, "2", ("wave", "jump", "sit"))
    assert plan_of(folder, gates={"retired": ["walk"]}).classes == ("wave", "jump", "sit")


def test_a_renamed_class_keeps_its_id(folder: Path) -> None:
    push(folder, "1", ("walk", "wave"))
    renamed = {"renamed": {"walk": "sit"}}
    assert plan_of(folder, gates=renamed).classes == ("sit", "wave", "jump")
    push(folder, "2", ("sit", "wave", "jump"))
    assert plan_of(folder, gates=renamed).classes == ("sit", "wave", "jump")
    assert served_classes(config_of(folder, gates=renamed)) == ("sit", "wave", "jump")


@pytest.mark.parametrize(
    ("gates", "words"),
    [
        ({"retired": ["wlak"]}, r"gates\.retired names wlak, which no pushed model knows; they know walk, wave"),
        ({"renamed": {"wlak": "sit"}}, r"gates\.renamed names wlak, which no pushed model knows"),
        ({"retired": ["wave"]}, r"gates\.retired names wave, and so do the annotations"),
        ({"renamed": {"wave": "sit"}}, r"gates\.renamed names wave, and so do the annotations"),
        ({"renamed": {"walk": "sitt"}}, r"gates\.renamed: no row is of sitt, the new name; the classes are jump, sit"),
        (
            {"renamed": {"walk": "wave"}},
            r"walk is to be wave, but the served model knows both.*gates\.retired: \[walk\]",
        ),
    ],
    ids=str,
)
def test_names_of_classes_that_are_no_more_are_checked(folder: Path, gates: dict[str, object], words: str) -> None:
    push(folder, "1", ("walk", "wave"))
    with pytest.raises(UserError, match=words):
        plan_of(folder, gates=gates)


@pytest.mark.parametrize(
    "values",
    [
        {"renamed": {"a": "b", "b": "c"}},
        {"renamed": {"a": "c", "b": "c"}},
        {"renamed": {"a": "b"}, "retired": ["a"]},
        {"renamed": {"a": "b"}, "retired": ["b"]},
    ],
    ids=str,
)
def test_a_class_has_one_new_name_or_none(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="renamed: "):
        GatesConfig.model_validate(values)


def test_ids_that_change_against_the_served_model_are_said(folder: Path) -> None:
    push(folder, "7", ("walk", "wave", "sit"))
    config = config_of(folder, gates={"retired": ["walk"]})
    assert changed_ids(config, ("wave", "sit", "jump")).startswith(
        "ids of classes are others than in version 7, which is served: 'wave' 1 -> 0, 'sit' 2 -> 1."
    )
    assert not changed_ids(config_of(folder, gates={"renamed": {"walk": "jump"}}), ("jump", "wave", "sit"))


def test_before_the_first_push_no_id_can_change(folder: Path) -> None:
    assert not changed_ids(config_of(folder), ("wave", "sit"))
