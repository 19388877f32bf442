"""Folders for copies of files that lie elsewhere."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.storage.copies import folder_for_copies, remove_left_copies

_HOLD = """
from components.storage.copies import folder_for_copies
with folder_for_copies() as folder:
    (folder / "file.mp4").touch()
    print(folder, flush=True)
    input()
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def holder() -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """A process that works on a copy, and the folder."""
    command = [sys.executable, "-c", _HOLD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        yield process, folder
        process.kill()


def grow_old(folder: Path) -> None:
    os.utime(folder, (0, 0))


def test_a_folder_is_there_for_the_work_and_gone_after_it(place: Path) -> None:
    with folder_for_copies() as folder:
        (folder / "file.mp4").touch()
        assert folder.parent == place
    assert list(place.iterdir()) == []


def test_what_a_killed_process_left_is_removed(holder: tuple["subprocess.Popen[str]", Path]) -> None:
    process, folder = holder
    process.send_signal(signal.SIGKILL)
    process.wait()
    grow_old(folder)
    assert (folder / "file.mp4").exists()
    remove_left_copies()
    assert not folder.exists()


def test_what_a_living_process_works_on_stays(holder: tuple["subprocess.Popen[str]", Path]) -> None:
    _, folder = holder
    grow_old(folder)
    remove_left_copies()
    assert (folder / "file.mp4").exists()


def test_a_folder_that_was_just_made_may_not_be_locked_yet_and_stays(place: Path) -> None:
    folder = place / "clipgate-copy-new"
    folder.mkdir()
    remove_left_copies()
    assert folder.exists()


def test_nothing_else_is_removed(place: Path) -> None:
    other, target = place / "other", place / "target"
    for folder in (other, target):
        folder.mkdir()
        grow_old(folder)
    (place / "clipgate-copy-link").symlink_to(target)
    (place / "clipgate-copy-file").touch()
    grow_old(place / "clipgate-copy-file")
    remove_left_copies()
    assert len(list(place.iterdir())) == 4
