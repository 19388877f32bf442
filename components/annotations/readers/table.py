"""Generic tables: CSV with or without a header, and JSON, as a list or an object a line. Only path and label are required."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from components.annotations.readers.blank_times import BlankTimes
from components.annotations.readers.column_names import NAMES, plain
from components.annotations.readers.columns import Layout, UnclearColumnsError, lay_out, lay_out_header
from components.annotations.readers.decimal_commas import CommaColumns, find_comma_columns
from components.annotations.readers.delimiters import DELIMITERS
from components.annotations.readers.documents import json_objects
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, Sample, decode_head, read_head
from components.annotations.readers.rows import CsvFile, Header, best_header, records_of_jsonl, with_names
from components.annotations.readers.table_labels import parse_labels, parse_looked_for
from components.annotations.readers.values import (
    DECIMAL_COMMA,
    BadValueError,
    check_range,
    is_blank,
    parse_flag,
    parse_number,
    parse_seconds,
    parse_split,
    parse_text,
    parse_time,
)
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, Box, Mask, Record, Reject, Segment, Source

_NUM_SAMPLED = 1000
_LIST = re.compile(r"\s*\[\s*\{")
_KEY = re.compile(r'"([^"\\]{1,60})"\s*:')
# Statistics need squares of such numbers, and sums of many squares: float32 can hold those.
_LARGEST_METADATA = 1e15
_Item = TypeVar("_Item", Box, Mask)


def read_csv(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    """Read a file; without a header, its columns are in the order of the configuration."""
    file = CsvFile(path, options.delimiter)
    if options.header:
        layouts: dict[str, Layout] = {}
        header = best_header(_laid_out(header, file, options, layouts) for header in file.headers())
        if header.problem:
            yield Reject(Reason.FILE_MALFORMED, header.problem, Source(path.name, header.line))
            return
        layout = layouts[header.delimiter]
    else:
        layout = Layout(options.columns)
        # The first row has no names to go by: what divides it most is what is meant.
        widest = max(file.headers(), key=lambda header: len(header.names))
        columns = [name for key, name in options.columns if key != "looked_for"]
        header = widest._replace(names=[*columns, *options.metadata])
    yield from file.assumptions(header.delimiter)
    yield from layout.assumptions
    numbers = {layout.columns.start_seconds, layout.columns.end_seconds, *options.metadata}
    commas = CommaColumns()
    if file.has_commas_in_fields(header.delimiter):
        commas = find_comma_columns(file.fields(header, options.header), numbers, header.delimiter)
    yield from commas.assumptions()
    blank_times = BlankTimes()
    looked_for = layout.columns.looked_for

    def to_records(fields: Mapping[str, Any], source: Source) -> list[Record]:
        blank_times.count(fields, layout.columns, source)
        if looked_for in header.names and looked_for not in fields:  # the end of a row may be missing
            fields = {**fields, looked_for: ""}
        return _to_records(fields, source, options, layout, commas.decimal)

    named = with_names(header.names, to_records, header.delimiter)
    yield from file.records(header.delimiter, named, skip_header=options.header)
    yield from blank_times.assumptions()


def names_its_columns(path: Path) -> bool:
    """Tell whether the header of a CSV file names a column of paths and one of labels, under one of their usual names."""
    names = [set(map(plain, header.names)) for header in CsvFile(path).headers()]
    return any(each & NAMES["path"] and each & NAMES["label"] for each in names)


def _laid_out(header: Header, file: CsvFile, options: ReaderOptions, layouts: dict[str, Layout]) -> Header:
    """Find the columns of a header and put them into `layouts`; if that fails, return the header with the problem."""
    if header.problem:
        return header
    sample = SampleOfRows(lambda: islice(file.fields(header), _NUM_SAMPLED))
    try:
        layouts[header.delimiter] = lay_out_header(header.names, options, sample.values)
    except UnclearColumnsError as error:
        return header._replace(problem=str(error))
    return header


class SampleOfRows:
    """The first rows of a table, read when one of its columns is asked for."""

    def __init__(self, read: Callable[[], Iterable[Mapping[str, Any]]]) -> None:
        self._read = read

    def values(self, name: str) -> list[Any]:
        return [row[name] for row in self._rows if name in row]

    @cached_property
    def _rows(self) -> list[Mapping[str, Any]]:
        return list(self._read())


def read_jsonl(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    """Read an object a line, or a list of objects; boxes and masks are lists, or JSON strings of lists."""
    to_records = _ObjectReader(options)
    if not _LIST.match(decode_head(read_head(path))):
        yield from records_of_jsonl(path, to_records)
    else:
        for given in json_objects(path, lambda fields, source: (fields, source)):
            if isinstance(given, Reject):
                yield given
            else:
                yield from to_records(*given)
    yield from to_records.blank_times.assumptions()


class _ObjectReader:
    """Makes records of objects; each may have keys of its own, and what is assumed of them is said once."""

    def __init__(self, options: ReaderOptions) -> None:
        self._options = options
        self._usual = {*dict(options.columns).values(), *options.metadata}
        self._said: set[Assumption] = set()
        self.blank_times = BlankTimes()

    def __call__(self, fields: Mapping[str, Any], source: Source) -> Iterator[Record | Assumption]:
        layout = Layout(self._options.columns)
        if not fields.keys() <= self._usual:
            try:
                layout = lay_out(list(fields), self._options, lambda name: [fields[name]])
            except UnclearColumnsError as error:
                yield Reject(Reason.ROW_MALFORMED, str(error), source, value=str(list(fields))[:200])
                return
        new = [assumption for assumption in layout.assumptions if assumption not in self._said]
        self._said.update(new)
        yield from new
        self.blank_times.count(fields, layout.columns, source)
        yield from _to_records(fields, source, self._options, layout)


def _to_records(
    fields: Mapping[str, Any],
    source: Source,
    options: ReaderOptions,
    layout: Layout,
    decimal_commas: Collection[str] = (),
) -> list[Record]:
    columns = layout.columns
    video = label = ""
    try:
        video = parse_text(fields.get(columns.path), columns.path)
        label = parse_text(fields.get(columns.label), columns.label)
        if not video:
            raise BadValueError(Reason.ROW_MALFORMED, f"no {columns.path}", fields.get(columns.path))
        is_negative = parse_flag(fields.get(columns.negative), columns.negative)
        if is_negative and label:
            raise BadValueError(Reason.ROW_MALFORMED, f"a row with {columns.negative} has no {columns.label}", label)
        if not is_negative and not label:
            raise BadValueError(Reason.LABEL_MISSING, f"no {columns.label}", fields.get(columns.label))
        start = _seconds(fields, columns.start_seconds, layout.divisors.get("start_seconds"), decimal_commas)
        end = _seconds(fields, columns.end_seconds, layout.divisors.get("end_seconds"), decimal_commas)
        start, end = check_range(start or 0.0, end)
        labels = [label] if is_negative else parse_labels(label, columns.label, options.label_separator)
        segment = Segment(
            video,
            labels[0],
            source,
            start,
            end,
            group=parse_text(fields.get(columns.group), columns.group) or None,
            split=parse_split(fields.get(columns.split), columns.split),
            boxes=_items(fields.get(columns.boxes), _box, Reason.BOX_INVALID),
            masks=_items(fields.get(columns.masks), _mask, Reason.MASK_INVALID),
            metadata={
                name: _metadata(_with_point(fields[name]) if name in decimal_commas else fields[name], name)
                for name in options.metadata
                if not is_blank(fields.get(name))
            },
            is_negative=is_negative,
            looked_for=parse_looked_for(
                fields.get(columns.looked_for), columns.looked_for, options.label_separator or ";", is_negative
            ),
        )
        return [segment, *(replace(segment, label=each) for each in labels[1:])]
    except BadValueError as error:
        return [error.as_reject(source, video, label)]


def _seconds(
    fields: Mapping[str, Any], name: str, divisor: float | None, decimal_commas: Collection[str]
) -> float | None:
    value, has_decimal_comma = fields.get(name), name in decimal_commas
    if divisor is None:
        return parse_seconds(value, name, has_decimal_comma)
    number = parse_time(_with_point(value) if has_decimal_comma else value, name)
    return None if number is None else number / divisor


def _with_point(value: Any) -> Any:
    is_decimal = isinstance(value, str) and DECIMAL_COMMA.fullmatch(value.strip())
    return value.replace(",", ".") if is_decimal else value


def _metadata(value: Any, name: str) -> float:
    number = parse_number(value, name, Reason.METADATA_INVALID)
    if abs(number) > _LARGEST_METADATA:
        raise BadValueError(Reason.METADATA_INVALID, f"{name} is beyond {_LARGEST_METADATA:g}", value)
    return number


def _items(value: Any, parse: Callable[[Any], _Item], reason: Reason) -> tuple[_Item, ...]:
    """Parse a list of boxes or masks and sort it by time."""
    if is_blank(value):
        return ()
    try:
        rows = json.loads(value) if isinstance(value, str) else value
        return tuple(sorted(map(parse, rows), key=lambda item: item.time))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise BadValueError(reason, str(error)[:200], value) from None


def _box(row: Any) -> Box:
    """Parse [seconds, x_min, y_min, x_max, y_max]; a sixth text may hold the marks "imputed" and "end"."""
    if not isinstance(row, list) or len(row) not in (5, 6):
        raise ValueError(f"not a list of five numbers: {json.dumps(row)}")
    seconds, x_min, y_min, x_max, y_max = map(float, row[:5])
    if not (min(x_min, y_min) >= 0 and max(x_max, y_max) <= 1):
        raise ValueError(f"not a box inside the frame: {json.dumps(row)}")
    marks = set(str(row[5]).split() if len(row) == 6 else ())
    if not marks <= {"imputed", "end"}:
        raise ValueError(f"a box may be marked imputed or end, not {json.dumps(row[5])}")
    return Box(seconds, x_min, y_min, x_max, y_max, is_imputed="imputed" in marks, is_end="end" in marks)


def _mask(row: Any) -> Mask:
    """Parse [seconds, "path.png"], or [seconds, {"size": [height, width], "counts": "..."}] with COCO's run lengths."""
    if not isinstance(row, list) or len(row) != 2:
        raise ValueError(f"not a list of a time and a mask: {json.dumps(row)[:100]}")
    seconds, content = row
    if isinstance(content, str):
        return Mask(float(seconds), png=content)
    if not isinstance(content, dict) or not isinstance(content.get("counts"), str):
        raise ValueError("a mask is a PNG's path, or an object with size and counts")
    height, width = content.get("size") or (0, 0)
    return Mask(float(seconds), rle=content["counts"].encode(), height=int(height), width=int(width))


def _looks_like_jsonl(sample: Sample) -> bool:
    if not sample.first_line.startswith("{"):
        return False
    try:
        json.loads(sample.first_line)
    except (ValueError, RecursionError):
        # If the head is a single line, that line may be longer than the head, and JSON as a whole.
        return len(sample.head.splitlines()) == 1
    return True


def _looks_like_own_list(sample: Sample) -> bool:
    """Tell whether a JSON list begins with an object that names a video and says something of it."""
    begin = _LIST.match(sample.head)
    if not begin:
        return False
    try:
        first, _ = json.JSONDecoder().raw_decode(sample.head, begin.end() - 1)
        keys = {plain(key) for key, value in first.items() if not isinstance(value, (list, dict))}
    except (ValueError, RecursionError):
        # The object is longer than the head.
        keys = set(map(plain, _KEY.findall(sample.head[begin.end() - 1 :])))
    return bool(keys & NAMES["path"]) and bool(keys & {"negative", *NAMES["label"]})


CSV = Reader(read_csv, detects=lambda sample: any(mark in sample.first_line for mark in DELIMITERS))
JSONL = Reader(read_jsonl, detects=lambda sample: _looks_like_jsonl(sample) or _looks_like_own_list(sample))
