"""Files on whatever else Beam has a file system for, such as hdfs://."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from apache_beam.io.filesystem import CompressionTypes, FileSystem
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions

from components.storage.faults import FileChangedError
from components.storage.root import FileEntry
from foundation.messages.errors import UserError

_COPY_BUFFER = 16 << 20


class BeamStore:
    """A folder on a file system of Beam's; size and time of change are a file's version, since all of them know these."""

    def __init__(self, uri: str, options: PipelineOptions) -> None:
        self._uri = uri
        scheme = FileSystems.get_scheme(uri)
        # FileSystems.get_filesystem does the same, but takes its options from a global.
        known = {kind.scheme(): kind for kind in FileSystem.get_all_subclasses()}
        if scheme not in known:
            schemes = ", ".join(sorted(f"{scheme}://" for scheme in known if scheme))
            raise UserError(f"{uri}: no file system for {scheme}://; Beam has {schemes} here")
        self._files = known[scheme](options)

    def entries(self, is_flat: bool) -> Iterator[FileEntry]:
        for metadata in self._list(f"{self._uri}/", is_flat):
            name = metadata.path[len(self._uri) + 1 :]
            if name and not name.endswith("/"):
                yield FileEntry(
                    name, metadata.size_in_bytes, metadata.last_updated_in_seconds, version=_version_of(metadata)
                )

    def head(self, name: str, num_bytes: int) -> bytes:
        with self._open(name) as file:
            return file.read(num_bytes)

    def download(self, name: str, path: Path, version: str) -> None:
        version = version or self._version(name)
        with self._open(name) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, _COPY_BUFFER)
        if self._version(name) != version:
            raise FileChangedError(name)

    @contextmanager
    def _open(self, name: str) -> Iterator[BinaryIO]:
        with (
            _errors(name),
            self._files.open(f"{self._uri}/{name}", compression_type=CompressionTypes.UNCOMPRESSED) as file,
        ):
            yield cast(BinaryIO, file)

    def _version(self, name: str) -> str:
        with _errors(name):
            return _version_of(self._files.metadata(f"{self._uri}/{name}"))

    def _list(self, folder: str, is_flat: bool) -> Iterator[Any]:
        # FileSystem.match cannot be used: names may hold its wildcards, which it cannot quote.
        if not self._files.has_dirs():
            yield from (each for each in self._files._list(folder) if not (is_flat and "/" in each.path[len(folder) :]))
            return
        try:
            found = list(self._files._list(folder))
        except OSError:
            if not self._files.exists(folder.rstrip("/")):
                raise
            # A file has nothing below it; object stores say the same.
            found = []
        for metadata in found:
            # A folder has no size; nothing else tells it from an empty file.
            may_be_folder = not metadata.size_in_bytes and not is_flat
            yield from (list(self._list(metadata.path, is_flat)) if may_be_folder else []) or [metadata]


def _version_of(metadata: Any) -> str:
    return f"{metadata.size_in_bytes} {metadata.last_updated_in_seconds}"


@contextmanager
def _errors(name: str) -> Iterator[None]:
    """Turn Beam's errors, and those of what it is made of, into Python's.

    Raises:
      OSError: that file cannot be read.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, "there is no such file", name) from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise OSError(errno.EIO, str(error), name) from error
