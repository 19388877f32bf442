"""Vertex AI's JSON Lines: an object a video, with its actions or tracked objects.

    {"videoGcsUri": "gs://bucket/a.mp4", "timeSegments": [{"startTime": "0s", "endTime": "60s"}],
     "timeSegmentAnnotations": [{"displayName": "cartwheel", "startTime": "1.0s", "endTime": "12.0s"}],
     "temporalBoundingBoxAnnotations": [{"displayName": "horse", "instanceId": "-1", "timeOffset": "4.0s",
                                         "xMin": "0.66", "yMin": "0.56", "xMax": "1.0", "yMax": "1.0"}],
     "dataItemResourceLabels": {"aiplatform.googleapis.com/ml_use": "training"}}

Keys may also have underscores. A missing start is 0; a missing end, or `Infinity`, is the end of the video; equal times are
a key frame. `timeSegments` are the parts that were annotated: if they have no action, there is none. A line without
annotations and without `timeSegments` says nothing about its video.

Source: schemas video_classification_io_format_1.0.0.yaml, video_action_recognition_io_format_1.0.0.yaml and
video_object_tracking_io_format_1.0.0.yaml in gs://google-cloud-aiplatform/schema/dataset/ioformat, as
https://cloud.google.com/vertex-ai/docs/video-data/classification/prepare-data quotes them.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, Sample
from components.annotations.readers.rows import records_of_jsonl
from components.annotations.readers.uris import name_of_uri
from components.annotations.readers.values import BadValueError, parse_text
from components.annotations.readers.vertex import Tracks, parse_box, parse_interval, split_of_ml_use
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, FindBy, Record, Segment, Source


def read_vertex_jsonl(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    return records_of_jsonl(path, _to_records)


def _to_records(line: Mapping[str, Any], source: Source) -> Iterator[Record]:
    fields = _plain_keys(line)
    video = ""
    try:
        video = name_of_uri(parse_text(fields.get("videogcsuri"), "videoGcsUri"))
        split = _split(fields)
        actions = _objects(fields, "timesegmentannotations")
        boxes = _objects(fields, "temporalboundingboxannotations")
        annotated = _objects(fields, "timesegments")
        if not actions and not boxes and not annotated:
            raise BadValueError(Reason.LABEL_MISSING, "no annotation: nothing is known of this video", "")
    except BadValueError as error:
        yield error.as_reject(source, video)
        return
    # An annotated part without any action is a negative example.
    for action in actions or (annotated if not boxes else []):
        yield _to_segment(action, video, split, source, is_negative=not actions)
    tracks = Tracks()
    for box in boxes:
        try:
            _add_box(box, video, split, source, tracks)
        except BadValueError as error:
            yield error.as_reject(source, video)
    yield from tracks.segments()


def _to_segment(fields: Mapping[str, Any], video: str, split: str | None, source: Source, is_negative: bool) -> Record:
    label = ""
    try:
        label = "" if is_negative else _label(fields)
        start, end = parse_interval(fields.get("starttime"), fields.get("endtime"))
        return Segment(video, label, source, start, end, split=split, is_negative=is_negative, find_by=FindBy.NAME)
    except BadValueError as error:
        return error.as_reject(source, video, label)


def _add_box(fields: Mapping[str, Any], video: str, split: str | None, source: Source, tracks: Tracks) -> None:
    box = parse_box(
        fields.get("timeoffset"), [fields.get("xmin"), fields.get("xmax")], [fields.get("ymin"), fields.get("ymax")]
    )
    tracks.add(video, _label(fields), split, parse_text(fields.get("instanceid"), "instanceId"), box, source)


def _label(fields: Mapping[str, Any]) -> str:
    label = parse_text(fields.get("displayname"), "displayName")
    if not label:
        raise BadValueError(Reason.LABEL_MISSING, "no displayName", dict(fields))
    return label


def _split(fields: Mapping[str, Any]) -> str | None:
    labels = fields.get("dataitemresourcelabels") or {}
    if not isinstance(labels, dict):
        raise BadValueError(Reason.ROW_MALFORMED, "dataItemResourceLabels is no object", labels)
    return split_of_ml_use(labels.get("aiplatform.googleapis.com/ml_use", labels.get("ml_use", "")))


def _objects(fields: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    items = fields.get(key) or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise BadValueError(Reason.ROW_MALFORMED, f"{key} is no list of objects", items)
    return [_plain_keys(item) for item in items]


def _plain_keys(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Make keys like videoGcsUri and video_gcs_uri equal."""
    return {key.replace("_", "").lower(): value for key, value in fields.items()}


def _looks_like_vertex_jsonl(sample: Sample) -> bool:
    line = sample.first_line
    return line.startswith("{") and ('"videoGcsUri"' in line or '"video_gcs_uri"' in line)


VERTEX_JSONL = Reader(read_vertex_jsonl, _looks_like_vertex_jsonl, is_exhaustive=False)
