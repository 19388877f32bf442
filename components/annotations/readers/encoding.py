"""Encodings of text files as editors and spreadsheets save them: UTF-8, UTF-16 with or without a mark, and Windows-1252."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from components.annotations.records.record import Assumption

# What begins a file may stand in the middle of one that was made of several.
MARK = "\ufeff"
_UTF_8 = "utf-8-sig"
_WINDOWS = "cp1252"
_MARKS = (
    # The mark of UTF-32 begins with that of UTF-16.
    ((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), "utf-32"),
    ((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "utf-16"),
)
_HEAD_SIZE = 1 << 10
_BLOCK_SIZE = 1 << 20
_BEYOND_ASCII = re.compile("[\x80-\ufffc\ufffe-\U0010ffff]")
_REPLACED = "\ufffd".encode()
_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1f\x7f]")


def encoding_of_head(head: bytes) -> str:
    """The encoding that the first bytes of a file show; UTF-8 if they show none."""
    for marks, encoding in _MARKS:
        if head.startswith(marks):
            return encoding
    # In UTF-16, each second byte of most texts is zero, and there is no other zero.
    start = head[: min(len(head), _HEAD_SIZE) // 2 * 2]
    zeros = start[0::2].count(0), start[1::2].count(0)
    if max(zeros) > len(start) // 4 and not min(zeros):
        return "utf-16-be" if zeros[0] else "utf-16-le"
    return _UTF_8


def encoding_of(path: Path) -> str:
    """The encoding of a whole file: Windows-1252 only where nothing in it is UTF-8 beyond ASCII."""
    with path.open("rb") as file:
        encoding = encoding_of_head(file.read(_HEAD_SIZE))
    return _WINDOWS if encoding == _UTF_8 and _is_windows_1252(path) else encoding


def open_text(path: Path, newline: str | None = None) -> TextIO:
    """Open a file for reading, in its encoding; what is no text in it becomes U+FFFD, which `check_text` will reject."""
    return path.open(encoding=encoding_of(path), errors="replace", newline=newline)


def assumed_encoding(path: Path, encoding: str | None = None) -> Iterator[Assumption]:
    """What is said of a file whose encoding is a guess; it is found anew if it is not given."""
    if (encoding or encoding_of(path)) == _WINDOWS:
        message = f"{path.name} is no UTF-8 and is read as Windows-1252, as older spreadsheets save it"
        yield Assumption(message, "If letters look wrong, save it as UTF-8.")


def _is_windows_1252(path: Path) -> bool:
    """Tell whether a file is no UTF-8, has nothing of UTF-8 in it either, and is Windows-1252 throughout.

    A few broken bytes among letters that are UTF-8 say that the file is damaged, not that it is of another encoding.
    """
    utf_8 = codecs.getincrementaldecoder("utf-8")("replace")
    windows = codecs.getincrementaldecoder(_WINDOWS)()
    is_broken = False
    try:
        for block in _blocks(path):
            text = utf_8.decode(block)
            is_broken = is_broken or "\ufffd" in text
            if _BEYOND_ASCII.search(text) or _CONTROL.search(block) or _REPLACED in block:
                return False
            windows.decode(block)
    except UnicodeDecodeError:
        return False
    return is_broken or "\ufffd" in utf_8.decode(b"", final=True)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK_SIZE):
            yield block
