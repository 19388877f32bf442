"""Files that are no text, given as annotations: what they are, and what to do instead."""

import codecs
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from components.annotations.readers.foreign import TABLE
from components.video.magic import container_of
from foundation.messages.errors import UserError

_CSV = "save it as CSV UTF-8"
_UNPACK = "unpack it, and name the file or folder that was in it"
_NOT_WHAT_HAPPENS = "data.annotations is what says what happens in the videos, which lie below data.videos"


class _Kind(NamedTuple):
    what: str
    advice: str


_EXCEL = _Kind("an Excel workbook", _CSV)
# What a file of each kind begins with.
_SIGNATURES = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": _EXCEL,
    b"\x1f\x8b": _Kind("a gzip archive", _UNPACK),
    b"BZh": _Kind("a bzip2 archive", _UNPACK),
    b"\xfd7zXZ\x00": _Kind("an xz archive", _UNPACK),
    b"7z\xbc\xaf\x27\x1c": _Kind("a 7z archive", _UNPACK),
    b"Rar!\x1a\x07": _Kind("a RAR archive", _UNPACK),
    b"%PDF-": _Kind("a PDF", TABLE),
    b"MATLAB 5.0 MAT-file": _Kind("a MATLAB file", TABLE),
    b"\x89HDF\r\n": _Kind("an HDF5 file", TABLE),
    b"\x93NUMPY": _Kind("a NumPy file", TABLE),
    b"\x80\x04": _Kind("a pickle of Python, which may do anything when it is read", TABLE),
    b"PAR1": _Kind("a Parquet file", _CSV),
    b"SQLite format 3\x00": _Kind("an SQLite database", TABLE),
    b"\xff\xd8\xff": _Kind("a picture", _NOT_WHAT_HAPPENS),
    b"\x89PNG\r\n": _Kind("a picture", _NOT_WHAT_HAPPENS),
}
_ZIP, _TAR = b"PK\x03\x04", b"ustar"
# Of a zip archive that is a document: the name of a file or folder in it, and its own suffix, which counts after that.
_DOCUMENTS = {
    ("xl/", ".xlsx"): _EXCEL,
    ("word/", ".docx"): _Kind("a Word document", TABLE),
    ("content.xml", ".ods"): _Kind("an OpenDocument spreadsheet", _CSV),
    ("project", ".opf"): _Kind(
        "a project of Datavyu, which is not read", f"export it as text from Datavyu, and {TABLE}"
    ),
}
# UTF-16 is text, half of which may be zeros.
_TEXT_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROLS = frozenset(range(1, 32)) - set(b"\t\n\r\f")
_MOST_CONTROLS = 0.03


def refuse_binary(path: Path, head: bytes) -> None:
    """Raise UserError, which says what to do, if a file that begins with `head` is no text."""
    for what, advice in _kinds_of(path, head):
        raise UserError(f"data.annotations: {path} is {what}: {advice}")


def _kinds_of(path: Path, head: bytes) -> Iterator[_Kind]:
    if head.startswith(_ZIP):
        yield _kind_of_zip(path)
    yield from (kind for signature, kind in _SIGNATURES.items() if head.startswith(signature))
    if head[257:].startswith(_TAR):
        yield _Kind("a tar archive", _UNPACK)
    # A text may have a word like "free" where containers say what they are.
    if b"\0" in head and container_of(head):
        yield _Kind("a video", _NOT_WHAT_HAPPENS)
    num_controls = sum(byte in _CONTROLS for byte in head)
    if b"\0" in head and num_controls > _MOST_CONTROLS * len(head) and not head.startswith(_TEXT_MARKS):
        yield _Kind(
            "a binary file", "annotations are texts, or a folder per class; docs/formats.md has all that are read"
        )


def _kind_of_zip(path: Path) -> _Kind:
    names: set[str] = set()
    with suppress(zipfile.BadZipFile, ValueError, NotImplementedError), zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    names |= {f"{name.partition('/')[0]}/" for name in names}
    inside = [kind for (name, _), kind in _DOCUMENTS.items() if name in names]
    called = [kind for (_, suffix), kind in _DOCUMENTS.items() if suffix == path.suffix.lower()]
    return next(iter([*inside, *called]), _Kind("a zip archive", _UNPACK))
