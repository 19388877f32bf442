"""FiftyOne's temporal detections: labels.json of a FiftyOneTemporalDetectionDataset, and samples.json of a FiftyOneDataset.

    {"classes": ["wave"], "labels": {"c00": [{"label": 0, "support": [13, 50]}, {"label": 0, "timestamps": [0.5, 2.0]}]}}

    {"samples": [{"filepath": "data/c00.mp4", "tags": ["train"],
      "events": {"_cls": "TemporalDetections", "detections": [{"label": "wave", "support": [13, 50]}]}}]}

A support is the first and the last frame, counted from 1; timestamps are seconds. In samples.json all fields of temporal
detections and of classifications (of the whole video) are read, or the one that `data.label_field` names; a tag that is the
name of a split says the split.

Source: https://github.com/voxel51/fiftyone (docs/source/user_guide/export_datasets.rst; fiftyone/core/labels.py, whose
TemporalDetection.support is inclusive and counts from 1).
"""

import re
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from components.annotations.readers.documents import as_list, as_object, load_json
from components.annotations.readers.exports import file_name
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, Sample
from components.annotations.readers.values import BadValueError, parse_frame, parse_range, parse_split, parse_text
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Record, Segment, Source, TimeUnit

_LABELS = re.compile(r'\s*\{\s*"(classes|labels)"\s*:')
# The lists of labels that a field may hold, by its class; a field of a single label is one itself.
_LISTS = {
    "TemporalDetections": "detections",
    "TemporalDetection": "",
    "Classifications": "classifications",
    "Classification": "",
}


def read_fiftyone(path: Path, options: ReaderOptions) -> Iterator[Record]:
    """Read a file; a record's row is the rank of its label in the file."""
    ranks = (Source(path.name, rank) for rank in count(1))
    try:
        document = as_object(load_json(path), "the file", Reason.FILE_MALFORMED)
        if "samples" in document:
            samples = as_list(document["samples"], "samples", Reason.FILE_MALFORMED)
            fields = _fields_of(samples)
        else:
            labels = as_object(document.get("labels"), "labels", Reason.FILE_MALFORMED)
            classes = as_list(document.get("classes"), "classes", Reason.FILE_MALFORMED)
    except BadValueError as error:
        yield error.as_reject(next(ranks))
        return
    if "samples" in document:
        options.check_label_field(fields, f"{path} has no labels in a field")
        for sample in samples:
            yield from _records_of_sample(sample, options.label_field, ranks)
        return
    for name, detections in labels.items():
        yield from _records(detections, file_name(name), None, classes, ranks)


def _records_of_sample(sample: Any, label_field: str | None, ranks: Iterator[Source]) -> Iterator[Record]:
    video = ""
    try:
        fields = as_object(sample, "a sample")
        video = file_name(parse_text(fields.get("filepath"), "filepath"))
        split = _split_of_tags(as_list(fields.get("tags"), "tags"))
        found = [
            label
            for name, content in fields.items()
            if label_field in (None, name) and isinstance(content, dict)
            for label in _labels_of(content)
        ]
    except BadValueError as error:
        yield error.as_reject(next(ranks), video)
        return
    yield from _records(found, video, split, [], ranks)


def _records(
    labels: Any, video: str, split: str | None, classes: list[Any], ranks: Iterator[Source]
) -> Iterator[Record]:
    try:
        items = as_list(labels, "the labels of a video")
        if not video:
            raise BadValueError(Reason.ROW_MALFORMED, "no video is named", "")
        if not items:
            raise BadValueError(Reason.LABEL_MISSING, "the video has no labels", "")
    except BadValueError as error:
        yield error.as_reject(next(ranks), video)
        return
    for item in items:
        yield _to_record(item, video, split, classes, next(ranks))


def _to_record(item: Any, video: str, split: str | None, classes: list[Any], source: Source) -> Record:
    label = ""
    try:
        fields = as_object(item, "a label")
        label = _label(fields.get("label"), classes)
        start, end, unit = _span(fields)
        return Segment(video, label, source, start, end, unit, split=split, find_by=FindBy.NAME)
    except BadValueError as error:
        return error.as_reject(source, video, label)


def _label(value: Any, classes: list[Any]) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and classes:
        if not 0 <= value < len(classes):
            raise BadValueError(Reason.LABEL_UNKNOWN, f"there are {len(classes)} classes, counted from 0", value)
        value = classes[value]
    label = parse_text(value, "label")
    if not label:
        raise BadValueError(Reason.LABEL_MISSING, "no label", "")
    return label


def _span(fields: Mapping[str, Any]) -> tuple[float, float | None, TimeUnit]:
    """Start, end and unit; a classification has neither timestamps nor support: it is of the whole video."""
    for name in ("timestamps", "support"):
        if fields.get(name) is None:
            continue
        ends = as_list(fields[name], name)
        if len(ends) != 2 or None in ends:
            raise BadValueError(Reason.TIME_INVALID, f"{name} is no list of a start and an end", ends)
        if name == "timestamps":
            return *parse_range(*ends), TimeUnit.SECONDS
        first, last = (parse_frame(end, "a frame") for end in ends)
        if first < 1 or last < first:
            raise BadValueError(
                Reason.TIME_INVALID, "support counts frames from 1, and its last is not before its first", ends
            )
        return first - 1.0, float(last), TimeUnit.FRAMES
    if fields.get("_cls") == "Classification":
        return 0.0, None, TimeUnit.SECONDS
    raise BadValueError(Reason.TIME_INVALID, "neither support nor timestamps", "")


def _labels_of(content: Mapping[str, Any]) -> list[Any]:
    kind = content.get("_cls")
    if not isinstance(kind, str) or kind not in _LISTS:
        return []
    key = _LISTS[kind]
    return as_list(content.get(key), key) if key else [content]


def _fields_of(samples: list[Any]) -> set[str]:
    return {
        name
        for sample in samples
        if isinstance(sample, dict)
        for name, content in sample.items()
        if isinstance(content, dict) and isinstance(content.get("_cls"), str) and content["_cls"] in _LISTS
    }


def _split_of_tags(tags: list[Any]) -> str | None:
    splits = set()
    for tag in tags:
        try:
            splits.add(parse_split(tag, "a tag"))
        except BadValueError:
            # Other tags say other things.
            continue
    return splits.pop() if len(splits) == 1 else None


def _looks_like_fiftyone(sample: Sample) -> bool:
    head = sample.head
    if _LABELS.match(head):
        return '"labels"' in head and ('"support"' in head or '"timestamps"' in head)
    return '"samples"' in head[:4096] and '"filepath"' in head and any(f'"{kind}"' in head for kind in _LISTS)


FIFTYONE = Reader(read_fiftyone, _looks_like_fiftyone)
