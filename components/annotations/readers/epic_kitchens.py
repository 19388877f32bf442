"""EPIC-KITCHENS' CSV (55 and 100): timed actions, each with a verb and a noun; an untrimmed video shows one participant.

    narration_id,participant_id,video_id,…,start_timestamp,stop_timestamp,…,narration,verb,verb_class,noun,noun_class,…
    P01_01_0,P01,P01_01,…,00:00:00.14,00:00:03.37,…,open door,open,3,door,3,…

`data.label_field` says what the label is: verb (default), noun, action (verb and noun) or narration. `data.label_fields` are
several of them, such as verb and noun, each of which gives a label: `verb: open` and `noun: door`. With
`data.label_map` (EPIC_100_verb_classes.csv or EPIC_100_noun_classes.csv) it is the name of verb_class or noun_class, a
class of many words; without it, it is the narrated word. Lists of the test part have no labels.

Source: https://github.com/epic-kitchens/epic-kitchens-100-annotations (README.md), and epic-kitchens-55-annotations.
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
from foundation.label_fields import in_field
from foundation.messages.errors import UserError

_COLUMNS = ("video_id", "start_timestamp", "stop_timestamp")
_LABEL_FIELDS = ("verb", "noun", "action", "narration")
_TIMESTAMP = re.compile(r"(\d{1,3}):([0-5]?\d):([0-5]?\d(?:[.,]\d{1,9})?)")


def read_epic_kitchens(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    """Read a file; raise UserError if a field of labels is none of the four, or has no classes for `data.label_map`."""
    wanted = options.label_fields or (options.label_field or "verb",)
    for field in wanted:
        if field not in _LABEL_FIELDS:
            key = "label_fields" if options.label_fields else "label_field"
            raise UserError(f"data.{key} is {field!r}; EPIC-KITCHENS has {', '.join(_LABEL_FIELDS)}")
    if options.label_map and (len(wanted) > 1 or wanted[0] not in ("verb", "noun")):
        key, found = "label_fields" if options.label_fields else "label_field", " and ".join(map(repr, wanted))
        message = f"data.label_map names classes of verbs or of nouns, and data.{key} is {found}; drop one"
        raise UserError(message)
    names = load_class_names(options)
    are_several = bool(options.label_fields)
    return records_of_table(
        path,
        lambda fields, source: [_to_record(fields, source, field, names, are_several) for field in wanted],
        requires(*_COLUMNS),
    )


def _to_record(
    fields: Mapping[str, str], source: Source, field: str, names: ClassNames | None, are_several: bool
) -> Record:
    video = label = ""
    try:
        video = parse_text(fields.get("video_id"), "video_id")
        if not video:
            raise BadValueError(Reason.ROW_MALFORMED, "no video_id", "")
        label = _label(fields, field, names)
        if not label:
            raise BadValueError(Reason.LABEL_MISSING, f"no {field}, as in the test part", "")
        label = in_field(field, label) if are_several else label
        start, end = parse_range(_seconds(fields.get("start_timestamp")), _seconds(fields.get("stop_timestamp")))
        # Some lists have no column for the participant, but the id of a video begins with the participant's id.
        group = parse_text(fields.get("participant_id"), "participant_id") or video.partition("_")[0]
        return Segment(video, label, source, start, end, group=group, find_by=FindBy.NAME)
    except BadValueError as error:
        return error.as_reject(source, video, label)


def _label(fields: Mapping[str, str], field: str, names: ClassNames | None) -> str:
    if names:
        number = parse_text(fields.get(f"{field}_class"), f"{field}_class")
        return names.name(number) if number else ""
    if field == "action":
        words = [parse_text(fields.get(column), column) for column in ("verb", "noun")]
        return " ".join(words) if all(words) else ""
    return parse_text(fields.get(field), field)


def _seconds(timestamp: str | None) -> float:
    match = _TIMESTAMP.fullmatch((timestamp or "").strip())
    if not match:
        raise BadValueError(Reason.TIME_INVALID, "not a time like 00:01:23.45", timestamp)
    hours, minutes, seconds = match.groups()
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))


EPIC_KITCHENS = Reader(read_epic_kitchens, detects=lambda sample: sample.has_columns(*_COLUMNS))
