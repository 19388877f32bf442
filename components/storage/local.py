"""Roots on this machine."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from components.storage.paths import resolve_inside, scan_files
from components.storage.root import FileEntry, digest_of


class LocalRoot:
    """A folder of this machine; files are used in place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self.uri = str(self._folder)

    def entries(self, is_flat: bool = False) -> Iterator[FileEntry]:
        start = len(self.uri.rstrip("/")) + 1
        for entry in scan_files(self._folder, is_flat):
            status = entry.stat()
            state = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            yield FileEntry(entry.path[start:], status.st_size, status.st_mtime_ns / 1e9, entry.is_symlink(), state)

    def canonical(self, name: str) -> str:
        """The real path below the root: a link has the name of the file that it leads to."""
        path = resolve_inside(self._folder, name)
        # Raises if access is denied; otherwise the file would count as missing.
        path.exists()
        return path.relative_to(self._folder).as_posix()

    def read_heads(self, names: Iterable[str], num_bytes: int) -> Iterator[bytes | OSError]:
        for name in names:
            try:
                with open(f"{self.uri}/{name}", "rb", buffering=0) as file:  # noqa: PTH123 - faster, and files are many
                    yield file.read(num_bytes)
            except OSError as error:
                yield error

    def digest(self, name: str) -> str:
        with open(f"{self.uri}/{name}", "rb", buffering=0) as file:  # noqa: PTH123 - as above
            return digest_of(file)

    @contextmanager
    def local_copy(self, name: str, version: str = "") -> Iterator[Path]:
        yield self._folder / name
