"""Errors while a file is read: those that say something of the file, and those of the machine, which may pass.

What may pass is no verdict: the ledger would keep it, and a later run would take it from the cache.
"""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from components.video.reader import VideoError
from foundation.messages.errors import UserError

_OF_THE_FILE = {
    errno.EACCES, errno.EILSEQ, errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR,
    errno.ENXIO, errno.EOVERFLOW, errno.EPERM,
}  # fmt: skip
# FFmpeg has EIO, EINVAL and others for content that it does not understand, too.
_NEVER_OF_CONTENT = {
    errno.EMFILE, errno.ENFILE, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH,
    errno.EREMOTEIO,
}  # fmt: skip
_BLOCK_BYTES = 2**22


def is_of_the_file(error: OSError) -> bool:
    """Whether the error says something of the file: that it is not there, may not be read, or is no file."""
    return error.errno in _OF_THE_FILE


def passing(name: str | Path, error: OSError) -> UserError:
    """The error of the run that comes of an error which says nothing of the file."""
    return UserError(
        f"{name} cannot be read: {error.strerror or error}. That lies with this machine or its connection and may pass, so "
        "the file is not left out; see to it, and run again"
    )


@contextmanager
def sorted_out(name: str | Path) -> Iterator[None]:
    """Make of an OSError what it says.

    Raises:
      VideoError: the file called `name` cannot be read, and that lies with the file.
      UserError: it lies with the machine.
    """
    try:
        yield
    except OSError as error:
        if is_of_the_file(error):
            raise VideoError("video_unreadable", f"it cannot be read: {error.strerror}") from error
        raise passing(name, error) from error


def require_readable(path: Path, on_block: Callable[[], None] = lambda: None) -> None:
    """Read a file to its end: what broke a decoder may have been the disk, of which decoders say little.

    Raises:
      OSError: it cannot be read.
    """
    if not path.is_file():
        return
    with path.open("rb", buffering=0) as file:
        while file.read(_BLOCK_BYTES):
            on_block()


def check_decoders_error(path: Path, error: Exception) -> None:
    """Nothing, if an error of FFmpeg's may be due to what is in the file.

    Raises:
      MemoryError: it is one.
      OSError: the file cannot be read.
    """
    if isinstance(error, MemoryError):
        raise error
    if isinstance(error, OSError):
        if error.errno in _NEVER_OF_CONTENT:
            raise error
        require_readable(path)
