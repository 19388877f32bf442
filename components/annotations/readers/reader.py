"""What a reader is: how to tell its format, how to read it, and which files it looks at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from components.annotations.readers.options import ReaderOptions
from components.annotations.records.record import Record

_HEAD_SIZE = 1 << 16


@dataclass(frozen=True)
class Sample:
    """What detection may look at: a path and, if it is a file, the beginning of its text."""

    path: Path
    head: str = ""

    @property
    def first_line(self) -> str:
        """The first line that is not blank."""
        return next(iter(self.first_lines(1)), "")

    def first_lines(self, number: int) -> list[str]:
        """The first lines that are not blank, at most `number`; the last may be cut."""
        return list(islice((line.strip() for line in self.head.splitlines() if line.strip()), number))


def read_head(path: Path) -> bytes:
    """As much of a file as detection looks at."""
    with path.open("rb") as file:
        return file.read(_HEAD_SIZE)


def decode_head(head: bytes) -> str:
    """Its text; what is no UTF-8 is for the reader to reject."""
    return head.decode("utf-8-sig", errors="replace")


def row_of(record: Record) -> int:
    """Where a record stands in its file, to sort by."""
    return record.source.row if record.source else 0


def own_file(path: Path, options: ReaderOptions) -> list[Path]:
    """The annotation file, and the one with the names of the classes if there is one."""
    return [path, *([Path(options.label_map)] if options.label_map else [])]


@dataclass(frozen=True)
class Reader:
    """One annotation format.

    Attributes:
      read: the records of `path`, in its order. Whatever the content is, `read` gives records and rejects; it raises
        OSError for files that cannot be read, and UserError when the configuration asks for what the format lacks.
      detects: whether a sample is of this format, from its content rather than its name.
      files: those that `read` reads, for the fingerprint of the inputs.
      is_exhaustive: whether time that no annotation covers shows none of the actions; else it is unknown what it shows.
      looks_at_names: whether `read` looks at the names of the files below `data.videos`.
      reads_folders: whether `path` may be a folder.
    """

    read: Callable[[Path, ReaderOptions], Iterator[Record]]
    detects: Callable[[Sample], bool]
    files: Callable[[Path, ReaderOptions], list[Path]] = field(default=own_file)
    is_exhaustive: bool = True
    looks_at_names: bool = False
    reads_folders: bool = False
