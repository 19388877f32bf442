"""Twelve Labs' fine-tuning CSV: `<video_url>,<start_time>,<end_time>,<label_or_description>` in each line.

Times are in seconds, or like 1:05. A first line that names the columns is skipped. Commas in the last column need no quotes:
the whole rest of the line after the end time is the label.

Source: https://docs.twelvelabs.io/docs/data-preparation.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader
from components.annotations.readers.rows import records_of_csv
from components.annotations.readers.uris import name_of_uri
from components.annotations.readers.values import BadValueError, check_range, parse_seconds
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, FindBy, Record, Segment, Source

_HEADER = re.compile(r"<?video_url>?\s*,\s*<?start_time>?\s*,\s*<?end_time>?\s*,.*")
_ROW = re.compile(r'"?https?://[^,]+,\s*[\d.:]+\s*,\s*[\d.:]+\s*,.*')


def read_twelve_labs(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    return records_of_csv(path, _to_records)


def _to_records(values: list[str], source: Source) -> Iterable[Record]:
    if source.row == 1 and _HEADER.fullmatch(",".join(values).strip()):
        return []
    video, label = "", ",".join(values[3:]).strip()
    try:
        video = name_of_uri(values[0].strip())
        if len(values) < 4:
            raise BadValueError(Reason.ROW_MALFORMED, "fewer than four columns", ",".join(values))
        if not label:
            raise BadValueError(Reason.LABEL_MISSING, "no label or description", ",".join(values))
        start, end = parse_seconds(values[1], "the start time") or 0.0, parse_seconds(values[2], "the end time")
        start, end = check_range(start, end)
        return [Segment(video, label, source, start, end, find_by=FindBy.NAME)]
    except BadValueError as error:
        return [error.as_reject(source, video, label)]


TWELVE_LABS = Reader(
    read_twelve_labs,
    detects=lambda sample: bool(_HEADER.fullmatch(sample.first_line) or _ROW.fullmatch(sample.first_line)),
    is_exhaustive=False,
)
