"""The folder that TensorFlow Serving watches, and the steps in which it is changed. No TensorFlow here.

TensorFlow Serving takes each child whose name is a number for a version and looks again every second
(tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc). So a version has to come and go at once, and
everything else has a name that is no number.
"""

import contextlib
import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from components.storage.root import is_remote
from models.errors import UserError

MODEL_FILE = "saved_model.pb"
WITHDRAWN = "withdrawn"

_PUSHING, _REMOVING = ".pushing-", ".removing-"
_LOCK_FILE = ".lock"
_BLOCK_SIZE = 1 << 20
_NUMBER = re.compile(r"[0-9]+")


def is_number(name: str) -> bool:
    """Whether TensorFlow Serving takes a folder of this name for a version."""
    return _NUMBER.fullmatch(name) is not None and int(name) < 2**63


class Destination(Protocol):
    """A folder of versions. Names are paths below it, with '/' between the parts; what fails raises OSError."""

    uri: str

    def folders(self, name: str = "") -> list[str]:
        """The names of the folders in one of them, sorted; none if there is no such folder."""

    def is_file(self, name: str) -> bool:
        """Whether there is such a file."""

    def read_text(self, name: str) -> str:
        """A file's text.

        Raises:
          FileNotFoundError: there is none.
        """

    def lock(self) -> AbstractContextManager[None]:
        """For as long as the context lasts, whoever else wants to change the destination waits."""

    def put(self, source: Path, name: str) -> None:
        """Copy a folder of this machine here, so that nobody sees half of it under `name`."""

    def fetch(self, name: str, target: Path) -> None:
        """Copy a folder from here to one of this machine."""

    def move(self, name: str, new_name: str) -> None:
        """Rename a folder."""

    def remove(self, name: str) -> None:
        """Remove a folder, so that nobody sees half of it under `name`."""

    def clear_leftovers(self) -> None:
        """Remove what others have left behind who died at work; to be called under the lock."""


def open_destination(uri: str) -> Destination:
    """The destination at a path or at an address (gs://, s3://)."""
    # Boto and TensorFlow take seconds to load.
    if uri.startswith("s3://"):
        from components.pusher.s3 import S3Destination

        return S3Destination(uri)
    if is_remote(uri):
        from components.pusher.gfile import GFileDestination

        return GFileDestination(uri)
    return LocalDestination(Path(uri))


@contextmanager
def explained(uri: str) -> Iterator[None]:
    """Turns what a file system says of the folder at `uri` into what the user can do about it."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            remedy = "free some space (push.keep_versions removes old versions), and run the same command again"
        else:
            remedy = "check that it can be reached and that you may write there"
        raise UserError(f"{uri}: {error.strerror or error}; {remedy}") from error


class LocalDestination:
    """A folder of this machine; its versions come and go by rename(2), which is atomic."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.uri = str(folder)

    def folders(self, name: str = "") -> list[str]:
        """See Destination."""
        try:
            return sorted(path.name for path in (self._folder / name).iterdir() if path.is_dir())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def is_file(self, name: str) -> bool:
        """See Destination."""
        return (self._folder / name).is_file()

    def read_text(self, name: str) -> str:
        """See Destination."""
        return (self._folder / name).read_text()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """See Destination. The lock goes with the process, however it ends."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / _LOCK_FILE).open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def put(self, source: Path, name: str) -> None:
        """See Destination."""
        staging = self._folder / f"{_PUSHING}{name}"
        try:
            copy_folder(source, staging)
            staging.rename(self._folder / name)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        _sync_folder(self._folder)

    def fetch(self, name: str, target: Path) -> None:
        """See Destination."""
        shutil.copytree(self._folder / name, target, dirs_exist_ok=True)

    def move(self, name: str, new_name: str) -> None:
        """See Destination."""
        target = self._folder / new_name
        target.parent.mkdir(exist_ok=True)
        (self._folder / name).rename(target)
        _sync_folder(self._folder)

    def remove(self, name: str) -> None:
        """See Destination. Who is reading its files at that moment goes on with those that are open."""
        doomed = self._folder / f"{_REMOVING}{name}"
        (self._folder / name).rename(doomed)
        shutil.rmtree(doomed)

    def clear_leftovers(self) -> None:
        """See Destination."""
        for name in self.folders():
            if name.startswith((_PUSHING, _REMOVING)):
                shutil.rmtree(self._folder / name)


def copy_folder(source: Path, target: Path) -> None:
    """Copy a folder and wait until the disk has it: a name that outlives a power failure must not lead to empty files."""
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


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # Network file systems may refuse this for folders; they have their own promises.
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
