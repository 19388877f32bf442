"""Writes segments as the generic table; `components.annotations.readers.table` reads the same segments back."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any, TextIO

from components.annotations.readers.options import Columns
from components.annotations.records.record import Box, Mask, Segment
from components.annotations.writers.content import Content
from components.annotations.writers.writer import Part, Writer
from foundation.messages.errors import UserError

_ALWAYS = ("path", "start_seconds", "end_seconds", "label", "group", "split")
# An empty list of these says something: that nothing was looked for.
_LOOKED_FOR, _ALL = "looked_for", "*"


def metadata_names(segments: Sequence[Segment]) -> list[str]:
    """The columns of numbers that `data.metadata` has to name when the table is read.

    Raises:
      UserError: one of them has the name of another column of the table.
    """
    names = sorted({name for segment in segments for name in segment.metadata})
    taken = [name for name in names if name in Columns().model_dump().values()]
    if taken:
        raise UserError(f"the metadata {taken[0]!r} is called like a column of the generic form; rename it")
    return names


def write_jsonl(segments: Sequence[Segment], file: TextIO) -> None:
    """Write one object a line, without empty values. The segments must have seconds and relative boxes."""
    metadata_names(segments)
    for segment in segments:
        fields = {name: value for name, value in _fields(segment).items() if not _is_empty(value)}
        looked_for = {} if segment.looked_for is None else {_LOOKED_FOR: segment.looked_for}
        file.write(json.dumps({**fields, **looked_for, **segment.metadata}, ensure_ascii=False) + "\n")


def write_csv(segments: Sequence[Segment], file: TextIO) -> None:
    """Write one row a segment; boxes and masks are JSON in their columns. Optional columns that are empty are left out."""
    metadata = metadata_names(segments)
    rows = [_fields(segment) for segment in segments]
    filled = {name for row in rows for name, value in row.items() if not _is_empty(value)}
    columns = [name for name in Columns.model_fields if name in _ALWAYS or name in filled]
    if any(segment.looked_for is not None for segment in segments):
        columns.append(_LOOKED_FOR)
        for row, segment in zip(rows, segments, strict=True):
            row[_LOOKED_FOR] = _ALL if segment.looked_for is None else list(segment.looked_for)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*columns, *metadata])
    for row, segment in zip(rows, segments, strict=True):
        values = [row[name] for name in columns] + [segment.metadata.get(name) for name in metadata]
        writer.writerow([_as_text(value) for value in values])


def _fields(segment: Segment) -> dict[str, Any]:
    return {
        "path": segment.video,
        "start_seconds": segment.start,
        "end_seconds": segment.end,
        "label": segment.label,
        "group": segment.group,
        "split": segment.split,
        "boxes": [_box(box) for box in segment.boxes],
        "masks": [_mask(mask) for mask in segment.masks],
        "negative": segment.is_negative,
    }


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value in ("", [])


def _as_text(value: Any) -> str:
    if _is_empty(value):
        return ""
    return json.dumps(value) if isinstance(value, (list, bool)) else str(value)


def _box(box: Box) -> list[Any]:
    marks = [mark for mark, is_set in (("imputed", box.is_imputed), ("end", box.is_end)) if is_set]
    return [box.time, box.x_min, box.y_min, box.x_max, box.y_max, *([" ".join(marks)] if marks else [])]


def _mask(mask: Mask) -> list[Any]:
    return [mask.time, mask.png or {"size": [mask.height, mask.width], "counts": mask.rle.decode()}]


def _as_writer(write: Callable[[Sequence[Segment], TextIO], None], suffix: str) -> Writer:
    def text(content: Content) -> str:
        file = io.StringIO(newline="")
        write(content.segments, file)
        return file.getvalue()

    parts = (Part.GROUP, Part.SPLIT, Part.BOXES, Part.MASKS, Part.NUMBERS, Part.NEGATIVE, Part.LOOKED_FOR)
    return Writer(text, suffix, frozenset(parts))


CSV, JSONL = _as_writer(write_csv, ".csv"), _as_writer(write_jsonl, ".jsonl")
