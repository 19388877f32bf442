"""Roots on file systems that Beam can read: gs://, s3://, hdfs://. Only `open_root` imports this, for addresses."""

import errno
import re
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from apache_beam.io.aws.s3io import S3IO
from apache_beam.io.filesystem import CompressionTypes, FileSystem
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions

from components.storage.paths import check_name
from components.storage.root import FileEntry, digest_of
from foundation.messages.errors import UserError

_COPY_BUFFER = 16 << 20
_NUM_READERS = 8
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")


class RemoteRoot:
    """A folder at an address; a file is copied to this machine for as long as it is used.

    Raises:
      UserError: Beam has no file system for such addresses, or an option for it is missing.
    """

    def __init__(self, uri: str, key: str, beam_args: tuple[str, ...]) -> None:
        self.uri = uri.rstrip("/")
        self._key = key
        self._beam_args = beam_args
        self._scheme = FileSystems.get_scheme(uri)
        self._options = PipelineOptions(list(beam_args))
        self._of_thread = threading.local()
        self._files = self._file_system()

    def __reduce__(self) -> tuple[Any, ...]:
        # Beam's workers get the address, and make their own connections.
        return RemoteRoot, (self.uri, self._key, self._beam_args)

    def entries(self) -> Iterator[FileEntry]:
        """List all files; raise UserError if that fails."""
        try:
            self._connection()
            for metadata in self._list(f"{self.uri}/"):
                name = metadata.path[len(self.uri) + 1 :]
                # Object stores mark folders with empty objects.
                if name and not name.endswith("/"):
                    yield FileEntry(name, metadata.size_in_bytes, metadata.last_updated_in_seconds)
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
                with self._open(name, buffer_size=num_bytes) as file:
                    return file.read(num_bytes)
            except OSError as error:
                return error

        with ThreadPoolExecutor(_NUM_READERS) as pool:
            yield from pool.map(read_head, names)

    def digest(self, name: str) -> str:
        with self._open(name) as file:
            return digest_of(file)

    @contextmanager
    def local_copy(self, name: str) -> Iterator[Path]:
        """A temporary copy, which is always removed at the end of the context."""
        suffix = PurePosixPath(name).suffix
        with tempfile.TemporaryDirectory(prefix="clipgate-") as folder:
            # The name may be anything, so the copy has only its suffix, and only an ordinary one.
            path = Path(folder, f"file{suffix if _SUFFIX.fullmatch(suffix) else ''}")
            with self._open(name) as source, path.open("wb") as target:
                shutil.copyfileobj(source, target, _COPY_BUFFER)
            yield path

    @contextmanager
    def _open(self, name: str, buffer_size: int = _COPY_BUFFER) -> Iterator[BinaryIO]:
        try:
            connection = self._connection()
            address = f"{self.uri}/{name}"
            if connection is None:
                file = self._files.open(address, compression_type=CompressionTypes.UNCOMPRESSED)
            else:
                file = connection.open(address, "rb", read_buffer_size=buffer_size)
            with file:
                yield cast(BinaryIO, file)
        except FileNotFoundError as error:
            raise FileNotFoundError(errno.ENOENT, "there is no such file", name) from error
        except Exception as error:  # of botocore, google.cloud, requests or Beam
            raise OSError(errno.EIO, str(error), name) from error

    def _connection(self) -> Any:
        """The connection of this thread. Beam's FileSystem would make one for each file, which takes a tenth of a second.

        It would also buffer 16 MiB of every file, even if little is read.
        """
        if not hasattr(self._of_thread, "connection"):
            self._of_thread.connection = self._connect()
        return self._of_thread.connection

    def _connect(self) -> Any:
        if self._scheme == "s3":
            connection = S3IO(options=self._options)
            # Without credentials or a server this fails at once; Beam would try again for ten minutes.
            bucket, _, prefix = self.uri.removeprefix("s3://").partition("/")
            connection.client.client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1)
            return connection
        if self._scheme == "gs":
            from apache_beam.io.gcp.gcsio import GcsIO

            return GcsIO(pipeline_options=self._options)
        return None

    def _file_system(self) -> FileSystem:
        # FileSystems.get_filesystem does the same, but takes its options from a global.
        known = {kind.scheme(): kind for kind in FileSystem.get_all_subclasses()}
        if self._scheme not in known:
            schemes = ", ".join(sorted(f"{scheme}://" for scheme in known if scheme))
            raise UserError(f"{self._key}: {self.uri}: no file system for {self._scheme}://; Beam has {schemes} here")
        try:
            return known[self._scheme](self._options)
        except Exception as error:  # an option is missing
            raise UserError(f"{self._key}: {self.uri}: {error}. Options of Beam go under beam.args") from error

    def _list(self, folder: str) -> Iterator[Any]:
        # FileSystem.match cannot be used: names may hold its wildcards, which it cannot quote.
        if not self._files.has_dirs():
            yield from self._files._list(folder)
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
            inside = [] if metadata.size_in_bytes else list(self._list(metadata.path))
            yield from inside or [metadata]
