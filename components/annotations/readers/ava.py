"""AVA's CSV without a header: a row for each action of each person in each key frame.

    video_id,middle_frame_timestamp,x1,y1,x2,y2,action_id,person_id

The timestamp is in seconds from the start of the whole film, and stands for the three seconds around it. The box is
relative to the frame (0 to 1). A person keeps the id from one key frame to the next, so a segment has the boxes of its
whole span. A person who does three things at once has three rows and gives three segments. The first versions have no
person_id. A row with only a timestamp says that a key frame is part of the data set, not what it shows.

`ava_train_excluded_timestamps_v2.2.csv` beside `ava_train_v2.2.csv` lists key frames that AVA itself excludes.

Source: https://github.com/activitynet/ActivityNet (Evaluation/get_ava_performance.py: 2, 7 or 8 columns);
https://github.com/open-mmlab/mmaction2 (mmaction/datasets/ava_dataset.py, tools/data/ava); Gu et al., AVA: A Video
Dataset of Spatio-temporally Localized Atomic Visual Actions, 2018.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from components.annotations.readers.class_names import ClassNames, load_class_names
from components.annotations.readers.key_frames import span_of_key_frame
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, own_file
from components.annotations.readers.rows import records_of_csv
from components.annotations.readers.values import BadValueError, parse_number, parse_time
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, Box, FindBy, Record, Segment, Source

_NUMBER = r"\d+(?:\.\d+)?"
_ACTION_ROW = re.compile(rf"[^,]+,{_NUMBER}(?:,[01](?:\.\d+)?){{4}},\d+(?:,[^,]*)?")
_FRAME_ROW = re.compile(r"[\w-]{11},\d{3,4}")
_EXCLUDED = "_excluded_timestamps"

# Boxes by video and person, sorted by time.
_Tracks = Mapping[tuple[str, str], Sequence[Box]]


class _Row(NamedTuple):
    video: str
    box: Box
    action: str
    person: str


def read_ava(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    names, tracks = load_class_names(options), _read_tracks(path)
    excluded: set[tuple[str, float]] = set()
    for file in _lists_of_excluded(path):
        yield from records_of_csv(file, lambda values, source: _exclude(values, source, excluded))
    yield from records_of_csv(path, lambda values, source: [_to_record(values, source, names, excluded, tracks)])


def _exclude(values: list[str], source: Source, excluded: set[tuple[str, float]]) -> Iterator[Record]:
    """Add the row's key frame to `excluded`; a row without one gives a reject."""
    video, time = values[0].strip(), values[1] if len(values) == 2 else ""
    try:
        excluded.add((video, _parse_timestamp(time)))
    except BadValueError as error:
        yield error.as_reject(source, video)


def _to_record(
    values: list[str], source: Source, names: ClassNames | None, excluded: set[tuple[str, float]], tracks: _Tracks
) -> Record:
    video = values[0].strip()
    try:
        row = _parse(values)
        if (video, row.box.time) in excluded:
            message = "AVA's list of excluded timestamps has this key frame"
            raise BadValueError(Reason.ROW_EXCLUDED, message, row.box.time)
        label = names.name(row.action) if names else row.action
        start, end = span_of_key_frame(row.box.time)
        boxes = _between(tracks[video, row.person], start, end) if row.person else (row.box,)
        return Segment(video, label, source, start, end, boxes=boxes, is_key_frame=True, find_by=FindBy.NAME)
    except BadValueError as error:
        return error.as_reject(source, video)


def _parse(values: list[str]) -> _Row:
    values = [value.strip() for value in values]
    if len(values) > 1 and not any(values[2:]):
        raise BadValueError(Reason.LABEL_MISSING, "a key frame without an action", ",".join(values))
    if len(values) not in (7, 8) or not values[0]:
        raise BadValueError(Reason.ROW_MALFORMED, "not 7 or 8 columns that begin with a video's id", ",".join(values))
    video, time, *edges = values[:6]
    action, person = values[6], values[7] if len(values) == 8 else ""
    seconds = _parse_timestamp(time)
    if "/" in video:
        message = "a path, as in MultiSports' lists, which count frames; AVA names films by id and counts seconds"
        raise BadValueError(Reason.ROW_MALFORMED, message, video)
    if not action.isdecimal() or (person and not person.lstrip("-").isdecimal()):
        message = "action and person are no whole numbers (is this a file of predictions with their scores?)"
        raise BadValueError(Reason.ROW_MALFORMED, message, f"{action},{person}")
    x_min, y_min, x_max, y_max = (parse_number(edge, "an edge of the box", Reason.BOX_INVALID) for edge in edges)
    if not (0 <= x_min < x_max <= 1 and 0 <= y_min < y_max <= 1):
        raise BadValueError(Reason.BOX_INVALID, "not x1,y1,x2,y2 between 0 and 1", ",".join(edges))
    # Other tools write a negative id for a person without one.
    return _Row(video, Box(seconds, x_min, y_min, x_max, y_max), action, "" if person.startswith("-") else person)


def _parse_timestamp(text: str) -> float:
    seconds = parse_time(text, "the timestamp")
    if seconds is None:
        raise BadValueError(Reason.TIME_INVALID, "no timestamp", text)
    return seconds


def _read_tracks(path: Path) -> _Tracks:
    boxes: dict[tuple[str, str], dict[float, Box]] = defaultdict(dict)

    def collect(values: list[str], source: Source) -> tuple[Record, ...]:
        # A bad row becomes a reject when the file is read for its records.
        with suppress(BadValueError):
            row = _parse(values)
            if row.person:
                boxes[row.video, row.person][row.box.time] = row.box
        return ()

    for _ in records_of_csv(path, collect):
        pass
    return {key: sorted(by_time.values(), key=lambda box: box.time) for key, by_time in boxes.items()}


def _between(boxes: Sequence[Box], start: float, end: float) -> tuple[Box, ...]:
    first = bisect_left(boxes, start, key=lambda box: box.time)
    return tuple(boxes[first : bisect_right(boxes, end, key=lambda box: box.time)])


def _lists_of_excluded(path: Path) -> list[Path]:
    lists = path.parent.glob(f"*{_EXCLUDED}*")
    return sorted(file for file in lists if file.name.replace(_EXCLUDED, "", 1) == path.name)


AVA = Reader(
    read_ava,
    detects=lambda sample: bool(_ACTION_ROW.fullmatch(sample.first_line) or _FRAME_ROW.fullmatch(sample.first_line)),
    files=lambda path, options: [*own_file(path, options), *_lists_of_excluded(path)],
    is_exhaustive=False,
)
