"""Destinations on this machine."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from components.pusher.destination import MODEL_FILE
from components.storage.local import LocalRoot
from components.storage.seal import file_sizes

_PUSHING, _REMOVING = ".pushing-", ".removing-"
_LOCK_FILE = ".lock"
_BLOCK_SIZE = 1 << 20

# A server works as a user of its own, and a umask of 077 would keep it out.
SERVED_MODE = 0o755


class LocalDestination:
    """A folder of this machine. Versions appear and disappear by rename(2), which is atomic.

    `mode`: of folders that are made here, whatever the umask is; files have the same without the right to execute.
    """

    def __init__(self, folder: Path, mode: int = SERVED_MODE) -> None:
        self._folder, self._mode = folder, mode
        self.uri = str(folder)

    def folders(self, name: str = "") -> list[str]:
        try:
            return sorted(path.name for path in (self._folder / name).iterdir() if path.is_dir())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def is_file(self, name: str) -> bool:
        return (self._folder / name).is_file()

    def read_text(self, name: str) -> str:
        return (self._folder / name).read_text()

    def files(self, name: str) -> dict[str, int]:
        return file_sizes(self._folder / name)

    def digest(self, name: str) -> str:
        return LocalRoot(self._folder).digest(name)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Lock a file; the lock ends with the process, even if that is killed."""
        missing = [folder for folder in (self._folder, *self._folder.parents) if not folder.exists()]
        self._folder.mkdir(parents=True, exist_ok=True)
        for folder in missing:
            folder.chmod(self._mode)
        with (self._folder / _LOCK_FILE).open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def put(self, source: Path, name: str) -> None:
        staging = self._folder / f"{_PUSHING}{name}"
        try:
            copy_folder(source, staging)
            _set_mode(staging, self._mode)
            staging.rename(self._folder / name)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        _sync_folder(self._folder)

    def fetch(self, name: str, target: Path) -> None:
        shutil.copytree(self._folder / name, target, dirs_exist_ok=True)

    def move(self, name: str, new_name: str) -> None:
        target = self._folder / new_name
        target.parent.mkdir(exist_ok=True)
        (self._folder / name).rename(target)
        _sync_folder(self._folder)

    def remove(self, name: str) -> None:
        """Remove a folder; a process that has its files open can still read them."""
        doomed = self._folder / f"{_REMOVING}{name}"
        (self._folder / name).rename(doomed)
        shutil.rmtree(doomed)

    def is_held(self, name: str) -> bool:
        # Network file systems give an exclusive lock only to who may write.
        with (self._folder / name / MODEL_FILE).open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def clear_leftovers(self) -> None:
        for name in self.folders():
            if name.startswith((_PUSHING, _REMOVING)):
                shutil.rmtree(self._folder / name)


def hold(version: Path) -> BinaryIO:
    """Keep a version's folder from being removed with old ones, until what is returned is closed or the process ends."""
    file = (version / MODEL_FILE).open("rb")
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def copy_folder(source: Path, target: Path) -> None:
    """Copy a folder and wait until it is on disk: after a power failure, its name must not lead to empty files."""
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_dir():
            copy.mkdir(exist_ok=True)
            continue
        with path.open("rb") as reader, copy.open("wb") as writer:
            shutil.copyfileobj(reader, writer, _BLOCK_SIZE)
            writer.flush()
            os.fsync(writer.fileno())
    for folder in (target, *(path for path in target.rglob("*") if path.is_dir())):
        _sync_folder(folder)


def _set_mode(folder: Path, mode: int) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(mode if path.is_dir() else mode & ~0o111)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # Network file systems may refuse this for folders; they give their own guarantees.
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
