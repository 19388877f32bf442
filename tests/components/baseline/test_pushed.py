"""What counts as pushed, and which of it is the last."""

from pathlib import Path

import pytest

from components.baseline.pushed import last_pushed, pushed_versions
from models.export_info import ExportInfo


def push(destination: Path, version: str, training_key: str = "key") -> Path:
    """A version directory as the Pusher leaves it, without weights."""
    folder = destination / version
    ExportInfo(("a", "b"), {}, {}, training_key).write(folder)
    (folder / "saved_model.pb").write_bytes(b"")
    return folder


def test_versions_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for version in ("10", "9", "100", "0200"):
        push(tmp_path, version)
    assert [path.name for path in pushed_versions(tmp_path)] == ["9", "10", "100", "0200"]


def test_without_a_destination_nothing_was_pushed(tmp_path: Path) -> None:
    assert pushed_versions(tmp_path / "nowhere") == []
    assert last_pushed(tmp_path / "nowhere") is None


@pytest.mark.parametrize("missing", ["saved_model.pb", "assets.extra/clipgate.json"])
def test_an_incomplete_version_is_ignored(tmp_path: Path, missing: str) -> None:
    complete = push(tmp_path, "1")
    (push(tmp_path, "2") / missing).unlink()
    assert last_pushed(tmp_path) == complete


@pytest.mark.parametrize("name", ["latest", "2.tmp", "-2", "²", "٣", ".2", "1e3", "9223372036854775808"])
def test_what_is_no_number_is_no_version(tmp_path: Path, name: str) -> None:
    push(tmp_path, name)
    assert pushed_versions(tmp_path) == []


def test_a_file_with_a_number_for_a_name_is_no_version(tmp_path: Path) -> None:
    (tmp_path / "3").write_text("")
    assert pushed_versions(tmp_path) == []


def test_the_last_one_is_the_newest(tmp_path: Path) -> None:
    push(tmp_path, "9")
    newest = push(tmp_path, "10")
    assert last_pushed(tmp_path) == newest
