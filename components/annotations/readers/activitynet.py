"""ActivityNet's JSON, which THUMOS14, HACS and FineAction use too: timed actions in untrimmed videos.

    {"database": {"<id>": {"subset": "training", "annotations": [{"segment": [1.5, 9.2], "label": "Surfing"}]}}}

MMAction2 omits `database`. Times are seconds. Files are called `<id>` or `v_<id>`. A video without annotations shows none
of the actions, except in the test subset, whose annotations are secret.

Source: https://github.com/activitynet/ActivityNet (Evaluation/eval_detection.py; Crawler/run_crosscheck.py for both
names); https://github.com/open-mmlab/mmaction2 (mmaction/datasets/activitynet_dataset.py).
"""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from components.annotations.readers.documents import load_json
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, Sample
from components.annotations.readers.values import BadValueError, parse_range, parse_split, parse_text
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Record, Segment, Source
from components.storage.paths import files_below

_DATABASE = re.compile(r'^\{(?:.{,1000}?,)?\s*"database"\s*:', re.DOTALL)
_YOUTUBE_ID_LENGTH = 11


def read_activitynet(path: Path, options: ReaderOptions) -> Iterator[Record]:
    """Read a file; a record's row is its rank among the annotations."""
    try:
        videos = _videos(load_json(path))
    except BadValueError as error:
        yield error.as_reject(Source(path.name, 1))
        return
    stems = frozenset(file.stem for file in files_below(Path(options.videos)))
    ranks = count(1)
    for name, video in videos.items():
        stem = _stem(name, stems)
        try:
            annotations = _annotations(name, video)
        except BadValueError as error:
            yield error.as_reject(Source(path.name, next(ranks)), stem)
            continue
        # A video without annotations is a record too.
        for annotation in annotations or [None]:
            yield _to_record(annotation, video, stem, Source(path.name, next(ranks)))


def _videos(document: Any) -> dict[str, Any]:
    if isinstance(document, dict) and "results" in document and "database" not in document:
        message = "these are a model's predictions (results), no annotations."
        raise BadValueError(Reason.FILE_MALFORMED, message, "results")
    videos = document.get("database", document) if isinstance(document, dict) else document
    if not isinstance(videos, dict):
        raise BadValueError(Reason.FILE_MALFORMED, "expected an object of videos by their ids.", type(videos).__name__)
    return videos


def _stem(name: str, stems: frozenset[str]) -> str:
    """The stem of the video's file; if no such file is below data.videos, the stem that ActivityNet's download gives."""
    usual = f"v_{name}" if len(name) == _YOUTUBE_ID_LENGTH else name
    candidates = (name, f"v_{name}", name.removeprefix("v_"))
    return next((candidate for candidate in candidates if candidate in stems), usual)


def _annotations(name: str, video: Any) -> list[Any]:
    annotations = video.get("annotations") if isinstance(video, dict) else None
    if not name.strip() or not isinstance(annotations, list) or None in annotations:
        raise BadValueError(Reason.ROW_MALFORMED, "expected a video's id and its list of annotations", video)
    return annotations


def _to_record(annotation: Any, video: dict[str, Any], stem: str, source: Source) -> Record:
    """Make the record of an annotation, or (None) of a video that has no annotations."""
    label = ""
    try:
        split = parse_split(video.get("subset"), "subset")
        if annotation is None:
            if split == "test":
                raise BadValueError(Reason.LABEL_MISSING, "no annotations, as in ActivityNet's test subset", "")
            return Segment(stem, "", source, split=split, is_negative=True, find_by=FindBy.NAME)
        if not isinstance(annotation, dict):
            raise BadValueError(Reason.ROW_MALFORMED, "the annotation is no object", annotation)
        label = parse_text(annotation.get("label"), "label")
        if not label:
            raise BadValueError(Reason.LABEL_MISSING, "no label", annotation)
        segment = annotation.get("segment")
        if not isinstance(segment, list) or len(segment) != 2 or None in segment:
            raise BadValueError(Reason.TIME_INVALID, "segment is no list of a start and an end", segment)
        start, end = parse_range(segment[0], segment[1], ("the segment's start", "the segment's end"))
        return Segment(stem, label, source, start, end, split=split, find_by=FindBy.NAME)
    except BadValueError as error:
        return error.as_reject(source, stem, label)


def _looks_like_activitynet(sample: Sample) -> bool:
    head = sample.head.lstrip()
    has_segments = '"segment"' in head and ('"annotations"' in head or '"results"' in head)
    return head.startswith("{") and (has_segments or bool(_DATABASE.match(head)))


ACTIVITYNET = Reader(read_activitynet, _looks_like_activitynet, looks_at_names=True)
