"""Seals: what the files of a folder were when they were written, and what has become of them since."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from components.storage.local import LocalRoot
from components.storage.writing import write_whole
from foundation.messages.wording import counted

# In the blessing of a model, beside the copy that was tried.
MODEL_SEAL = "model_seal.json"

_MOST_NAMED = 3

Digest = Callable[[str], str]


class SealedFile(NamedTuple):
    """A file as it was written: its size in bytes, and the SHA-256 of its content, hexadecimal."""

    size: int
    sha256: str


# By the path below the folder, with '/' between the parts.
Seal = Mapping[str, SealedFile]


class Difference(NamedTuple):
    """A file that is not as it was written, and what is the matter with it."""

    file: str
    what: str

    def __str__(self) -> str:
        return f"{self.file} {self.what}"


def make_seal(sizes: Mapping[str, int], digest: Digest) -> Seal:
    """The seal of a folder that has files of these `sizes`, in bytes; `digest` gives the SHA-256 of one."""
    return {name: SealedFile(sizes[name], digest(name)) for name in sorted(sizes)}


def compare(seal: Seal, sizes: Mapping[str, int], digest: Digest) -> list[Difference]:
    """What has become of the sealed files of a folder that now has files of these `sizes`; nothing if all is as it was.

    Only files that have their size are read.
    """
    found = (
        (name, _what(name, seal.get(name), sizes.get(name), digest)) for name in sorted(seal.keys() | sizes.keys())
    )
    return [Difference(name, what) for name, what in found if what]


def _what(name: str, sealed: SealedFile | None, size: int | None, digest: Digest) -> str:
    """What became of a file, in words; empty if it is as it was."""
    if sealed is None:
        return "was not written with the others"
    if size is None:
        return "is missing"
    if size < sealed.size:
        return f"is cut: {size} of {counted(sealed.size, 'byte')}"
    if size > sealed.size:
        return f"has grown: {counted(size, 'byte')} instead of {sealed.size}"
    try:
        return "" if digest(name) == sealed.sha256 else "has changed: other content of the same size"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"


def seal_folder(folder: Path) -> Seal:
    """The seal of a folder of this machine; raises OSError if a file cannot be read."""
    return make_seal(file_sizes(folder), LocalRoot(folder).digest)


def compare_folder(seal: Seal, folder: Path) -> list[Difference]:
    """As `compare`, for a folder of this machine."""
    return compare(seal, file_sizes(folder), LocalRoot(folder).digest)


def file_sizes(folder: Path) -> dict[str, int]:
    """The sizes of all files below a folder of this machine, in bytes."""
    return {entry.name: entry.size for entry in LocalRoot(folder).entries()}


def seal_to_json(seal: Seal) -> list[dict[str, Any]]:
    return [{"file": name, "bytes": sealed.size, "sha256": sealed.sha256} for name, sealed in seal.items()]


def seal_from_json(rows: Iterable[Mapping[str, Any]]) -> Seal:
    """The seal that `seal_to_json` gave.

    Raises:
      ValueError, KeyError, TypeError: the rows are no seal.
    """
    return {str(row["file"]): SealedFile(int(row["bytes"]), str(row["sha256"])) for row in rows}


def write_seal(path: Path, seal: Seal) -> None:
    """Write a seal to a file, which is there as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(seal_to_json(seal), indent=1) + "\n")


def read_seal(path: Path) -> Seal:
    """Read a seal from a file.

    Raises:
      FileNotFoundError: there is none.
      ValueError, KeyError, TypeError: the file holds no seal.
    """
    return seal_from_json(json.loads(path.read_text()))


def in_words(differences: Iterable[Difference], folder: str) -> str:
    """Say what was found in a folder, in a line: the first files, and how many more there are."""
    found = [f"{folder}/{difference}" for difference in differences]
    more = len(found) - _MOST_NAMED
    return "; ".join([*found[:_MOST_NAMED], *([f"and {counted(more, 'more file')}"] if more > 0 else [])])
