"""A model is found and used while a rollback or a push takes versions away."""

from pathlib import Path

import pytest

from components.pusher.changes import remove_old, roll_back
from components.pusher.local import LocalDestination
from foundation.messages.errors import UserError
from models.export_info import ExportInfo
from pipeline.prediction.model import find_model, use_model

MODEL_FILE = "saved_model.pb"


@pytest.fixture
def served(tmp_path: Path) -> Path:
    """A folder with two versions, whose classes tell which is which."""
    for number in ("17", "18"):
        version = tmp_path / "action" / number
        ExportInfo((f"of_{number}",), {}, {}, "key").write(version)
        (version / MODEL_FILE).write_bytes(number.encode())
    return tmp_path / "action"


def test_the_newest_version_is_found(served: Path) -> None:
    version, info = find_model(served)
    assert (version.name, info.classes) == ("18", ("of_18",))
    assert find_model(served / "17")[0].name == "17"


def test_where_a_version_is_withdrawn_meanwhile_the_one_served_then_is_used_with_its_own_card(served: Path) -> None:
    def load(version: Path, info: ExportInfo) -> tuple[bytes, tuple[str, ...]]:
        if version.name == "18":
            roll_back(LocalDestination(served), 17)
        return (version / MODEL_FILE).read_bytes(), info.classes

    assert use_model(served, load) == (b"17", ("of_17",))


def test_a_version_that_a_push_removed_while_it_was_loaded_is_said_to_be_gone(served: Path) -> None:
    def load(version: Path, info: ExportInfo) -> bytes:
        remove_old(LocalDestination(served), keep_versions=1)
        return (version / MODEL_FILE).read_bytes()

    with pytest.raises(
        UserError, match="17 does not exist; .* withdrawn or removed: name the directory of all versions"
    ):
        use_model(served / "17", load)


def test_other_failures_are_what_they_are(served: Path) -> None:
    def fail(version: Path, info: ExportInfo) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        use_model(served, fail)


def test_no_model_is_found_in_another_folder_or_in_one_that_tensorflow_takes_for_a_pattern(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no model that clipgate pushed"):
        find_model(tmp_path)
    with pytest.raises(UserError, match="takes for a pattern"):
        find_model(tmp_path / "[a]")
