"""Which versions there are, and which one is compared with."""

from pathlib import Path

import pytest

from components.pusher.destination import Destination
from components.pusher.local import LocalDestination
from components.pusher.twins import trained_from
from components.pusher.versions import all_versions, available_versions, last_available
from foundation.messages.errors import UserError
from tests.components.pusher.conftest import write_model


def test_withdrawn_and_incomplete_versions_are_listed_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    write_model(tmp_path / "10")
    write_model(tmp_path / "withdrawn" / "9")
    (tmp_path / "100").mkdir()
    write_model(tmp_path / ".pushing-200")
    listed = [(version.folder, version.is_complete) for version in all_versions(LocalDestination(tmp_path))]
    assert listed == [("withdrawn/9", True), ("10", True), ("100", False)]
    assert [version.number for version in available_versions(LocalDestination(tmp_path))] == [10]


def test_versions_of_the_very_same_training_are_passed_over(tmp_path: Path) -> None:
    for number, key in (("1", "other"), ("2", "same"), ("3", "same")):
        write_model(tmp_path / number, key)
    destination: Destination = LocalDestination(tmp_path)
    last = last_available(destination, trained_from("same"))
    assert last and last.name == "1"


def test_when_all_versions_are_of_the_same_training_there_is_none_to_compare_with(tmp_path: Path) -> None:
    write_model(tmp_path / "1", "same")
    assert last_available(LocalDestination(tmp_path), trained_from("same")) is None


def test_a_damaged_card_is_named(tmp_path: Path) -> None:
    (write_model(tmp_path / "1") / "assets.extra/clipgate.json").write_text("{")
    with pytest.raises(UserError, match=rf"{tmp_path}/1/assets.extra/clipgate.json is damaged"):
        last_available(LocalDestination(tmp_path), trained_from("key"))
