"""Reads files of rows: plain lines, CSV and JSON Lines. A malformed row becomes a reject, and the next one is read."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from components.annotations.readers.delimiters import DELIMITERS, assumed_delimiter, delimiter_in
from components.annotations.readers.encoding import MARK, assumed_encoding, encoding_of, open_text
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, Record, Reject, Source

RowToRecords = Callable[[list[str], Source], Iterable[Record | Assumption]]
FieldsToRecords = Callable[[Mapping[str, Any], Source], Iterable[Record | Assumption]]

_LONGEST_FIELD = 16 * 2**20


def text_lines(path: Path) -> Iterator[tuple[str, Source]]:
    """The lines that are not blank, without the white space around them, and their sources."""
    with open_text(path) as file:
        for number, line in enumerate(file, start=1):
            text = line.lstrip(MARK).strip()
            if text:
                yield text, Source(path.name, number)


class Header(NamedTuple):
    """The names of a table's columns, what divides them, the line they stand in, and what is wrong with them."""

    names: list[str]
    delimiter: str
    line: int
    problem: str = ""


@dataclass(frozen=True)
class CsvFile:
    """A CSV file, read as its bytes and its first line say.

    Attributes:
      delimiter: the one that is meant; None: the one that the file states, else one that fits.
      comment: what begins lines that are skipped; they need not be CSV.
      skips_blanks: blanks in front of a field are no part of it, and a quotation mark behind them begins a text in quotes.
    """

    path: Path
    delimiter: str | None = None
    comment: str | None = None
    skips_blanks: bool = True

    def headers(self) -> Iterator[Header]:
        """The header, as each delimiter that may be meant divides it."""
        for delimiter in self.delimiters:
            with self._rows(delimiter) as rows:
                line, names = 1, [""]
                try:
                    while not any(names):
                        line = rows.line_num + 1
                        names = [name.strip() for name in next(rows, ["nothing"])]
                    yield Header(names, delimiter, line)
                except csv.Error as error:
                    yield Header([], delimiter, line, f"the header cannot be read: {error}; correct its quotes")

    def fields(self, header: Header, skip_header: bool = True) -> Iterator[dict[str, str]]:
        """The fields of each row by the header's names; rows that cannot be read are left out."""
        with self._rows(header.delimiter) as rows:
            if skip_header:
                _skip_header(rows)
            while True:
                try:
                    yield dict(zip(header.names, next(rows), strict=False))
                except StopIteration:
                    return
                except csv.Error:
                    continue

    def has_commas_in_fields(self, delimiter: str) -> bool:
        """Tell whether a field may have a comma in it; where commas divide the fields, such a field is in quotes."""
        mark = '"' if delimiter == "," else ","
        with self._lines() as lines:
            return any(mark in line for line in lines)

    def records(
        self, delimiter: str, to_records: RowToRecords, skip_header: bool = False
    ) -> Iterator[Record | Assumption]:
        """Make records of each row that is not blank; a row's number is that of its first line."""
        with self._rows(delimiter) as rows:
            if skip_header:
                _skip_header(rows)
            yield from _records(rows, self.path.name, to_records)

    def assumptions(self, delimiter: str) -> Iterator[Assumption]:
        """What is said of a file that is read with this delimiter, if nobody stated it."""
        yield from assumed_encoding(self.path, self._encoding)
        if len(self.delimiters) > 1:
            yield from assumed_delimiter(self.path, delimiter)

    @cached_property
    def delimiters(self) -> tuple[str, ...]:
        """Those that may be meant, in the order of preference."""
        if self.delimiter:
            return (self.delimiter,)
        with self._lines() as lines:
            stated = delimiter_in(next(lines, ""))
        return (stated,) if stated else DELIMITERS

    @cached_property
    def _encoding(self) -> str:
        return encoding_of(self.path)

    @contextmanager
    def _lines(self) -> Iterator[Iterator[str]]:
        with self.path.open(encoding=self._encoding, errors="replace", newline="") as file:
            yield (line.replace("\0", "\ufffd").lstrip(MARK) for line in file)

    @contextmanager
    def _rows(self, delimiter: str) -> Iterator["_CsvReader"]:
        csv.field_size_limit(_LONGEST_FIELD)
        with self._lines() as lines:
            first = next(lines, "")
            is_statement = bool(delimiter_in(first))
            kept = chain(["\n" if is_statement else first], lines)
            comment = self.comment
            rows = csv.reader(
                ("\n" if comment and line.startswith(comment) else line for line in kept),
                delimiter=delimiter,
                skipinitialspace=self.skips_blanks and delimiter != " ",
                strict=True,
            )
            if is_statement:
                next(rows)
            yield rows


def records_of_csv(path: Path, to_records: RowToRecords, comment: str | None = None) -> Iterator[Record | Assumption]:
    """Make records of each row of a file without a header; commas divide its columns, unless it states otherwise."""
    # Some of these formats put the fields of a row together again.
    file = CsvFile(path, comment=comment, skips_blanks=False)
    delimiter = file.delimiters[0]
    yield from file.assumptions(delimiter)
    yield from file.records(delimiter, to_records)


def records_of_table(
    path: Path, to_records: FieldsToRecords, problem_of_header: Callable[[list[str]], str]
) -> Iterator[Record | Assumption]:
    """Make records as `records_of_csv` does, for a file whose first row names the columns.

    `problem_of_header` gets the names and says what is wrong with them. What divides the columns is what leaves no problem;
    if all do, the file is rejected as a whole.
    """
    file = CsvFile(path)
    header = best_header(
        header._replace(problem=header.problem or problem_of_header(header.names)) for header in file.headers()
    )
    if header.problem:
        yield Reject(Reason.FILE_MALFORMED, header.problem, Source(path.name, header.line))
        return
    yield from file.assumptions(header.delimiter)
    yield from file.records(header.delimiter, with_names(header.names, to_records, header.delimiter), skip_header=True)


def best_header(headers: Iterable[Header]) -> Header:
    """The first one without a problem, else the one with the most names."""
    seen: list[Header] = []
    for header in headers:
        if not header.problem:
            return header
        seen.append(header)
    return max(seen, key=lambda header: len(header.names))


def with_names(names: Sequence[str], to_records: FieldsToRecords, delimiter: str = ",") -> RowToRecords:
    """Make `to_records` take rows whose columns are called `names`; the last may be missing in a row, or blank ones follow."""

    def named(values: list[str], source: Source) -> Iterable[Record | Assumption]:
        # Spreadsheets fill all rows up to the longest.
        if len(values) > len(names) and any(map(str.strip, values[len(names) :])):
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


def records_of_jsonl(path: Path, to_records: FieldsToRecords) -> Iterator[Record | Assumption]:
    """Make records of the JSON object in each line."""
    encoding = encoding_of(path)
    yield from assumed_encoding(path, encoding)
    with path.open(encoding=encoding, errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            source = Source(path.name, number)
            try:
                fields = json.loads(line.lstrip(MARK))
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

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


def _skip_header(rows: _CsvReader) -> None:
    """Read up to the first row that is not blank, and this row."""
    while not any(map(str.strip, next(rows, ["nothing"]))):
        pass


def _records(lines: _CsvReader, name: str, to_records: RowToRecords) -> Iterator[Record | Assumption]:
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
        if any(map(str.strip, values)):
            yield from to_records(values, source)
