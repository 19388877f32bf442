"""The folder that TensorFlow Serving watches, and the operations that change it. No TensorFlow here.

TensorFlow Serving takes each child whose name is a number for a version, and looks again every second
(tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc). So a version has to appear and disappear in
one step, and everything else has a name that is no number.
"""

import errno
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from foundation.messages.errors import UserError

MODEL_FILE = "saved_model.pb"
WITHDRAWN = "withdrawn"

_NUMBER = re.compile(r"[0-9]+")


def is_number(name: str) -> bool:
    """Tell whether TensorFlow Serving takes a folder of this name for a version."""
    return _NUMBER.fullmatch(name) is not None and int(name) < 2**63


class Destination(Protocol):
    """A folder of versions. Names are paths below it, with '/' between the parts. Failures raise OSError."""

    uri: str

    def folders(self, name: str = "") -> list[str]:
        """The sorted names of the folders in a folder; none if there is no such folder."""

    def is_file(self, name: str) -> bool: ...

    def read_text(self, name: str) -> str:
        """The text of a file; raises FileNotFoundError if there is none."""

    def files(self, name: str) -> Mapping[str, int]:
        """The sizes in bytes of all files below a folder, by their paths relative to it; none if there is no such folder."""

    def digest(self, name: str) -> str:
        """SHA-256 of a file's content, hexadecimal."""

    def lock(self) -> AbstractContextManager[None]:
        """Make all others that want to change the destination wait until the context ends."""

    def put(self, source: Path, name: str) -> None:
        """Copy a folder of this machine here; nobody sees a part of it under `name`."""

    def fetch(self, name: str, target: Path) -> None:
        """Copy a folder from here to this machine."""

    def move(self, name: str, new_name: str) -> None: ...

    def remove(self, name: str) -> None:
        """Remove a folder; nobody sees a part of it under `name`."""

    def is_held(self, name: str) -> bool:
        """Tell whether a process of this machine serves the version in this folder."""

    def clear_leftovers(self) -> None:
        """Remove what interrupted operations left behind; call it under the lock."""


@contextmanager
def explained(uri: str) -> Iterator[None]:
    """Turn an OSError about the folder at `uri` into a UserError with a remedy."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            remedy = "free some space (push.keep_versions removes old versions), and run the same command again"
        else:
            remedy = "check that it can be reached and that you may write there"
        raise UserError(f"{uri}: {error.strerror or error}; {remedy}") from error
