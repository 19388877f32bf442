"""Diving48: a JSON list of clips, each with the number of its dive.

    [{"vid_name": "YxL7WJUn1ks_00107", "label": 26, "start_frame": 0, "end_frame": 65}]

The frames are those of the whole clip, so the clip is taken whole. `data.label_map` (Diving48_vocab.json) names the
dives. The part of the name before the last `_` is the competition that the clip was cut from: its group.

Source: the data set's own files, as https://github.com/open-mmlab/mmaction2 reads them
(tools/data/parse_file_list.py, parse_diving48_splits); Li et al., RESOUND: Towards Action Recognition without
Representation Bias, 2018.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from components.annotations.readers.class_names import ClassNames, load_class_names
from components.annotations.readers.documents import json_objects
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader
from components.annotations.readers.values import BadValueError, parse_text
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Record, Segment, Source

_FIRST_ITEM = re.compile(r'\[\s*\{[^{}]*"vid_name"\s*:')


def read_diving48(path: Path, options: ReaderOptions) -> Iterator[Record]:
    names = load_class_names(options)
    return json_objects(path, lambda item, source: _to_record(item, source, names))


def _to_record(item: dict[str, Any], source: Source, names: ClassNames | None) -> Record:
    video = label = ""
    try:
        video = parse_text(item.get("vid_name"), "vid_name")
        label = parse_text(item.get("label"), "label")
        if not video:
            raise BadValueError(Reason.ROW_MALFORMED, "no vid_name", item)
        if not label:
            raise BadValueError(Reason.LABEL_MISSING, "no label", item)
        group = video.rpartition("_")[0] or None
        return Segment(video, names.name(label) if names else label, source, group=group, find_by=FindBy.NAME)
    except BadValueError as error:
        return error.as_reject(source, video, label)


DIVING48 = Reader(read_diving48, detects=lambda sample: bool(_FIRST_ITEM.match(sample.head.lstrip())))
