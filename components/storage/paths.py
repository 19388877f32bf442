"""Checks of paths, which are hostile input: nothing that an annotation names may lie outside the data root."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_DRIVE_OR_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
_LONGEST_NAME = 255
# What a run writes into its `output_dir`.
METADATA_FILE, LOCK_FILE = "metadata.sqlite", ".lock"
_OF_A_RUN = frozenset((METADATA_FILE, LOCK_FILE))
_CLUTTER = frozenset(
    ("thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "@eadir", "$recycle.bin", "system volume information")
)


def check_name(name: str) -> None:
    """Check that `name` may be looked for below a root.

    Raises:
      ValueError: the path is empty, too long, absolute, a URL, contains NUL or '..', or is not UTF-8.
    """
    if not name or "\0" in name or len(name) > 4096:
        raise ValueError("the path is empty, too long or contains a NUL character")
    if _DRIVE_OR_URL.match(name) or name.startswith(("/", "\\", "~")):
        raise ValueError("the path is absolute, a URL or has a drive letter")
    if ".." in re.split(r"[/\\]", name):
        raise ValueError("the path contains '..'")
    check_parts(name.split("/"))


def is_clutter(name: str) -> bool:
    """Tell whether a path leads to what systems leave beside people's files: `._a.mp4` of a Mac's zip, `Thumbs.db`."""
    parts = name.split("/")
    return any(part.startswith("._") or part == ".DS_Store" or part.casefold() in _CLUTTER for part in parts)


def check_parts(parts: Iterable[str]) -> None:
    """Check that each part of a path can be a file's name.

    Raises:
      ValueError: a part is not UTF-8, or longer than file systems allow.
    """
    try:
        longest = max((len(part.encode()) for part in parts), default=0)
    except UnicodeEncodeError:
        raise ValueError("the file's name is not UTF-8") from None
    if longest > _LONGEST_NAME:
        raise ValueError(f"a name in the path is longer than {_LONGEST_NAME} bytes")


def resolve_inside(root: Path, name: str) -> Path:
    """The real path of `name` below `root` (which must be resolved).

    Raises:
      ValueError: `check_name` refuses the name or what it leads to, or it leaves `root` through a link.
    """
    check_name(name)
    try:
        path = (root / name).resolve()
    except (OSError, RuntimeError) as error:
        raise ValueError(f"the path cannot be resolved: {error}") from error
    if not path.is_relative_to(root):
        raise ValueError("the path leaves the data root through a link")
    check_parts(path.parts)
    return path


def files_below(root: Path) -> Iterator[Path]:
    """Files, and links to files, below `root`; linked and unreadable folders, and those of runs in it, are left out."""
    return (Path(entry.path) for entry in scan_files(root))


def scan_files(root: Path, is_flat: bool = False) -> Iterator["os.DirEntry[str]"]:
    """The entries of `files_below`; they hold the facts that a folder's listing already gives about each file.

    `is_flat`: of those in the root itself.
    """
    folders = [str(root)]
    while folders:
        folder = folders.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        if folder != str(root) and {entry.name for entry in entries} >= _OF_A_RUN:
            continue
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    folders += [] if is_flat else [entry.path]
                elif entry.is_file():
                    yield entry
            except OSError:
                continue
