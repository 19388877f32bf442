"""Reads files of rows: plain lines, CSV and JSON Lines. A malformed row becomes a reject, and the next one is read."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from components.annotations.records.reasons import Reason
from components.annotations.records.record import Record, Reject, Source

RowToRecords = Callable[[list[str], Source], Iterable[Record]]
FieldsToRecords = Callable[[Mapping[str, Any], Source], Iterable[Record]]

_LONGEST_FIELD = 16 * 2**20


def text_lines(path: Path) -> Iterator[tuple[str, Source]]:
    """The lines that are not blank, without the white space around them, and their sources."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            text = line.strip()
            if text:
                yield text, Source(path.name, number)


def records_of_csv(
    path: Path, to_records: RowToRecords, delimiter: str = ",", comment: str | None = None
) -> Iterator[Record]:
    """Make records of each row that is not blank; a row's number is that of its first line.

    Lines that begin with `comment` are skipped; they need not be CSV.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = ("\n" if comment and line.startswith(comment) else line for line in file)
        yield from _records(_reader(lines, delimiter), path.name, to_records)


def records_of_table(
    path: Path, to_records: FieldsToRecords, problem_of_header: Callable[[list[str]], str], delimiter: str = ","
) -> Iterator[Record]:
    """Make records as `records_of_csv` does, for a file whose first row names the columns.

    `problem_of_header` gets the names and says what is wrong with them; then the file is rejected as a whole.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = _reader(file, delimiter)
        try:
            names = [name.strip() for name in next(lines, [])]
            problem = problem_of_header(names)
        except csv.Error as error:
            problem = f"the header cannot be read: {error}; correct its quotes"
        if problem:
            yield Reject(Reason.FILE_MALFORMED, problem, Source(path.name, 1))
            return
        yield from _records(lines, path.name, with_names(names, to_records, delimiter))


def with_names(names: Sequence[str], to_records: FieldsToRecords, delimiter: str = ",") -> RowToRecords:
    """Make `to_records` take rows whose columns are called `names`; the last columns may be missing in a row."""

    def named(values: list[str], source: Source) -> Iterable[Record]:
        if len(values) > len(names):
            message = f"{len(values)} fields where the header has {len(names)}"
            return [Reject(Reason.ROW_MALFORMED, message, source, value=delimiter.join(values)[:200])]
        return to_records(dict(zip(names, values, strict=False)), source)

    return named


def requires(*columns: str) -> Callable[[list[str]], str]:
    """Make a check that a header has these columns."""

    def problem_of_header(names: list[str]) -> str:
        missing = [column for column in columns if column not in names]
        found = ", ".join(names) or "nothing"
        return f"no column {' and no column '.join(map(repr, missing))}; found {found}"[:500] if missing else ""

    return problem_of_header


def records_of_jsonl(path: Path, to_records: FieldsToRecords) -> Iterator[Record]:
    """Make records of the JSON object in each line."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            source = Source(path.name, number)
            try:
                fields = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield Reject(Reason.ROW_MALFORMED, f"not JSON: {error}", source, value=line[:200])
                continue
            if not isinstance(fields, dict):
                yield Reject(Reason.ROW_MALFORMED, "not a JSON object", source, value=line[:200])
                continue
            yield from to_records(fields, source)


class _CsvReader(Protocol):
    @property
    def line_num(self) -> int: ...

    def __next__(self) -> list[str]: ...


def _reader(lines: Iterable[str], delimiter: str) -> _CsvReader:
    return csv.reader((line.replace("\0", "\ufffd") for line in lines), delimiter=delimiter, strict=True)


def _records(lines: _CsvReader, name: str, to_records: RowToRecords) -> Iterator[Record]:
    while True:
        source = Source(name, lines.line_num + 1)
        try:
            values = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            num_lines = lines.line_num - source.row + 1
            message = f"{error} (the row was read over {num_lines} lines: is a quotation mark left open?)"
            yield Reject(Reason.ROW_MALFORMED, message if num_lines > 1 else str(error), source)
            continue
        if any(value.strip() for value in values):
            yield from to_records(values, source)
