"""What a run prints: kept in a file as long as the disk has room for it."""

import os
import threading
from pathlib import Path
from types import TracebackType

_BLOCK_BYTES = 2**16
_TAIL_BYTES = 2**12


class RunLog:
    """A context that copies to a file what arrives at `write_end`, a file descriptor; without a word where that is full.

    So whoever prints never learns that the disk is full, which would end a run in the middle of what it has to say.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError if the file cannot be made."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb", buffering=0)
        self._tail = b""
        self._read_end, self.write_end = os.pipe()
        self._copying = threading.Thread(target=self._copy, daemon=True)

    def __enter__(self) -> "RunLog":
        self._copying.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self, wait_seconds: float = 1.0) -> None:
        """Write what has arrived; an orphan of the run that still holds its end is not waited for any longer."""
        if self.write_end >= 0:
            os.close(self.write_end)
            self.write_end = -1
        self._copying.join(wait_seconds)

    @property
    def last_line(self) -> str:
        """The last line that is not empty."""
        lines = self._tail.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "its log is empty"

    def _copy(self) -> None:
        with self._file, os.fdopen(self._read_end, "rb", buffering=0) as source:
            while block := source.read(_BLOCK_BYTES):
                self._tail = (self._tail + block)[-_TAIL_BYTES:]
                try:
                    self._file.write(block)
                except OSError:
                    continue
