"""Generic tables: CSV with or without a header, and JSON Lines. Only path and label are required."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from components.annotations.readers.options import Columns, ReaderOptions
from components.annotations.readers.reader import Reader, Sample
from components.annotations.readers.rows import records_of_csv, records_of_jsonl, records_of_table, with_names
from components.annotations.readers.values import (
    BadValueError,
    is_blank,
    parse_flag,
    parse_number,
    parse_range,
    parse_split,
    parse_text,
)
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, Mask, Record, Segment, Source

# Statistics need squares of such numbers, and sums of many squares: float32 can hold those.
_LARGEST_METADATA = 1e15
_Item = TypeVar("_Item", Box, Mask)


def read_csv(path: Path, options: ReaderOptions) -> Iterator[Record]:
    """Read a file; without a header, its columns are in the order of the configuration."""
    to_records, delimiter = partial(_to_records, options=options), options.delimiter
    if options.header:
        return records_of_table(path, to_records, partial(_problem_of_header, options=options), delimiter)
    names = [*options.columns.model_dump().values(), *options.metadata]
    return records_of_csv(path, with_names(names, to_records, delimiter), delimiter)


def read_jsonl(path: Path, options: ReaderOptions) -> Iterator[Record]:
    """Read a file; boxes and masks are lists, or JSON strings of lists."""
    return records_of_jsonl(path, partial(_to_records, options=options))


def _problem_of_header(names: list[str], options: ReaderOptions) -> str:
    # A column that the configuration names must be there; an optional one under its default name may be absent.
    columns, defaults = options.columns, Columns()
    wanted = [name for field, name in columns if field in ("path", "label") or name != getattr(defaults, field)]
    missing = [name for name in (*wanted, *options.metadata) if name not in names]
    if missing:
        return (
            f"no column {' and no column '.join(map(repr, missing))}; found {', '.join(names) or 'nothing'}. "
            "Name the columns under data.columns, set data.delimiter if it is not a comma, or data.header: false if the "
            "file has no header."
        )
    repeated = [name for name in (*columns.model_dump().values(), *options.metadata) if names.count(name) > 1]
    if repeated:
        return f"the column {repeated[0]!r} stands there more than once; rename or delete one"
    return ""


def _to_records(fields: Mapping[str, Any], source: Source, options: ReaderOptions) -> list[Record]:
    columns = options.columns
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
        start, end = parse_range(
            fields.get(columns.start_seconds),
            fields.get(columns.end_seconds),
            (columns.start_seconds, columns.end_seconds),
        )
        segment = Segment(
            video,
            label,
            source,
            start,
            end,
            group=parse_text(fields.get(columns.group), columns.group) or None,
            split=parse_split(fields.get(columns.split), columns.split),
            boxes=_items(fields.get(columns.boxes), _box, Reason.BOX_INVALID),
            masks=_items(fields.get(columns.masks), _mask, Reason.MASK_INVALID),
            metadata={
                name: _metadata(fields[name], name) for name in options.metadata if not is_blank(fields.get(name))
            },
            is_negative=is_negative,
        )
        return [segment]
    except BadValueError as error:
        return [error.as_reject(source, video, label)]


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


CSV = Reader(read_csv, detects=lambda sample: any(mark in sample.first_line for mark in ",;\t"))
JSONL = Reader(read_jsonl, _looks_like_jsonl)
