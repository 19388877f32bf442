"""Chooses the reader of a file or folder of annotations by its content, and reads it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from components.annotations.config import DataConfig
from components.annotations.readers.binary import refuse_binary
from components.annotations.readers.catalogue import READERS
from components.annotations.readers.clock import at_frame_rate
from components.annotations.readers.foreign import refuse_foreign
from components.annotations.readers.reader import Sample, decode_head, read_head
from components.annotations.readers.table import names_its_columns
from components.annotations.readers.text import check_text
from components.annotations.readers.unknown_names import UnknownNames
from components.annotations.records.packing import RECORDS
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Annotations, Assumption, Record, Reject
from components.storage.paths import is_clutter
from foundation.large import kept
from foundation.messages.errors import UserError

# What people decided about the table beside it.
DECISIONS_SUFFIX = ".decisions.jsonl"
# Files of other names in a folder say other things, such as the names of the classes.
_KEYS_OF_SEVERAL_LABELS = {"label_fields": ("epic_kitchens",), "label_separator": ("csv", "jsonl")}
_TABLES = frozenset((".csv", ".tsv", ".json", ".jsonl", ".ndjson"))


def read_annotations(config: DataConfig) -> Annotations:
    """All records of the configured annotations, in the order of the file, and what was assumed to read them.

    Raises:
      UserError: the file is missing, unreadable, empty, malformed as a whole, or of no known format.
    """
    path = Path(config.annotations)
    with explain_os_errors(path):
        name, meant = _choose_format(path, config)
        assumptions: dict[Assumption, None] = dict.fromkeys(_assumed_file(path, meant))
        path = meant
        unknown = UnknownNames()
        records = kept(_records(READERS[name].read(path, config), config.frame_rate, assumptions, unknown), RECORDS)
    if not records:
        raise UserError(f"data.annotations: {path} holds no annotation (read as {name})")
    first = next(iter(records))
    if len(records) == 1 and isinstance(first, Reject) and first.reason is Reason.FILE_MALFORMED:
        row = first.source.row if first.source else 1
        raise UserError(f"{path}, row {row} (read as {name}): {first.message.rstrip('.')}. {first.reason.remedy}")
    return Annotations(records, (*assumptions, *unknown.assumptions()))


def _records(
    given: Iterable[Record | Assumption],
    frame_rate: float | None,
    assumptions: dict[Assumption, None],
    unknown: UnknownNames,
) -> Iterator[Record]:
    """Records, checked; what was assumed is put into `assumptions`, and `unknown` counts them."""
    for each in given:
        if isinstance(each, Assumption):
            assumptions[each] = None
        else:
            record = check_text(at_frame_rate(each, frame_rate))
            unknown.count(record)
            yield record


def annotation_files(config: DataConfig) -> list[Path]:
    """The files that `read_annotations` reads; none for a folder per class, whose names are the annotations."""
    path = Path(config.annotations)
    with explain_os_errors(path):
        name, meant = _choose_format(path, config)
        return READERS[name].files(meant, config)


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
    return detect_annotations(path)[0]


def detect_annotations(path: Path) -> tuple[str, Path]:
    """The format of `path`, and the file that is meant: the only table that lies in a folder without other annotations.

    Raises:
      UserError: it has none of the known formats, or several tables lie in the folder.
    """
    sample = _sample(path)
    name = next((name for name, reader in READERS.items() if reader.detects(sample)), None)
    if name == "folders":
        tables = _tables_in(path)
        if len(tables) > 1:
            found = ", ".join(sorted(file.name for file in tables))[:200]
            raise UserError(
                f"data.annotations: {path} is a folder with several tables, {found}; name the one that is meant"
            )
        return next(((format_of_table, file) for file, format_of_table in tables.items()), (name, path))
    if name:
        return name, path
    known = ", ".join(sorted(READERS))
    raise UserError(
        f"data.annotations: {path}: the format could not be told from the first line {sample.first_line[:80]!r}. "
        f"Set data.format to one of: {known}. (Names of classes belong into data.label_map.)"
    )


def _tables_in(folder: Path) -> dict[Path, str]:
    """The files directly in a folder that say of videos what they show, and their formats."""
    tables = {}
    for file in sorted(folder.iterdir()):
        if (
            file.suffix.lower() in _TABLES
            and file.is_file()
            and not is_clutter(file.name)
            and not file.name.startswith(".")
            and not file.name.endswith(DECISIONS_SUFFIX)
        ):
            with suppress(UserError):
                name, _ = detect_annotations(file)
                if name != "lists" and (name != "csv" or names_its_columns(file)):
                    tables[file] = name
    return tables


def _assumed_file(path: Path, meant: Path) -> Iterator[Assumption]:
    if meant != path:
        yield Assumption(
            f"of the folder {path.name}, the file {meant.name} is read", "Else name another file, or move it away."
        )


def _sample(path: Path) -> Sample:
    if path.is_dir():
        return Sample(path)
    head = read_head(path)
    refuse_binary(path, head)
    sample = Sample(path, decode_head(head))
    if not sample.first_line:
        raise UserError(f"data.annotations: {path} is empty")
    refuse_foreign(sample)
    return sample


def _choose_format(path: Path, config: DataConfig) -> tuple[str, Path]:
    if not path.exists():
        raise UserError(f"data.annotations: {path} does not exist; write the path relative to the configuration file")
    # To open a pipe would wait for ever.
    if not path.is_file() and not path.is_dir():
        raise UserError(f"data.annotations: {path} is a pipe or a device; a file or a folder is expected")
    name, path = detect_annotations(path) if config.format == "auto" else (config.format, path)
    if config.format != "auto" and path.is_file():
        refuse_binary(path, read_head(path))
    if not path.is_dir() and not READERS[name].reads_files:
        expected = "the folder of the classes" if name == "folders" else "the folder of the videos"
        raise UserError(f"data.annotations: {path} is a file; data.format {name!r} expects {expected}")
    if path.is_dir() and not READERS[name].reads_folders:
        raise UserError(f"data.annotations: {path} is a folder; data.format '{name}' expects a file")
    for key, formats in _KEYS_OF_SEVERAL_LABELS.items():
        if getattr(config, key) and name not in formats:
            raise UserError(f"data.{key} is read in {' and '.join(formats)}, and {path} is {name}; leave it out")
    return name, path
