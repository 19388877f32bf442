"""Roots at addresses: gs://, s3://, hdfs://. Only `open_root` imports this, for addresses."""

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from apache_beam.options.pipeline_options import PipelineOptions

from components.storage.copies import folder_for_copies, remove_left_copies
from components.storage.paths import check_name
from components.storage.root import FileEntry, digest_of
from foundation.messages.errors import UserError

_NUM_READERS = 8
_NAMES_AT_ONCE = 1024
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")


class Store(Protocol):
    """The files of a folder at an address, as one kind of store has them; usable by several threads.

    What fails while a file is read is an OSError that says whether it lies with the file (`components.storage.faults`). What
    passes was tried again before.
    """

    def entries(self, is_flat: bool) -> Iterator[FileEntry]:
        """The files below the folder; `is_flat`: only those in itself, and nothing else is asked for."""

    def head(self, name: str, num_bytes: int) -> bytes:
        """The first bytes of a file, fewer if it has no more."""

    def download(self, name: str, path: Path, version: str) -> None:
        """Copy a file to this machine: all of it as it was at one time, and in this version if one is named.

        Raises:
          FileChangedError: it is another version, or became one meanwhile.
        """


class RemoteRoot:
    """A folder at an address; a file is copied to this machine for as long as it is used.

    Raises:
      UserError: there is no file system for such addresses, or an option for it is missing.
    """

    def __init__(self, uri: str, key: str, beam_args: tuple[str, ...]) -> None:
        self.uri = uri.rstrip("/")
        self._key = key
        self._beam_args = beam_args
        self._store = self._open_store(PipelineOptions(list(beam_args)))
        remove_left_copies()

    def __reduce__(self) -> tuple[Any, ...]:
        # Beam's workers get the address, and make their own connections.
        return RemoteRoot, (self.uri, self._key, self._beam_args)

    def entries(self, is_flat: bool = False) -> Iterator[FileEntry]:
        """List all files; raise UserError if that fails."""
        try:
            yield from self._store.entries(is_flat)
        except Exception as error:  # of botocore, google.cloud, requests or Beam
            message = f"{self._key}: {self.uri} cannot be listed: {error}; check address and credentials"
            raise UserError(message) from error

    def canonical(self, name: str) -> str:
        check_name(name)
        return PurePosixPath(name).as_posix()

    def read_heads(self, names: Iterable[str], num_bytes: int) -> Iterator[bytes | OSError]:
        """Read several files at the same time, since each answer takes a while."""

        def read_head(name: str) -> bytes | OSError:
            try:
                return self._store.head(name, num_bytes)
            except OSError as error:
                return error

        waiting = iter(names)
        with ThreadPoolExecutor(_NUM_READERS) as pool:
            # A pool takes all that it is given at once, and each waiting name would be a kilobyte.
            while some := list(islice(waiting, _NAMES_AT_ONCE)):
                yield from pool.map(read_head, some)

    def digest(self, name: str) -> str:
        with self.local_copy(name) as path, path.open("rb") as file:
            return digest_of(file)

    @contextmanager
    def local_copy(self, name: str, version: str = "") -> Iterator[Path]:
        """A temporary copy, which is always removed at the end of the context."""
        suffix = PurePosixPath(name).suffix
        with folder_for_copies() as folder:
            # The name may be anything, so the copy has only its suffix, and only an ordinary one.
            path = folder / f"file{suffix if _SUFFIX.fullmatch(suffix) else ''}"
            self._store.download(name, path, version)
            yield path

    def _open_store(self, options: PipelineOptions) -> Store:
        try:
            return _kind_of_store(self.uri)(self.uri, options)
        except UserError as error:
            raise UserError(f"{self._key}: {error}") from error
        except Exception as error:  # an option is missing
            raise UserError(f"{self._key}: {self.uri}: {error}. Options of Beam go under beam.args") from error


def _kind_of_store(uri: str) -> Callable[[str, PipelineOptions], Store]:
    # The libraries of a store take seconds to load.
    if uri.startswith("s3://"):
        from components.storage.s3 import S3Store

        return S3Store
    if uri.startswith("gs://"):
        from components.storage.gs import GsStore

        return GsStore
    from components.storage.beam_files import BeamStore

    return BeamStore
