"""Destinations on file systems that TensorFlow reads by itself, such as gs://."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import tensorflow as tf

from components.pusher.remote import RemoteDestination
from components.storage.root import digest_of

_Result = TypeVar("_Result")


class GFileDestination(RemoteDestination):
    def folders(self, name: str = "") -> list[str]:
        try:
            children = _call(tf.io.gfile.listdir, self._address(name))
        except FileNotFoundError:
            # listdir says this too if there is no file system for the address or no access; `exists` raises the real error.
            _call(tf.io.gfile.exists, self._address(name))
            return []
        # Object stores end the names of folders with '/'; some list the folder itself.
        return sorted({child.strip("/") for child in children} - {""})

    def is_file(self, name: str) -> bool:
        return bool(_call(tf.io.gfile.exists, self._address(name)))

    def read_text(self, name: str) -> str:
        return str(_call(lambda: tf.io.gfile.GFile(self._address(name)).read()))

    @contextmanager
    def lock(self) -> Iterator[None]:
        _call(tf.io.gfile.makedirs, self.uri)
        yield

    def files(self, name: str) -> dict[str, int]:
        address = self._address(name)
        paths = [
            f"{place}/{file}" for place, _, files in _call(lambda: list(tf.io.gfile.walk(address))) for file in files
        ]
        return {path[len(address) + 1 :]: _call(tf.io.gfile.stat, path).length for path in paths}

    def digest(self, name: str) -> str:
        def read() -> str:
            with tf.io.gfile.GFile(self._address(name), "rb") as file:
                return digest_of(file)

        return _call(read)

    def _upload(self, path: Path, name: str) -> None:
        self._transfer(str(path), self._address(name))

    def _download(self, name: str, path: Path) -> None:
        self._transfer(self._address(name), str(path))

    def _copy(self, name: str, new_name: str) -> None:
        self._transfer(self._address(name), self._address(new_name))

    def _delete_file(self, name: str) -> None:
        _call(tf.io.gfile.remove, self._address(name))

    def _delete_folder(self, name: str) -> None:
        _call(tf.io.gfile.rmtree, self._address(name))

    def _transfer(self, source: str, target: str) -> None:
        _call(tf.io.gfile.makedirs, target.rpartition("/")[0])
        _call(tf.io.gfile.copy, source, target, overwrite=True)

    def _address(self, name: str) -> str:
        return f"{self.uri}/{name}".rstrip("/")


def _call(operation: Callable[..., _Result], *arguments: Any, **options: Any) -> _Result:
    """Run the operation, and turn TensorFlow's errors into Python's.

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
