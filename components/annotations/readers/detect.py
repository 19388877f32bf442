"""Chooses the reader of a file or folder of annotations by its content, and reads it."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from components.annotations.config import DataConfig
from components.annotations.readers.binary import refuse_binary
from components.annotations.readers.catalogue import READERS
from components.annotations.readers.clock import at_frame_rate
from components.annotations.readers.foreign import refuse_foreign
from components.annotations.readers.reader import Sample, decode_head, read_head
from components.annotations.readers.text import check_text
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Annotations, Assumption, Record, Reject
from foundation.messages.errors import UserError


def read_annotations(config: DataConfig) -> Annotations:
    """All records of the configured annotations, in the order of the file, and what was assumed to read them.

    Raises:
      UserError: the file is missing, unreadable, empty, malformed as a whole, or of no known format.
    """
    path = Path(config.annotations)
    with explain_os_errors(path):
        name = _choose_format(path, config)
        records: list[Record] = []
        assumptions: dict[Assumption, None] = {}
        for given in READERS[name].read(path, config):
            if isinstance(given, Assumption):
                assumptions[given] = None
            else:
                records.append(check_text(at_frame_rate(given, config.frame_rate)))
    if not records:
        raise UserError(f"data.annotations: {path} holds no annotation (read as {name})")
    first = records[0]
    if len(records) == 1 and isinstance(first, Reject) and first.reason is Reason.FILE_MALFORMED:
        row = first.source.row if first.source else 1
        raise UserError(f"{path}, row {row} (read as {name}): {first.message.rstrip('.')}. {first.reason.remedy}")
    return Annotations(records, tuple(assumptions))


def annotation_files(config: DataConfig) -> list[Path]:
    """The files that `read_annotations` reads; none for a folder per class, whose names are the annotations."""
    path = Path(config.annotations)
    with explain_os_errors(path):
        return READERS[_choose_format(path, config)].files(path, config)


@contextmanager
def explain_os_errors(path: Path) -> Iterator[None]:
    """Turn an OSError about the annotations at `path` into a UserError."""
    try:
        yield
    except OSError as error:
        message = f"{error.filename or path} cannot be read: {error.strerror}; check its name and permissions"
        raise UserError(f"data.annotations: {message}") from error


def detect_format(path: Path) -> str:
    """The name of the format of `path`; raises UserError, with a list of the known formats, if it has none of them."""
    sample = _sample(path)
    for name, reader in READERS.items():
        if reader.detects(sample):
            return name
    known = ", ".join(sorted(READERS))
    raise UserError(
        f"data.annotations: {path}: the format could not be told from the first line {sample.first_line[:80]!r}. "
        f"Set data.format to one of: {known}. (Names of classes belong into data.label_map.)"
    )


def _sample(path: Path) -> Sample:
    if path.is_dir():
        return Sample(path)
    head = read_head(path)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UserError(f"data.annotations: {path} is UTF-16; save it as UTF-8")
    refuse_binary(path, head)
    sample = Sample(path, decode_head(head))
    if not sample.first_line:
        raise UserError(f"data.annotations: {path} is empty")
    refuse_foreign(sample)
    return sample


def _choose_format(path: Path, config: DataConfig) -> str:
    if not path.exists():
        raise UserError(f"data.annotations: {path} does not exist; write the path relative to the configuration file")
    # To open a pipe would wait for ever.
    if not path.is_file() and not path.is_dir():
        raise UserError(f"data.annotations: {path} is a pipe or a device; a file or a folder is expected")
    name = detect_format(path) if config.format == "auto" else config.format
    if config.format != "auto" and path.is_file():
        refuse_binary(path, read_head(path))
    if not path.is_dir() and not READERS[name].reads_files:
        expected = "the folder of the classes" if name == "folders" else "the folder of the videos"
        raise UserError(f"data.annotations: {path} is a file; data.format {name!r} expects {expected}")
    if path.is_dir() and not READERS[name].reads_folders:
        raise UserError(f"data.annotations: {path} is a folder; data.format '{name}' expects a file")
    return name
