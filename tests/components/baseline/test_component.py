"""The component that finds the last pushed model."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tfx.types import channel_utils
from tfx.types.standard_artifacts import Model

from components.artifacts import IS_FIRST_PUSH
from components.baseline.component import Baseline, BaselineExecutor
from components.pusher.opening import open_destination
from foundation.messages.errors import UserError
from models.export_info import ExportInfo, read_export_info
from tests.components.pusher.conftest import write_card, write_model


def find_baseline(
    folder: Path, training_key: str, destination: str | None = None, renamed: Mapping[str, str] | None = None
) -> Any:
    """The artifact that the component makes for a candidate with this key; by default `folder/pushed` holds the models."""
    ExportInfo(("a", "b"), {}, {}, training_key).write(folder / "candidate/Format-Serving")
    candidate, baseline = Model(), Model()
    candidate.uri, baseline.uri = str(folder / "candidate"), str(folder / "baseline")
    ExportInfo(("a", "b"), {}, {}, training_key).write(folder / "candidate/Format-Serving")
    component = Baseline(
        model=channel_utils.as_channel([candidate]),
        push_destination=destination or str(folder / "pushed"),
        last_version="",
        renamed=renamed or {},
    )
    BaselineExecutor().Do({"model": [candidate]}, {"baseline": [baseline]}, component.exec_properties)
    return baseline


def push(folder: Path, version: str, training_key: str) -> None:
    ExportInfo(("a", "b"), {}, {}, training_key).write(folder / "pushed" / version)
    (folder / "pushed" / version / "saved_model.pb").write_bytes(b"model")


def test_before_the_first_push_a_copy_of_the_candidate_stands_in_at_the_given_address(tmp_path: Path) -> None:
    baseline = find_baseline(tmp_path, "key")
    assert baseline.get_int_custom_property(IS_FIRST_PUSH) == 1
    assert baseline.uri == str(tmp_path / "baseline")
    assert read_export_info(tmp_path / "baseline/Format-Serving").training_key == "key"


def test_the_last_pushed_model_is_copied_so_that_it_outlives_its_version(tmp_path: Path) -> None:
    push(tmp_path, "9", "old")
    push(tmp_path, "10", "newer")
    baseline = find_baseline(tmp_path, "key")
    assert baseline.get_int_custom_property(IS_FIRST_PUSH) == 0
    assert baseline.get_string_custom_property("version") == "10"
    copy = tmp_path / "baseline/Format-Serving"
    assert read_export_info(copy).training_key == "newer"
    assert (copy / "saved_model.pb").read_bytes() == b"model"


def test_nothing_is_compared_with_a_model_that_was_damaged_after_its_push(tmp_path: Path) -> None:
    push(tmp_path, "9", "old")
    write_card(tmp_path / "pushed/9")
    assert find_baseline(tmp_path, "key").get_string_custom_property("version") == "9"
    (tmp_path / "pushed/9/saved_model.pb").write_bytes(b"mod")
    with pytest.raises(
        UserError, match=r"9/saved_model.pb is cut: 3 of 5 bytes: .*; withdraw it \(clipgate rollback\)"
    ):
        find_baseline(tmp_path, "key")


def test_a_model_that_was_pushed_to_an_object_store_is_copied_from_there(tmp_path: Path, bucket: Any) -> None:
    push(tmp_path, "9", "old")
    destination = open_destination(f"s3://{bucket.name}/action")
    destination.put(tmp_path / "pushed/9", "9")
    baseline = find_baseline(tmp_path, "key", destination.uri)
    assert baseline.get_string_custom_property("version") == "9"
    assert read_export_info(tmp_path / "baseline/Format-Serving").training_key == "old"


def test_renamed_classes_have_their_new_names_in_the_copy_and_nowhere_else(tmp_path: Path) -> None:
    push(tmp_path, "9", "old")
    find_baseline(tmp_path, "key", renamed={"b": "new", "unknown": "x"})
    assert read_export_info(tmp_path / "baseline/Format-Serving").classes == ("a", "new")
    assert read_export_info(tmp_path / "pushed/9").classes == ("a", "b")


def test_a_model_is_not_compared_with_itself(tmp_path: Path) -> None:
    push(tmp_path, "1", "old")
    push(tmp_path, "2", "key")
    assert find_baseline(tmp_path, "key").get_string_custom_property("version") == "1"


def test_a_model_is_not_compared_with_one_of_the_same_weights(tmp_path: Path) -> None:
    for folder in ("pushed/2", "candidate/Format-Serving"):
        write_model(tmp_path / folder, weights=b"weights")
    write_card(tmp_path / "pushed/2")
    push(tmp_path, "1", "old")
    assert find_baseline(tmp_path, "another").get_string_custom_property("version") == "1"
