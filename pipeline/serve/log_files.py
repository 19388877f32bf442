"""Files of records in one folder that several processes share, and that never takes more than it may. No TensorFlow here.

A file that is being written is locked by its process, so it is told from one that is finished and may be removed.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO

_NUM_FILES = 16


class LogFiles:
    """Appends lines; the oldest finished file makes room for a new one. For one thread."""

    def __init__(self, folder: Path, prefix: str, suffix: str, max_bytes: int) -> None:
        """`max_bytes`: what all files of this kind in the folder may take together.

        Raises:
          OSError: there is no such folder, and none can be made.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._prefix, self._suffix = folder, prefix, suffix
        self._max_bytes, self._file_bytes = max_bytes, max_bytes // _NUM_FILES
        self._file: BinaryIO | None = None
        self._num_opened = 0

    def append(self, line: bytes) -> bool:
        """Write a line; False if there is no room for it, since it is too long or too many processes write.

        Raises:
          OSError: it cannot be written.
        """
        if len(line) > self._file_bytes:
            return False
        if self._file is None or self._file.tell() + len(line) > self._file_bytes:
            self.close()
            self._file = self._open()
        if self._file is None:
            return False
        try:
            if self._file.write(line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            self.close()  # what follows half a line would be lost with it
            raise
        return True

    def close(self) -> None:
        """Finish the file; the next line begins another one."""
        file, self._file = self._file, None
        if file:
            file.close()

    def _open(self) -> BinaryIO | None:
        with self._alone():
            if not self._make_room():
                return None
            self._num_opened += 1
            time = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S%f")
            name = f"{self._prefix}{time}-{os.getpid()}-{self._num_opened}{self._suffix}"
            file = (self._folder / name).open("xb", buffering=0)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Open a file while no other process opens one."""
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make_room(self) -> bool:
        """Remove the oldest finished files until one more file fits; files that are being written count as full."""
        finished, taken = [], self._file_bytes
        for path in sorted(self._folder.glob(f"{self._prefix}*{self._suffix}")):
            if _is_written(path):
                taken += self._file_bytes
            else:
                finished.append((path, path.stat().st_size))
        taken += sum(size for _, size in finished)
        for path, size in finished:
            if taken <= self._max_bytes:
                break
            path.unlink(missing_ok=True)
            taken -= size
        return taken <= self._max_bytes


def _is_written(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
