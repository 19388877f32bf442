"""A destination that is no folder of this machine, on TensorFlow's file system in memory."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
import tensorflow as tf

from components.pusher.destination import Destination
from components.pusher.opening import open_destination
from foundation.messages.errors import UserError
from tests.components.pusher.conftest import PushModel
from tests.components.pusher.stores import damage_is_found, folders, push_roll_back_and_remove


@pytest.fixture
def destination(request: pytest.FixtureRequest) -> Iterator[Destination]:
    uri = f"ram://{request.node.name}/action"
    yield open_destination(uri)
    tf.io.gfile.rmtree(uri)


def test_pushes_rollbacks_and_removals_do_what_they_do_on_this_machine(
    destination: Destination, push_model: PushModel
) -> None:
    push_roll_back_and_remove(destination, push_model)


def test_a_version_that_is_not_as_its_card_says_is_known_by_that(destination: Destination, tmp_path: Path) -> None:
    damage_is_found(destination, tmp_path)


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
