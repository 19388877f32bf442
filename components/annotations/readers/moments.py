"""Moments in Time: CSV without a header, of clips in folders with the names of their classes.

    clapping/yt-k8hNbNMyzHo_41.mp4,clapping,4,1

Only the path is used: its folder is the label. The other columns (the class again, and how many annotators agreed and
disagreed) may be missing. The number at the end of the name counts the clips of one recording, which is their group.

Source: the data set's own files, as https://github.com/open-mmlab/mmaction2 reads them
(tools/data/parse_file_list.py, parse_mit_splits); Monfort et al., Moments in Time Dataset: One Million Videos for
Event Understanding, 2019.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader
from components.annotations.readers.rows import records_of_csv
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, Record, Reject, Segment, Source

_PATH = re.compile(r"([^/\\]+)/([^/\\]+)\.\w+")
_ROW = re.compile(r"([^/,]+)/[^/,]+\.\w+,\1(?:,.*)?")
_NUMBERED = re.compile(r"(.+)_\d+")


def read_moments(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    return records_of_csv(path, _to_records)


def _to_records(values: list[str], source: Source) -> Iterable[Record]:
    video = values[0].strip()
    match = _PATH.fullmatch(video)
    if not match or (len(values) > 1 and values[1].strip() != match[1]):
        message = "expected a path and its folder, as in 'clapping/clip_1.mp4,clapping,4,1'"
        return [Reject(Reason.ROW_MALFORMED, message, source, video, value=",".join(values)[:200])]
    label, stem = match.groups()
    numbered = _NUMBERED.fullmatch(stem)
    return [Segment(video, label, source, group=numbered[1] if numbered else None)]


MOMENTS = Reader(read_moments, detects=lambda sample: bool(_ROW.fullmatch(sample.first_line)))
