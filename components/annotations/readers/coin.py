"""COIN's JSON: instructional videos of a task each, whose steps are timed.

    {"database": {"<YouTube id>": {"class": "MakeTea", "subset": "training", "start": 0.5, "end": 9.5,
      "annotation": [{"id": "12", "segment": [0.5, 2.0], "label": "pour water"}]}}}

The steps are the segments; with `data.label_field: class` the task is the label, from `start` to `end`.

Source: https://github.com/coin-dataset/annotations (COIN.json); Tang et al., COIN, 2019.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from components.annotations.readers.documents import as_list, as_object, load_json
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader
from components.annotations.readers.values import BadValueError, parse_range, parse_split, parse_text
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Record, Segment, Source
from foundation.messages.errors import UserError

_LABEL_FIELDS = ("label", "class")
_ANNOTATION = re.compile(r'\s*\{\s*"database"\s*:.*"annotation"\s*:', re.DOTALL)


def read_coin(path: Path, options: ReaderOptions) -> Iterator[Record]:
    """Read a file; a record's row is the rank of its step, or of its task, in the file."""
    field = options.label_field or "label"
    if field not in _LABEL_FIELDS:
        raise UserError(f"data.label_field is {field!r}; COIN has {' and '.join(_LABEL_FIELDS)}")
    ranks = count(1)
    try:
        document = as_object(load_json(path), "the file", Reason.FILE_MALFORMED)
        videos = as_object(document.get("database"), "database", Reason.FILE_MALFORMED)
    except BadValueError as error:
        yield error.as_reject(Source(path.name, 1))
        return
    for name, content in videos.items():
        try:
            video = as_object(content, "a video")
            steps = [video] if field == "class" else as_list(video.get("annotation"), "annotation")
            if not steps:
                raise BadValueError(Reason.LABEL_MISSING, "no step was annotated in this video", "")
        except BadValueError as error:
            yield error.as_reject(Source(path.name, next(ranks)), name)
            continue
        for step in steps:
            yield _to_record(step, name, video, field, Source(path.name, next(ranks)))


def _to_record(step: Any, name: str, video: Mapping[str, Any], field: str, source: Source) -> Record:
    label = ""
    try:
        fields = as_object(step, "a step")
        label = parse_text(fields.get(field), field)
        if not name.strip():
            raise BadValueError(Reason.ROW_MALFORMED, "the video has no id", "")
        if not label:
            raise BadValueError(Reason.LABEL_MISSING, f"no {field}", fields)
        times = (
            [fields.get("start"), fields.get("end")] if field == "class" else as_list(fields.get("segment"), "segment")
        )
        if len(times) != 2 or None in times:
            raise BadValueError(Reason.TIME_INVALID, "no start and end", times)
        start, end = parse_range(*times)
        split = parse_split(video.get("subset"), "subset")
        return Segment(name.strip(), label, source, start, end, split=split, find_by=FindBy.NAME)
    except BadValueError as error:
        return error.as_reject(source, name, label)


COIN = Reader(
    read_coin, detects=lambda sample: bool(_ANNOTATION.match(sample.head)) and '"annotations"' not in sample.head
)
