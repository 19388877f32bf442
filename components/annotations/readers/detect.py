"""Which reader a file or folder of annotations needs, from its content."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from components.annotations.config import DataConfig
from components.annotations.readers.folders import read_folders
from components.annotations.readers.table import read_csv, read_jsonl
from components.annotations.readers.ucf101 import read_ucf101
from components.annotations.records import Record, UserError

Reader = Callable[[Path, DataConfig], Iterator[Record]]

READERS: dict[str, Reader] = {
    "csv": read_csv,
    "jsonl": read_jsonl,
    "folders": read_folders,
    "ucf101": read_ucf101,
}


def read_annotations(config: DataConfig) -> list[Record]:
    """All records of the configured annotations, in the order of the file.

    Raises:
      UserError: there is no such file, it is empty, or its format is none that is known.
    """
    path = Path(config.annotations)
    if not path.exists():
        raise UserError(f"data.annotations: {path} does not exist; write the path relative to the configuration file")
    name = detect_format(path) if config.format == "auto" else config.format
    if name == "folders" and not path.is_dir():
        raise UserError(f"data.annotations: {path} is a file; data.format 'folders' expects the folder of the classes")
    if name in ("csv", "jsonl") and path.is_dir():
        raise UserError(f"data.annotations: {path} is a folder; data.format '{name}' expects a file")
    records = list(READERS[name](path, config))
    if not records:
        raise UserError(f"data.annotations: {path} holds no annotation (read as {name})")
    return records


def detect_format(path: Path) -> str:
    """The name of the reader for `path`.

    Raises:
      UserError: the content is like none of the known formats; the message lists them.
    """
    if path.is_dir():
        return "ucf101" if list(path.glob("trainlist*.txt")) else "folders"
    with path.open("rb") as file:
        head = file.read(1 << 16).decode("utf-8-sig", errors="replace")
    first_line = next((line for line in head.splitlines() if line.strip()), "")
    if not first_line:
        raise UserError(f"data.annotations: {path} is empty")
    if first_line.lstrip().startswith("{"):
        try:
            json.loads(first_line)
            return "jsonl"
        except json.JSONDecodeError:
            pass
    elif "list" in path.name and path.suffix == ".txt" and "/" in first_line.split()[0]:
        return "ucf101"
    elif "," in first_line or ";" in first_line or "\t" in first_line:
        return "csv"
    known = ", ".join(sorted(READERS))
    raise UserError(
        f"data.annotations: {path}: the format could not be told from the first line {first_line[:80]!r}. "
        f"Set data.format to one of: {known}."
    )
