"""What an error says while a video is read: something of the file, or of the machine (see `components.storage.faults`)."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from components.storage.faults import FileChangedError, is_of_the_file, passing
from components.video.reader import VideoError

# FFmpeg has EIO, EINVAL and others for content that it does not understand, too.
_NEVER_OF_CONTENT = {
    errno.EMFILE, errno.ENFILE, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH,
    errno.EREMOTEIO,
}  # fmt: skip
_BLOCK_BYTES = 2**22


@contextmanager
def sorted_out(name: str | Path) -> Iterator[None]:
    """Make of an OSError what it says.

    Raises:
      VideoError: the file called `name` cannot be read, and that lies with the file.
      MachineError: it lies with the machine.
    """
    try:
        yield
    except FileChangedError as error:
        raise VideoError("video_changed", str(error.strerror)) from error
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
