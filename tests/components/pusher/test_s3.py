"""A destination in an object store that speaks S3, on a server of this machine."""

import errno
from pathlib import Path
from typing import Any

import pytest

from components.pusher.destination import Destination
from components.pusher.opening import open_destination
from foundation.messages.errors import UserError
from tests.components.pusher.conftest import PushModel
from tests.components.pusher.stores import damage_is_found, folders, push_roll_back_and_remove


@pytest.fixture
def destination(bucket: Any) -> Destination:
    return open_destination(f"s3://{bucket.name}/models/action/")


def test_pushes_rollbacks_and_removals_do_what_they_do_on_this_machine(
    destination: Destination, push_model: PushModel
) -> None:
    push_roll_back_and_remove(destination, push_model)


def test_a_version_that_is_not_as_its_card_says_is_known_by_that(destination: Destination, tmp_path: Path) -> None:
    damage_is_found(destination, tmp_path)


def test_a_version_comes_back_as_it_was_pushed(destination: Destination, push_model: PushModel, tmp_path: Path) -> None:
    version = push_model(destination)
    destination.fetch(version.folder, tmp_path / "copy")
    files = [path.relative_to(tmp_path / "model") for path in (tmp_path / "model").rglob("*") if path.is_file()]
    assert len(files) == 3
    assert all((tmp_path / "copy" / file).read_bytes() == (tmp_path / "model" / file).read_bytes() for file in files)


def test_a_push_that_broke_off_is_cleared_away_by_the_next_one(
    destination: Destination, bucket: Any, push_model: PushModel
) -> None:
    push_model(destination)
    bucket.Object("models/action/100/saved_model.pb").delete()
    assert push_model(destination).number == 100
    assert folders(destination) == ["100"]


def test_what_else_lies_in_the_bucket_is_left_alone(
    destination: Destination, bucket: Any, push_model: PushModel
) -> None:
    bucket.put_object(Key="models/action2/100/saved_model.pb", Body=b"another's")
    bucket.put_object(Key="models/action/100/", Body=b"")  # how some tools mark a folder
    version = push_model(destination)
    destination.remove(version.folder)
    assert [entry.key for entry in bucket.objects.all()] == ["models/action2/100/saved_model.pb"]


def test_who_plans_with_a_bucket_that_is_not_there_is_told_what_to_do(s3_endpoint: str, push_model: PushModel) -> None:
    with pytest.raises(OSError, match="NoSuchBucket") as raised:
        open_destination("s3://nowhere/action").folders()
    assert raised.value.errno == errno.EIO
    with pytest.raises(UserError, match="s3://nowhere/action: .*; check that it can be reached"):
        push_model(open_destination("s3://nowhere/action"))
