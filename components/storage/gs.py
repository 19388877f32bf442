"""Files on Google Cloud Storage, by Google's client as Beam makes it."""

import errno
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from apache_beam.io.gcp.gcsio import GcsIO
from apache_beam.options.pipeline_options import PipelineOptions
from google.api_core import exceptions

from components.storage.faults import FileChangedError
from components.storage.root import FileEntry


class GsStore:
    """A folder on Google Cloud Storage; a generation is a file's version.

    The client tries again what passes, and what broke goes on in the same generation.
    """

    def __init__(self, uri: str, options: PipelineOptions) -> None:
        self._bucket, _, folder = uri.removeprefix("gs://").partition("/")
        self._prefix = f"{folder}/" if folder else ""
        self._options = options
        self._of_thread = threading.local()

    def entries(self, is_flat: bool) -> Iterator[FileEntry]:
        delimiter = "/" if is_flat else None
        for blob in self._client.list_blobs(self._bucket, prefix=self._prefix, delimiter=delimiter):
            name = blob.name[len(self._prefix) :]
            # Some tools mark folders with empty objects.
            if name and not name.endswith("/"):
                yield FileEntry(name, blob.size, blob.updated.timestamp(), version=str(blob.generation))

    def head(self, name: str, num_bytes: int) -> bytes:
        with _errors(name):
            try:
                return bytes(self._blob(name).download_as_bytes(end=num_bytes - 1, raw_download=True))
            except exceptions.RequestRangeNotSatisfiable:
                return b""

    def download(self, name: str, path: Path, version: str) -> None:
        generation = int(version) if version else None
        with _errors(name):
            # What is stored, even where it is marked as compressed.
            self._blob(name).download_to_filename(str(path), if_generation_match=generation, raw_download=True)

    def _blob(self, name: str) -> Any:
        return self._client.bucket(self._bucket).blob(f"{self._prefix}{name}")

    @property
    def _client(self) -> Any:
        """Google's client, one for each thread: its connections are no threads' common property."""
        if not hasattr(self._of_thread, "client"):
            self._of_thread.client = GcsIO(pipeline_options=self._options).client
        return self._of_thread.client


@contextmanager
def _errors(name: str) -> Iterator[None]:
    """Turn Google's errors into Python's.

    Raises:
      OSError: that file cannot be read.
    """
    try:
        yield
    except exceptions.PreconditionFailed as error:
        raise FileChangedError(name) from error
    except exceptions.NotFound as error:
        raise FileNotFoundError(errno.ENOENT, "there is no such file", name) from error
    except exceptions.Forbidden as error:
        raise PermissionError(errno.EACCES, str(error), name) from error
    except Exception as error:  # of google.cloud, google.auth or requests
        # A disk that is full says so itself.
        if isinstance(error, OSError) and error.errno:
            raise
        raise OSError(errno.EIO, str(error), name) from error
