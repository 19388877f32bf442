"""Definition of a reader: how to detect its format, how to read it, and which files it reads."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from components.annotations.readers.delimiters import DELIMITERS, delimiter_in
from components.annotations.readers.encoding import encoding_of_head
from components.annotations.readers.options import ReaderOptions
from components.annotations.records.record import Assumption, Record

_HEAD_SIZE = 1 << 16


@dataclass(frozen=True)
class Sample:
    """The input of detection: a path and, if it is a file, the beginning of its text."""

    path: Path
    head: str = ""

    @property
    def first_line(self) -> str:
        """The first line that is not blank; it may be cut."""
        return next(iter(self.first_lines(1)), "")

    def has_columns(self, *names: str) -> bool:
        """Tell whether the first line is a CSV header with these columns, whatever divides them."""
        headers = ({name.strip(' "') for name in self.first_line.split(delimiter)} for delimiter in DELIMITERS)
        return any(set(names) <= header for header in headers)

    def first_lines(self, number: int) -> list[str]:
        """The first lines that are not blank, at most `number`; the last may be cut. A spreadsheet's `sep=` is none."""
        lines = (line.strip() for line in self.head.splitlines() if not delimiter_in(line))
        return list(islice(filter(None, lines), number))


def read_head(path: Path) -> bytes:
    """The first 64 KiB of a file, for detection."""
    with path.open("rb") as file:
        return file.read(_HEAD_SIZE)


def decode_head(head: bytes) -> str:
    """The head's text; bytes that are not of its encoding become U+FFFD."""
    return head.decode(encoding_of_head(head), errors="replace")


def row_of(record: Record) -> int:
    """A record's row in its file, to sort by."""
    return record.source.row if record.source else 0


def own_file(path: Path, options: ReaderOptions) -> list[Path]:
    """The annotation file, and the file of class names if there is one."""
    return [path, *([Path(options.label_map)] if options.label_map else [])]


@dataclass(frozen=True)
class Reader:
    """One annotation format.

    Attributes:
      read: gives the records of `path`, in its order. Whatever a file contains, `read` gives segments and rejects. It raises
        OSError if a file cannot be read, and UserError if the configuration asks for what the format lacks. Among the records
        it gives what it assumed.
      detects: tells by its content, and seldom by its name, whether a sample is of this format.
      files: gives the files that `read` reads, for the fingerprint of the inputs.
      is_exhaustive: time without annotations shows none of the actions; else nobody knows what it shows.
      looks_at_names: `read` uses the names of the files below `data.videos`.
      reads_folders: `path` may be a folder.
      reads_files: `path` may be a file.
    """

    read: Callable[[Path, ReaderOptions], Iterator[Record | Assumption]]
    detects: Callable[[Sample], bool]
    files: Callable[[Path, ReaderOptions], list[Path]] = field(default=own_file)
    is_exhaustive: bool = True
    looks_at_names: bool = False
    reads_folders: bool = False
    reads_files: bool = True
