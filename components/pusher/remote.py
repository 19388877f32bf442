"""Destinations on file systems that TensorFlow reads: gs://, and s3:// where TensorFlow I/O is installed."""

import contextlib
import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import tensorflow as tf

from components.pusher.destination import MODEL_FILE, WITHDRAWN, is_number

_Result = TypeVar("_Result")


class RemoteDestination:
    """A folder at an address. See `components.pusher.destination.Destination`.

    Object stores rename nothing, they copy. So a version's `saved_model.pb`, without which it is none, comes last and goes
    first. There are no locks either: only one push or rollback at a time may be at work on such a destination.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri.rstrip("/")

    def folders(self, name: str = "") -> list[str]:
        """See Destination."""
        try:
            children = _call(tf.io.gfile.listdir, self._address(name))
        except FileNotFoundError:
            # So it says also where it has no file system for such addresses, or is not let in; this does not.
            _call(tf.io.gfile.exists, self._address(name))
            return []
        # Object stores end the names of folders with '/'; some list the folder itself.
        return sorted({child.strip("/") for child in children} - {""})

    def is_file(self, name: str) -> bool:
        """See Destination."""
        return bool(_call(tf.io.gfile.exists, self._address(name)))

    def read_text(self, name: str) -> str:
        """See Destination."""
        return str(_call(lambda: tf.io.gfile.GFile(self._address(name)).read()))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """See Destination; here nobody waits."""
        _call(tf.io.gfile.makedirs, self.uri)
        yield

    def put(self, source: Path, name: str) -> None:
        """See Destination."""
        names = [path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()]
        self._copy(str(source), names, name)

    def move(self, name: str, new_name: str) -> None:
        """See Destination. For a moment there are two of it."""
        folder = self._address(name)
        names = [
            f"{place}/{file}"[len(folder) + 1 :]
            for place, _, files in _call(lambda: list(tf.io.gfile.walk(folder)))
            for file in files
        ]
        self._copy(folder, names, new_name)
        self.remove(name)

    def remove(self, name: str) -> None:
        """See Destination."""
        with contextlib.suppress(FileNotFoundError):
            _call(tf.io.gfile.remove, self._address(f"{name}/{MODEL_FILE}"))
        _call(tf.io.gfile.rmtree, self._address(name))

    def clear_leftovers(self) -> None:
        """See Destination."""
        for folder in ("", f"{WITHDRAWN}/"):
            for name in self.folders(folder):
                if is_number(name) and not self.is_file(f"{folder}{name}/{MODEL_FILE}"):
                    self.remove(f"{folder}{name}")

    def _address(self, name: str) -> str:
        return f"{self.uri}/{name}".rstrip("/")

    def _copy(self, source: str, names: list[str], folder: str) -> None:
        for name in sorted(names, key=lambda name: (name == MODEL_FILE, name)):
            target = self._address(f"{folder}/{name}")
            _call(tf.io.gfile.makedirs, target.rpartition("/")[0])
            _call(tf.io.gfile.copy, f"{source}/{name}", target, overwrite=True)


def _call(operation: Callable[..., _Result], *arguments: Any, **options: Any) -> _Result:
    """What the operation returns; TensorFlow's errors become those of Python.

    Raises:
      FileNotFoundError: there is no such file or folder.
      OSError: anything else went wrong.
    """
    try:
        return operation(*arguments, **options)
    except tf.errors.NotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, error.message) from error
    except tf.errors.ResourceExhaustedError as error:
        raise OSError(errno.ENOSPC, error.message) from error
    except tf.errors.OpError as error:
        raise OSError(errno.EIO, error.message) from error
