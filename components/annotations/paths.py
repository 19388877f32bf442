"""Paths as hostile input: nothing that an annotation names may lie outside the data root."""

import re
from pathlib import Path

_DRIVE_OR_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")


def resolve_inside(root: Path, name: str) -> Path:
    """The real path of `name` below `root` (which must be resolved).

    Raises:
      ValueError: the path is empty, absolute, a URL, contains NUL or '..', or leaves `root` through a link.
    """
    if not name or "\0" in name or len(name) > 4096:
        raise ValueError("the path is empty, too long or contains a NUL character")
    if _DRIVE_OR_URL.match(name) or name.startswith(("/", "\\", "~")):
        raise ValueError("the path is absolute, a URL or has a drive letter")
    if ".." in re.split(r"[/\\]", name):
        raise ValueError("the path contains '..'")
    try:
        path = (root / name).resolve()
    except (OSError, RuntimeError) as error:
        raise ValueError(f"the path cannot be resolved: {error}") from error
    if not path.is_relative_to(root):
        raise ValueError("the path leaves the data root through a link")
    return path
