"""Errors while a file is read: those that say something of the file, and those of the machine, which may pass.

What may pass is no verdict: the ledger would keep it, and a later run would take it from the cache.
"""

import errno
from pathlib import Path

from foundation.messages.errors import MachineError

_OF_THE_FILE = {
    errno.EACCES, errno.EILSEQ, errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR,
    errno.ENXIO, errno.EOVERFLOW, errno.EPERM,
}  # fmt: skip


class FileChangedError(OSError):
    """A file at an address is no longer what it was when the files there were listed, or became another while it was read."""

    def __init__(self, name: str) -> None:
        super().__init__(errno.ESTALE, "its content has changed since the files there were listed", name)


def is_of_the_file(error: OSError) -> bool:
    """Whether the error says something of the file: that it is not there, may not be read, is no file, or has changed."""
    return error.errno in _OF_THE_FILE or isinstance(error, FileChangedError)


def passing(name: str | Path, error: OSError) -> MachineError:
    """The error of the run that comes of an error which says nothing of the file."""
    return MachineError(
        f"{name} cannot be read: {error.strerror or error}. That lies with this machine or its connection and may pass, so "
        "the file is not left out; see to it, and run again"
    )
