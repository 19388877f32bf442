"""Folders for copies of files that lie elsewhere: gone at the end of the work, and after a kill when others begin theirs."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "clipgate-copy-"
# Between a folder and its lock lies a moment.
_SECONDS_TO_LOCK = 60.0


@contextmanager
def folder_for_copies() -> Iterator[Path]:
    """An empty folder of this machine, until the context ends; it is locked, so that others know that its process lives."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name:
        lock = os.open(name, os.O_RDONLY)
        try:
            # File systems without locks have no folders that are swept either.
            with suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield Path(name)
        finally:
            os.close(lock)


def remove_left_copies() -> None:
    """Remove folders for copies whose processes were killed."""
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIX):
                with suppress(OSError):
                    _remove_if_left(entry)


def _remove_if_left(entry: "os.DirEntry[str]") -> None:
    status = entry.stat(follow_symlinks=False)
    is_own = entry.is_dir(follow_symlinks=False) and status.st_uid == os.getuid()
    if not is_own or status.st_mtime > time.time() - _SECONDS_TO_LOCK:
        return
    folder = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(entry.path, ignore_errors=True)
    finally:
        os.close(folder)
