"""The interface of a root: a folder of files on this machine or elsewhere, from which ingest reads."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

_BLOCK_SIZE = 1 << 20


class FileEntry(NamedTuple):
    """A file: its path below the root ('/' between the parts), its size in bytes, and its last change (Unix time).

    `state`, of files of this machine: inode, size, and the times of change in nanoseconds; as long as they stay, so does the
    content. `version`, of files at an address: what names this content there, such as an ETag.
    """

    name: str
    size: int
    modified_seconds: float
    is_link: bool = False
    state: tuple[int, ...] = ()
    version: str = ""


class Root(Protocol):
    """A folder of files. Names are paths below it. Files that cannot be read raise OSError."""

    uri: str

    def entries(self, is_flat: bool = False) -> Iterator[FileEntry]:
        """All files below the root, in no particular order. Links to files count; linked and unreadable folders do not.

        `is_flat`: only those in the root itself; what lies deeper is not even listed.
        """

    def canonical(self, name: str) -> str:
        """The one name for all spellings of a path; the file need not exist.

        Raises:
          ValueError: the path may lead out of the root.
          OSError: access to a folder on the way is denied.
        """

    def read_heads(self, names: Iterable[str], num_bytes: int) -> Iterator[bytes | OSError]:
        """The first `num_bytes` of each file, or the error, in the order of the names."""

    def digest(self, name: str) -> str:
        """SHA-256 of a file's content, hexadecimal."""

    def local_copy(self, name: str, version: str = "") -> AbstractContextManager[Path]:
        """A path of this machine to the file's content, until the context ends.

        Raises:
          FileChangedError: the file at an address is not in the `version` that was listed, if one is given, or became another
            while it was read.
        """


def is_remote(uri: str) -> bool:
    """Tell an address (gs://, s3://, hdfs://) from a path of this machine."""
    return "://" in uri


def split_uri(uri: str) -> tuple[str, str]:
    folder, _, name = uri.rstrip("/").rpartition("/")
    return folder, name


def digest_of(file: BinaryIO) -> str:
    """SHA-256 of the rest of a file, hexadecimal."""
    digest = hashlib.sha256()
    add_content(digest, file)
    return digest.hexdigest()


def add_content(digest: "hashlib._Hash", file: BinaryIO) -> None:
    """Add the rest of a file to a digest."""
    while block := file.read(_BLOCK_SIZE):
        digest.update(block)
