"""Charades' CSV: a row a video, with all its actions as `<class> <start> <end>`, divided by semicolons.

    id,subject,scene,...,actions,length
    46GP8,HR43,Kitchen,...,c092 11.90 21.20;c147 0.00 12.60,24.83

The subject, who recorded the video at home, is the group. `data.label_map` (Charades_v1_classes.txt) names the classes; without
it they keep their codes. An action's row is that of its video.

Source: the data set's own files, https://prior.allenai.org/projects/charades (README.txt); Sigurdsson et al., Hollywood in
Homes, 2016.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from components.annotations.readers.class_names import ClassNames, load_class_names
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader
from components.annotations.readers.rows import records_of_table, requires
from components.annotations.readers.values import BadValueError, parse_range, parse_text
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, FindBy, Record, Segment, Source

_COLUMNS = ("id", "subject", "actions")
_ACTION = re.compile(r"(\S+)\s+(\S+)\s+(\S+)")


def read_charades(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    names = load_class_names(options)
    return records_of_table(path, lambda fields, source: _to_records(fields, source, names), requires("id", "actions"))


def _to_records(fields: Mapping[str, str], source: Source, names: ClassNames | None) -> Iterator[Record]:
    video = ""
    try:
        video = parse_text(fields.get("id"), "id")
        if not video:
            raise BadValueError(Reason.ROW_MALFORMED, "no id", "")
        actions = [action.strip() for action in parse_text(fields.get("actions"), "actions").split(";")]
        if not any(actions):
            raise BadValueError(Reason.LABEL_MISSING, "no actions in this video", "")
    except BadValueError as error:
        yield error.as_reject(source, video)
        return
    group = parse_text(fields.get("subject"), "subject") or None
    for action in filter(None, actions):
        yield _to_record(action, video, group, source, names)


def _to_record(action: str, video: str, group: str | None, source: Source, names: ClassNames | None) -> Record:
    label = ""
    try:
        match = _ACTION.fullmatch(action)
        if not match:
            raise BadValueError(
                Reason.ROW_MALFORMED, "expected a class, a start and an end, as in 'c092 11.9 21.2'", action
            )
        code, start_seconds, end_seconds = match.groups()
        label = names.name(code.lower().removeprefix("c")) if names else code
        start, end = parse_range(start_seconds, end_seconds)
        return Segment(video, label, source, start, end, group=group, find_by=FindBy.NAME)
    except BadValueError as error:
        return error.as_reject(source, video, label)


CHARADES = Reader(read_charades, detects=lambda sample: sample.has_columns(*_COLUMNS))
