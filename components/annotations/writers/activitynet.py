"""ActivityNet's JSON: see `components.annotations.readers.activitynet`.

A video's id is its file's stem, or its whole path where several have that stem. `subset` is always there, since ActivityNet's
own evaluation asks for it; it is empty where the split is unknown.
"""

import json
from collections import Counter
from pathlib import PurePosixPath
from typing import Any

from components.annotations.writers.content import Content, only
from components.annotations.writers.writer import Part, Writer, if_open

_SUBSETS = {"train": "training", "eval": "validation", "test": "testing", None: ""}


def write_activitynet(content: Content) -> str:
    """The text of a file; segments have an end, or videos that were looked at."""
    stems = Counter(PurePosixPath(video).stem for video in content.by_video)
    database: dict[str, Any] = {}
    for video, segments in content.by_video.items():
        stem = PurePosixPath(video).stem
        entry: dict[str, Any] = {"subset": _SUBSETS[only([segment.split for segment in segments])]}
        if video in content.frames:
            entry["duration"] = content.frames[video].times.end_seconds
        entry["annotations"] = [
            {"segment": [segment.start, content.end_of(segment)], "label": segment.label}
            for segment in segments
            if not segment.is_negative
        ]
        database[stem if stems[stem] == 1 else video] = entry
    document = {"version": "VERSION 1.3", "taxonomy": [], "database": database}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


ACTIVITYNET = Writer(
    write_activitynet,
    suffix=".json",
    keeps=frozenset((Part.SPLIT_OF_VIDEO, Part.NEGATIVE_VIDEO)),
    needs_video=lambda segment: if_open(segment) and not segment.is_negative,
)
