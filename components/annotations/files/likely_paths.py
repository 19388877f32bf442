"""Which file is meant by a path that is not written as the file is called.

People write paths without a suffix, in another case, with backslashes, with `%20` for a blank, with letters in another form
of Unicode, or as they were on the machine where a video was annotated (`C:\\data\\a.mp4`). All of a path that is known must
fit: `day1/a.mp4` is never taken for `day2/a.mp4`. Of an absolute path it is not known where the folder of videos began.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote

_ADDRESS = re.compile(r"(?!file:)[A-Za-z][A-Za-z0-9+.-]+://", re.IGNORECASE)
_FILE = re.compile(r"file:/*(?=/|[A-Za-z]:)", re.IGNORECASE)
_DRIVE = re.compile(r"/?[A-Za-z]:")


class _Path(NamedTuple):
    """A path in the form in which all are compared.

    Attributes:
      is_absolute: its first folders may be those of another machine.
      is_address: it is on the web or in a store.
    """

    folders: tuple[str, ...]
    name: str
    is_absolute: bool
    is_address: bool


@dataclass(frozen=True)
class LikelyPaths:
    """Videos below a folder, to be found by what is nearly their path.

    Attributes:
      videos: their paths below the folder.
      root: the folder's own path or address.
    """

    videos: tuple[str, ...]
    root: str

    def meant_by(self, name: str) -> list[str]:
        """The videos that a path can mean; it is clear if there is one."""
        for path in self._forms(name):
            if ".." in path.folders or path.is_address:
                continue
            for index in (self._by_name, self._by_stem):
                if found := self._fitting(path, index.get(path.name, ())):
                    return found
        return []

    def called(self, name: str) -> list[str]:
        """The videos of this name or stem, wherever they lie."""
        for path in self._forms(name):
            if found := self._by_name.get(path.name) or self._by_stem.get(path.name):
                return found
        return []

    def near(self, name: str) -> list[str]:
        """Videos whose name is like that of a path, whatever the folder and the suffix are."""
        for path in self._forms(name):
            stem = path.name.rpartition(".")[0] or path.name
            found = [*self._by_name.get(path.name, ()), *self._by_stem.get(path.name, ()), *self._by_stem.get(stem, ())]
            if found:
                return sorted(set(found))
        return []

    def above(self, name: str, video: str) -> tuple[str, ...]:
        """The folders of a path above those of a video that it means."""
        path = next((path for path in self._forms(name)), None)
        return path.folders[: len(path.folders) - video.count("/")] if path else ()

    def _forms(self, name: str) -> list[_Path]:
        """A path as it is written and, where it has escapes, without them."""
        inside = f"{self.root.rstrip('/')}/"
        paths = (_parse(text.removeprefix(inside)) for text in dict.fromkeys((name, unquote(name))))
        return [path for path in paths if path]

    def _fitting(self, path: _Path, videos: Iterable[str]) -> list[str]:
        root = self._root_folders
        if path.is_absolute and root and path.folders[: len(root)] == root:
            path = path._replace(folders=path.folders[len(root) :], is_absolute=False)
        fits: dict[int, list[str]] = defaultdict(list)
        for video in videos:
            folders = tuple(map(_plain, video.split("/")[:-1]))
            above = path.folders[: len(path.folders) - len(folders)]
            if path.folders[len(above) :] != folders:
                continue
            if path.is_absolute or not above or above == root[-len(above) :]:
                fits[len(folders)].append(video)
        # The more folders agree, the better.
        return fits[max(fits)] if fits else []

    @cached_property
    def _root_folders(self) -> tuple[str, ...]:
        return tuple(_plain(part) for part in _ADDRESS.sub("", self.root).split("/") if part)

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        return _index(self.videos, lambda path: path.name)

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        return _index(self.videos, lambda path: path.stem)


def is_foreign(name: str) -> bool:
    """Tell whether a path may be one of another machine: with a drive, absolute, or of a home."""
    return name.startswith(("/", "\\", "~")) or bool(_DRIVE.match(name)) or name.lower().startswith("file:")


def is_usual(name: str) -> bool:
    """Tell whether a path looks like one below a folder, with a suffix and without escapes and backslashes."""
    return not is_foreign(name) and not any(mark in name for mark in "\\%") and bool(PurePosixPath(name).suffix)


def plain_path(name: str) -> str:
    """A path in the form in which all are compared; paths that are equal in it mean one file."""
    path = _parse(unquote(name))
    return "/".join((*path.folders, path.name)) if path else name


def _parse(text: str) -> _Path | None:
    is_absolute, is_address = is_foreign(text), bool(_ADDRESS.match(text))
    bare = _DRIVE.sub("", _FILE.sub("", _ADDRESS.sub("", text)), count=1)
    *folders, name = (_plain(part) for part in bare.replace("\\", "/").split("/"))
    known = tuple(part for part in folders if part not in ("", "."))
    return None if name in ("", ".", "..") else _Path(known, name, is_absolute, is_address)


def _plain(part: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", part).casefold())


def _index(videos: Iterable[str], key: Callable[[PurePosixPath], str]) -> dict[str, list[str]]:
    index: dict[str, list[str]] = defaultdict(list)
    for video in videos:
        index[_plain(key(PurePosixPath(video)))].append(video)
    return index
