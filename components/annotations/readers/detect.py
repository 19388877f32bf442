"""Which reader a file or folder of annotations needs, from its content."""

import codecs
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from components.annotations.config import DataConfig
from components.annotations.readers.folders import read_folders
from components.annotations.readers.table import read_csv, read_jsonl
from components.annotations.readers.text import check_text
from components.annotations.readers.ucf101 import lists_of_fold, read_ucf101
from components.annotations.records import Record
from models.errors import UserError

Reader = Callable[[Path, DataConfig], Iterator[Record]]

READERS: dict[str, Reader] = {
    "csv": read_csv,
    "jsonl": read_jsonl,
    "folders": read_folders,
    "ucf101": read_ucf101,
}
_HEAD_SIZE = 1 << 16


def read_annotations(config: DataConfig) -> list[Record]:
    """All records of the configured annotations, in the order of the file.

    Raises:
      UserError: there is no such file, it cannot be read or is empty, or its format is none that is known.
    """
    path = Path(config.annotations)
    with explain_os_errors(path):
        name = _choose_format(path, config)
        records = [check_text(record) for record in READERS[name](path, config)]
    if not records:
        raise UserError(f"data.annotations: {path} holds no annotation (read as {name})")
    return records


def annotation_files(config: DataConfig) -> list[Path]:
    """The files that `read_annotations` reads; none for a folder per class, where the names are the annotations."""
    path = Path(config.annotations)
    with explain_os_errors(path):
        name = _choose_format(path, config)
        if name == "folders":
            return []
        return list(lists_of_fold(path).values()) if name == "ucf101" else [path]


@contextmanager
def explain_os_errors(path: Path) -> Iterator[None]:
    """Turns what the operating system says of the annotations at `path` into a UserError."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"data.annotations: {path} cannot be read: {error.strerror}; check its name and permissions"
        ) from error


def detect_format(path: Path) -> str:
    """The name of the reader for `path`.

    Raises:
      UserError: the content is like none of the known formats; the message lists them.
    """
    if path.is_dir():
        return "ucf101" if list(path.glob("trainlist*.txt")) else "folders"
    with path.open("rb") as file:
        head = file.read(_HEAD_SIZE)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UserError(f"data.annotations: {path} is UTF-16; save it as UTF-8")
    lines = head.decode("utf-8-sig", errors="replace").splitlines()
    first_line = next((line for line in lines if line.strip()), "").strip()
    if not first_line:
        raise UserError(f"data.annotations: {path} is empty")
    if first_line.startswith("{"):
        if len(head) == _HEAD_SIZE and len(lines) == 1 or _is_json(first_line):
            return "jsonl"
    elif "list" in path.name and path.suffix == ".txt" and "/" in first_line.split()[0]:
        return "ucf101"
    elif "," in first_line or ";" in first_line or "\t" in first_line:
        return "csv"
    known = ", ".join(sorted(READERS))
    raise UserError(
        f"data.annotations: {path}: the format could not be told from the first line {first_line[:80]!r}. "
        f"Set data.format to one of: {known}."
    )


def _choose_format(path: Path, config: DataConfig) -> str:
    if not path.exists():
        raise UserError(f"data.annotations: {path} does not exist; write the path relative to the configuration file")
    # Opening a pipe would wait for ever.
    if not path.is_file() and not path.is_dir():
        raise UserError(f"data.annotations: {path} is a pipe or a device; a file or a folder is expected")
    name = detect_format(path) if config.format == "auto" else config.format
    if name == "folders" and not path.is_dir():
        raise UserError(f"data.annotations: {path} is a file; data.format 'folders' expects the folder of the classes")
    if name in ("csv", "jsonl") and path.is_dir():
        raise UserError(f"data.annotations: {path} is a folder; data.format '{name}' expects a file")
    return name


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
