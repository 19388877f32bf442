"""A destination that is no folder of this machine, on TensorFlow's file system in memory."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
import tensorflow as tf

from components.pusher.changes import remove_old, roll_back
from components.pusher.destination import Destination, open_destination
from components.pusher.versions import all_versions, last_available
from models.errors import UserError
from tests.components.pusher.conftest import PushModel


@pytest.fixture
def destination(request: pytest.FixtureRequest) -> Iterator[Destination]:
    uri = f"ram://{request.node.name}/action"
    yield open_destination(uri)
    tf.io.gfile.rmtree(uri)


def folders(destination: Destination) -> list[str]:
    return [version.folder for version in all_versions(destination) if version.is_complete]


def test_pushes_rollbacks_and_removals_do_what_they_do_on_this_machine(
    destination: Destination, push_model: PushModel
) -> None:
    assert all_versions(destination) == []
    for key in "abcd":
        push_model(destination, key)
    assert folders(destination) == ["100", "101", "102", "103"]
    roll_back(destination, 101)
    assert folders(destination) == ["100", "101", "withdrawn/102", "withdrawn/103"]
    last = last_available(destination)
    assert last and last.card.training_key == "b"
    assert destination.read_text("withdrawn/103/variables/variables.data") == "d"
    assert push_model(destination, "e").number == 104
    assert [version.name for version in remove_old(destination, 2)] == ["100"]
    roll_back(destination, 103)
    assert folders(destination) == ["101", "withdrawn/102", "103", "withdrawn/104"]


def test_the_file_without_which_it_is_no_model_is_written_last(
    destination: Destination, push_model: PushModel, tmp_path: Path
) -> None:
    push_model(destination)
    written = {
        f"{folder}/{file}": tf.io.gfile.stat(f"{folder}/{file}").mtime_nsec
        for folder, _, files in tf.io.gfile.walk(f"{destination.uri}/100")
        for file in files
    }
    assert max(written, key=lambda name: written[name]).endswith("/saved_model.pb")


def test_a_push_that_broke_off_is_cleared_away_by_the_next_one(destination: Destination, push_model: PushModel) -> None:
    push_model(destination)
    tf.io.gfile.remove(f"{destination.uri}/100/saved_model.pb")
    assert push_model(destination).number == 100
    assert folders(destination) == ["100"]


def test_an_address_that_tensorflow_cannot_reach_is_named() -> None:
    with pytest.raises(OSError, match="nowhere") as raised:
        open_destination("nowhere://bucket/action").folders()
    assert raised.value.errno == errno.EIO


def test_who_plans_with_such_an_address_is_told_what_to_do(push_model: PushModel) -> None:
    with pytest.raises(UserError, match="nowhere://bucket/action: .*; check that it can be reached"):
        push_model(open_destination("nowhere://bucket/action"))
