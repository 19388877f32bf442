"""Paths as hostile input: nothing that an annotation names may lie outside the data root."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

_DRIVE_OR_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
_LONGEST_NAME = 255


def resolve_inside(root: Path, name: str) -> Path:
    """The real path of `name` below `root` (which must be resolved).

    Raises:
      ValueError: the path is empty, too long, absolute, a URL, contains NUL or '..', leaves `root` through a link, or is
        not UTF-8.
    """
    if not name or "\0" in name or len(name) > 4096:
        raise ValueError("the path is empty, too long or contains a NUL character")
    if _DRIVE_OR_URL.match(name) or name.startswith(("/", "\\", "~")):
        raise ValueError("the path is absolute, a URL or has a drive letter")
    if ".." in re.split(r"[/\\]", name):
        raise ValueError("the path contains '..'")
    try:
        path = (root / name).resolve()
        longest = max(len(part.encode()) for part in path.parts)
    except UnicodeEncodeError:
        raise ValueError("the file's name is not UTF-8") from None
    except (OSError, RuntimeError) as error:
        raise ValueError(f"the path cannot be resolved: {error}") from error
    if not path.is_relative_to(root):
        raise ValueError("the path leaves the data root through a link")
    if longest > _LONGEST_NAME:
        raise ValueError(f"a name in the path is longer than {_LONGEST_NAME} bytes")
    return path


def files_below(root: Path) -> Iterator[Path]:
    """Files, and links to files, below `root`; linked folders, and what may not be looked at, are left out."""
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            if _is_regular_file(path):
                yield path


def _is_regular_file(path: Path) -> bool:
    """Whether `path` is a file or a link to one: no folder, pipe or device, and in no folder that is closed to us."""
    try:
        return path.is_file()
    except OSError:
        return False
