"""A folder of files, on this machine or elsewhere, and the ways in which ingest looks at it."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

_BLOCK_SIZE = 1 << 20


@dataclass(frozen=True)
class FileEntry:
    """A file: its path below the root ('/' between the parts), its size in bytes, when it was last changed (Unix time)."""

    name: str
    size: int
    modified_seconds: float
    is_link: bool = False


class Root(Protocol):
    """A folder of files. Names are paths below it; what cannot be read raises OSError."""

    uri: str

    def entries(self) -> Iterator[FileEntry]:
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


def split_uri(uri: str) -> tuple[str, str]:
    """The folder of an address, and the name in it."""
    folder, _, name = uri.rstrip("/").rpartition("/")
    return folder, name


def digest_of(file: BinaryIO) -> str:
    """SHA-256 of what can be read from `file`, hexadecimal."""
    digest = hashlib.sha256()
    while block := file.read(_BLOCK_SIZE):
        digest.update(block)
    return digest.hexdigest()
