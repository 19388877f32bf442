"""A folder of files, on this machine or elsewhere, and the ways in which ingest looks at it."""

import hashlib
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from components.storage.paths import resolve_inside, scan_files
from models.errors import UserError

_BLOCK_SIZE = 1 << 20


@dataclass(frozen=True)
class Entry:
    """A file: its path below the root ('/' between the parts), its size in bytes, when it was last changed (Unix time)."""

    name: str
    size: int
    modified_seconds: float
    is_link: bool = False


class Root(Protocol):
    """A folder of files. Names are paths below it; what cannot be read raises OSError."""

    uri: str

    def entries(self) -> Iterator[Entry]:
        """All files below, in no particular order; links to files count, linked folders and what is closed do not."""

    def canonical(self, name: str) -> str:
        """The one name for all spellings of a path, whether there is such a file or not.

        Raises:
          ValueError: the path may lead out of the root.
          OSError: a folder on the way is closed to us.
        """

    def read_heads(self, names: Iterable[str], num_bytes: int) -> Iterator[bytes | OSError]:
        """The first `num_bytes` of each file, in the order of the names; instead of those of a closed file, the error."""

    def digest(self, name: str) -> str:
        """SHA-256 of a file's content, hexadecimal."""

    def local_copy(self, name: str) -> AbstractContextManager[Path]:
        """The file as one of this machine, for as long as the context lasts."""


def is_remote(uri: str) -> bool:
    """Whether `uri` is an address (gs://, s3://, hdfs://) rather than a path of this machine."""
    return "://" in uri


def open_root(uri: str, key: str, beam_args: Sequence[str] = ()) -> Root:
    """The root at a path or address.

    Args:
      uri: a folder of this machine, or an address that Beam's FileSystems reads.
      key: the configuration's key, for messages.
      beam_args: Beam's options, which hold those of its file systems, such as `--s3_endpoint_url=...`.

    Raises:
      UserError: there is no such folder, or no file system for such addresses.
    """
    if is_remote(uri):
        with warnings.catch_warnings():
            # Google's libraries announce here when they will end their support of this Python.
            warnings.simplefilter("ignore", FutureWarning)
            # Beam takes seconds to load, and most roots are local.
            from components.storage.remote import RemoteRoot
        return RemoteRoot(uri, key, tuple(beam_args))
    if not Path(uri).is_dir():
        raise UserError(f"{key}: {uri} is not a folder{_remedy(key)}")
    return LocalRoot(Path(uri))


def _remedy(key: str) -> str:
    """Options of the command line are relative to the current folder, as anywhere."""
    return "" if key.startswith("--") else "; write the path relative to the configuration file"


class LocalRoot:
    """A folder of this machine; files are used in place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self.uri = str(self._folder)

    def entries(self) -> Iterator[Entry]:
        """See Root."""
        start = len(self.uri.rstrip("/")) + 1
        for entry in scan_files(self._folder):
            status = entry.stat()
            yield Entry(entry.path[start:], status.st_size, status.st_mtime_ns / 1e9, entry.is_symlink())

    def canonical(self, name: str) -> str:
        """See Root. A link's canonical name is that of the file it leads to."""
        path = resolve_inside(self._folder, name)
        # Says so when the file may not be looked at, rather than that it is missing.
        path.exists()
        return path.relative_to(self._folder).as_posix()

    def read_heads(self, names: Iterable[str], num_bytes: int) -> Iterator[bytes | OSError]:
        """See Root."""
        for name in names:
            try:
                with open(f"{self.uri}/{name}", "rb", buffering=0) as file:  # noqa: PTH123 - for each of many files
                    yield file.read(num_bytes)
            except OSError as error:
                yield error

    def digest(self, name: str) -> str:
        """See Root."""
        with (self._folder / name).open("rb") as file:
            return digest_of(file)

    @contextmanager
    def local_copy(self, name: str) -> Iterator[Path]:
        """See Root."""
        yield self._folder / name


def digest_of(file: BinaryIO) -> str:
    """SHA-256 of what can be read from `file`, hexadecimal."""
    digest = hashlib.sha256()
    while block := file.read(_BLOCK_SIZE):
        digest.update(block)
    return digest.hexdigest()


@contextmanager
def local_file(uri: str, key: str, beam_args: Sequence[str] = ()) -> Iterator[Path]:
    """A single file as one of this machine; the arguments are those of `open_root`.

    Raises:
      UserError: there is no such file, or it cannot be read.
    """
    if not is_remote(uri):
        if not Path(uri).is_file():
            raise UserError(f"{key}: {uri} is not a file{_remedy(key)}")
        yield Path(uri)
        return
    folder, name = split_uri(uri)
    if not is_remote(folder):
        raise UserError(f"{key}: {uri} is no file's address")
    with local_copy(open_root(folder, key, beam_args), name, key) as path:
        yield path


@contextmanager
def local_copy(root: Root, name: str, key: str) -> Iterator[Path]:
    """`root.local_copy(name)` of a file without which nothing goes on.

    Raises:
      UserError: there is no such file, or it cannot be read.
    """
    with ExitStack() as stack:
        try:
            path = stack.enter_context(root.local_copy(name))
        except OSError as error:
            message = f"{key}: {root.uri}/{name} cannot be read: {error.strerror}; check address and credentials"
            raise UserError(message) from error
        yield path


def split_uri(uri: str) -> tuple[str, str]:
    """The folder of an address, and the name in it."""
    folder, _, name = uri.rstrip("/").rpartition("/")
    return folder, name
