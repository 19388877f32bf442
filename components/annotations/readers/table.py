"""Generic tables: CSV with or without a header, and JSON Lines. Only path and label are required."""

import csv
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from components.annotations.config import SPLITS, Columns, DataConfig
from components.annotations.reasons import Reason
from components.annotations.records import Box, Record, Reject, Segment, Source
from models.errors import UserError

_SPLIT_NAMES = {name: name for name in SPLITS} | {
    "training": "train",
    "val": "eval",
    "valid": "eval",
    "validation": "eval",
    "testing": "test",
}
_LONGEST_FIELD = 16 * 2**20


class _BadValueError(ValueError):
    def __init__(self, reason: Reason, message: str, value: Any) -> None:
        super().__init__(message)
        self.reason = reason
        try:
            self.value = str(value)[:200]
        except RecursionError:
            self.value = "(deeply nested)"


def read_csv(path: Path, config: DataConfig) -> Iterator[Record]:
    """Records of a CSV file; the row number is that of the row's first line, so that an editor finds it."""
    csv.field_size_limit(_LONGEST_FIELD)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        text = (line.replace("\0", "\ufffd") for line in file)
        lines = csv.reader(text, delimiter=config.delimiter, strict=True)
        names = list(config.columns.model_dump().values())
        if config.header:
            try:
                names = [name.strip() for name in next(lines, [])]
            except csv.Error as error:
                raise UserError(f"{path}, row 1: the header cannot be read: {error}; correct its quotes") from error
            _require_columns(path, names, config.columns)
        while True:
            source = Source(path.name, lines.line_num + 1)
            try:
                values = next(lines)
            except StopIteration:
                return
            except csv.Error as error:
                num_lines = lines.line_num - source.row + 1
                message = f"{error} (the row was read over {num_lines} lines: is a quotation mark left open?)"
                yield Reject(Reason.ROW_MALFORMED, message if num_lines > 1 else str(error), source)
                continue
            if not any(value.strip() for value in values):
                continue
            if len(values) > len(names):
                message = f"{len(values)} fields where the header has {len(names)}"
                yield Reject(Reason.ROW_MALFORMED, message, source, value=config.delimiter.join(values)[:200])
                continue
            yield _to_record(dict(zip(names, values, strict=False)), config.columns, source)


def read_jsonl(path: Path, config: DataConfig) -> Iterator[Record]:
    """Records of a file with one JSON object a line; boxes are a list of lists or a JSON string of it."""
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
            yield _to_record(fields, config.columns, source)


def _require_columns(path: Path, names: list[str], columns: Columns) -> None:
    # A column that was named in the configuration is wanted, an optional one under its default name may be absent.
    defaults = Columns()
    wanted = {field: name for field, name in columns if field in ("path", "label") or name != getattr(defaults, field)}
    missing = [name for name in wanted.values() if name not in names]
    if missing:
        raise UserError(
            f"{path}, row 1: no column {' and no column '.join(map(repr, missing))}; found {', '.join(names) or 'nothing'}. "
            "Name the columns under data.columns, set data.delimiter if it is not a comma, or data.header: false if the "
            "file has no header."
        )
    repeated = [name for name in columns.model_dump().values() if names.count(name) > 1]
    if repeated:
        raise UserError(f"{path}, row 1: the column {repeated[0]!r} stands there more than once; rename or delete one")


def _to_record(fields: Mapping[str, Any], columns: Columns, source: Source) -> Record:
    video = label = ""
    try:
        video = _text(fields.get(columns.path), columns.path)
        label = _text(fields.get(columns.label), columns.label)
        if not video:
            raise _BadValueError(Reason.ROW_MALFORMED, f"no {columns.path}", fields.get(columns.path))
        if not label:
            raise _BadValueError(Reason.LABEL_MISSING, f"no {columns.label}", fields.get(columns.label))
        start = _seconds(fields.get(columns.start_seconds), columns.start_seconds) or 0.0
        end = _seconds(fields.get(columns.end_seconds), columns.end_seconds)
        if end is not None and end <= start:
            raise _BadValueError(
                Reason.END_BEFORE_START, f"ends at {end:g} s, starts at {start:g} s", f"{start}, {end}"
            )
        return Segment(
            video=video,
            label=label,
            source=source,
            start_seconds=start,
            end_seconds=end,
            group=_text(fields.get(columns.group), columns.group) or None,
            split=_split(fields.get(columns.split), columns.split),
            boxes=_boxes(fields.get(columns.boxes)),
        )
    except _BadValueError as error:
        return Reject(error.reason, str(error), source, video, label, error.value)


def _text(value: Any, name: str) -> str:
    if isinstance(value, (list, dict)):
        raise _BadValueError(Reason.ROW_MALFORMED, f"{name} is not a text", value)
    return "" if value is None else str(value).strip()


def _is_blank(value: Any) -> bool:
    return value is None or isinstance(value, str) and not value.strip()


def _seconds(value: Any, name: str) -> float | None:
    if _is_blank(value):
        return None
    try:
        # An integer may be too large for a float; a truth value would count as 0 or 1.
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        raise _BadValueError(Reason.TIME_INVALID, f"{name} is not a number", value) from None
    if not math.isfinite(seconds) or seconds < 0:
        raise _BadValueError(Reason.TIME_INVALID, f"{name} is negative or not finite", value)
    return seconds


def _split(value: Any, name: str) -> str | None:
    split = _text(value, name).lower()
    if not split:
        return None
    if split not in _SPLIT_NAMES:
        raise _BadValueError(Reason.SPLIT_UNKNOWN, f"{name} names no split", value)
    return _SPLIT_NAMES[split]


def _boxes(value: Any) -> tuple[Box, ...]:
    if _is_blank(value):
        return ()
    try:
        rows = json.loads(value) if isinstance(value, str) else value
        boxes = [_box(row) for row in rows]
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise _BadValueError(Reason.BOX_INVALID, str(error)[:200], value) from None
    return tuple(sorted(boxes, key=lambda box: box.seconds))


def _box(row: Any) -> Box:
    if not isinstance(row, list) or len(row) != 5:
        raise ValueError(f"not a list of five numbers: {json.dumps(row)}")
    return Box(*(float(number) for number in row))
