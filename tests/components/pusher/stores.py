"""What every destination that is no folder of this machine must do, whatever store it lies in."""

from hashlib import sha256
from pathlib import Path

from components.pusher.changes import push, remove_old, roll_back
from components.pusher.destination import Destination
from components.pusher.versions import all_versions, last_available
from components.pusher.whole import version_differences
from tests.components.pusher.conftest import PushModel, write_card, write_model


def folders(destination: Destination) -> list[str]:
    """Of the complete versions."""
    return [version.folder for version in all_versions(destination) if version.is_complete]


def damage_is_found(destination: Destination, folder: Path) -> None:
    """Asserts that a version which is not as its card says is known by that."""
    model = write_model(folder / "model")
    write_card(model)
    version = push(destination, lambda number: model, 100)
    assert version_differences(version) == []
    (model / "variables/variables.data").write_text("kez")
    (model / "old").write_text("old")
    destination.remove(version.folder)
    destination.put(model, version.name)
    assert [str(difference) for difference in version_differences(version) or ()] == [
        "old was not written with the others",
        "variables/variables.data has changed: other content of the same size",
    ]


def push_roll_back_and_remove(destination: Destination, push_model: PushModel) -> None:
    """Asserts that versions come, are withdrawn and go as on this machine."""
    assert all_versions(destination) == []
    for key in "abcd":
        push_model(destination, key)
    assert folders(destination) == ["100", "101", "102", "103"]
    assert destination.files("103")["variables/variables.data"] == 1
    assert destination.digest("103/variables/variables.data") == sha256(b"d").hexdigest()
    assert destination.files("104") == {}
    roll_back(destination, 101)
    assert folders(destination) == ["100", "101", "withdrawn/102", "withdrawn/103"]
    last = last_available(destination)
    assert last and last.info.training_key == "b"
    assert destination.read_text("withdrawn/103/variables/variables.data") == "d"
    assert push_model(destination, "e").number == 104
    assert [version.name for version in remove_old(destination, 2)[0]] == ["100"]
    roll_back(destination, 103)
    assert folders(destination) == ["101", "withdrawn/102", "103", "withdrawn/104"]
