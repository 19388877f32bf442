"""Full disks: how they are told from other errors, and which one it is."""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# Libraries that are not Python's say it in words: TensorFlow, SQLite, and what Beam makes of an exception.
_WORDS = ("no space left on device", "disk is full", "disk quota exceeded")
_NUMBERS = (errno.ENOSPC, errno.EDQUOT)


class FreeSpace(NamedTuple):
    """How much of a disk was free; `folder` lies on it."""

    folder: Path
    num_bytes: int


def is_disk_full(error: BaseException) -> bool:
    """Tell whether an exception, or one that led to it, comes from a disk that is full."""
    return any(
        (isinstance(each, OSError) and each.errno in _NUMBERS) or any(words in str(each).lower() for words in _WORDS)
        for each in _with_causes(error)
    )


def file_of(error: BaseException) -> Path | None:
    """The file that could not be written, where the exception knows it."""
    for each in _with_causes(error):
        if isinstance(each, OSError) and each.errno in _NUMBERS and isinstance(each.filename, str | bytes):
            return Path(os.fsdecode(each.filename))
    return None


def free_space(path: Path) -> FreeSpace:
    """Of the disk on which a file or folder lies or will lie."""
    return FreeSpace(path, shutil.disk_usage(_existing(path)).free)


def size_bytes(path: Path) -> int:
    """What a file takes, or all files of a folder; links count for nothing."""
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(each.stat().st_size for each in files if each.is_file() and not each.is_symlink())


def _existing(path: Path) -> Path:
    return next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
