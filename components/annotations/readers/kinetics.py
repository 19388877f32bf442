"""Kinetics' lists of clips: CSV with the columns label, youtube_id, time_start, time_end, split (and, in some, is_cc).

The times are those of the clip in the recording on YouTube. Each file is one whole clip and is called
`<youtube_id>_<time_start>_<time_end>`, with six digits for each time. Lists of the test part have no labels.

Source: https://github.com/activitynet/ActivityNet/tree/master/Crawler/Kinetics (data/*.csv, and download.py for the
names).
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader
from components.annotations.readers.rows import records_of_table, requires
from components.annotations.readers.values import BadValueError, parse_range, parse_split, parse_text
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, FindBy, Record, Segment, Source

_COLUMNS = ("youtube_id", "time_start", "time_end")


def read_kinetics(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    return records_of_table(path, _to_records, requires(*_COLUMNS))


def _to_records(fields: Mapping[str, str], source: Source) -> Iterable[Record]:
    video, label = "", parse_text(fields.get("label"), "label")
    try:
        youtube_id = parse_text(fields.get("youtube_id"), "youtube_id")
        start, end = parse_range(fields.get("time_start"), fields.get("time_end"), ("time_start", "time_end"))
        if not youtube_id or end is None:
            message = "no youtube_id or no time_end, which make the file's name"
            raise BadValueError(Reason.ROW_MALFORMED, message, youtube_id)
        video = f"{youtube_id}_{int(start):06d}_{int(end):06d}"
        if not label:
            raise BadValueError(Reason.LABEL_MISSING, "no label, as in the lists of Kinetics' test part", "")
        split = parse_split(fields.get("split"), "split")
        segment = Segment(
            video, label, source, group=youtube_id, split=split, find_by=FindBy.NAME, file_seconds=end - start
        )
        return [segment]
    except BadValueError as error:
        return [error.as_reject(source, video, label)]


KINETICS = Reader(read_kinetics, detects=lambda sample: sample.has_columns(*_COLUMNS), is_exhaustive=False)
