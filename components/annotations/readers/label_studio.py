"""Label Studio's JSON and JSON-MIN exports of video projects: a list of tasks with the regions of each annotator.

A range of a timeline, a tracked rectangle, or a choice for the whole video is one segment; with several labels, one for each.
Labels are those of the region, or of the choices made for it (results with the same id); `data.label_field` names the control
whose labels count. An annotation that was submitted without any result says that nothing happens in the video.

Frames are counted from 1, and frame n is shown at (n - 1) / frameRate, whatever the video's own frames are; ranges include
their last frame. frameRate (of the labeling configuration, 24 by default) is not exported. It is `data.frame_rate`, else the
rate that a rectangle of the task shows (its keyframes have both frame and time), else 24, which is said. Boxes are percents of
the picture. A keyframe that is not `enabled` ends a visible stretch; after an enabled last one the box stays to the end.

Group and split may be keys of a task's `data`, under the names of `data.columns`.

Source: web/libs/editor/src/{regions/{TimelineRegion,VideoRegion}.js,tags/object/Video/Video.js,components/VideoCanvas} and
label_studio/data_import/models.py of https://github.com/HumanSignal/label-studio; label_studio_sdk/converter of
https://github.com/HumanSignal/label-studio-sdk.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from components.annotations.readers.clock import at_frame_rate
from components.annotations.readers.documents import as_list, as_object, load_json
from components.annotations.readers.exports import file_name
from components.annotations.readers.label_studio_regions import Region, regions_of, shown_frame_rate, spans_of
from components.annotations.readers.options import Columns, ReaderOptions
from components.annotations.readers.reader import Reader
from components.annotations.readers.values import BadValueError, parse_split, parse_text
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, FindBy, Record, Segment, Source, TimeUnit

_DEFAULT_FRAME_RATE = 24.0
_MEDIA = re.compile(r"\.(3gp|avi|flv|m4v|mkv|mov|mp4|mpe?g|mts|ogv|ts|webm|wmv)\b", re.IGNORECASE)
_UPLOADED = re.compile(r"[0-9a-f]{8}-(.+)")
_EXPORTED = re.compile(r'\s*\[.*"(annotations|completions|annotation_id)"\s*:', re.DOTALL)


class _Clip(NamedTuple):
    video: str = ""
    group: str | None = None
    split: str | None = None


def read_label_studio(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    """Read a file; a record's row is the rank of its region, or of an annotation without regions, in the file."""
    sources = (Source(path.name, row) for row in count(1))
    try:
        document = load_json(path)
        tasks = [document] if isinstance(document, dict) else as_list(document, "the file", Reason.FILE_MALFORMED)
    except BadValueError as error:
        yield error.as_reject(next(sources))
        return
    controls: set[str] = set()
    for task in tasks:
        try:
            for record in _records_of_task(as_object(task, "a task"), options, sources, controls):
                if isinstance(record, Segment) and record.time_unit is TimeUnit.FRAMES:
                    yield _default_rate_of(path)
                    record = at_frame_rate(record, _DEFAULT_FRAME_RATE)
                yield record
        except BadValueError as error:
            yield error.as_reject(next(sources))
    options.check_label_field(controls, f"{path} has no result of a control")


def _default_rate_of(path: Path) -> Assumption:
    return Assumption(
        f"{path.name} does not say at how many frames per second Label Studio counted, so its default, "
        f"{_DEFAULT_FRAME_RATE:g}, was taken",
        "If the labeling configuration has another frameRate, set data.frame_rate to it",
    )


def _records_of_task(
    task: dict[str, Any], options: ReaderOptions, sources: Iterator[Source], controls: set[str]
) -> Iterator[Record]:
    if "annotations" not in task and "completions" not in task:
        task = _from_json_min(task, options.label_field)
    # Versions before 1.0 call them completions.
    annotations = as_list(task.get("annotations", task.get("completions")), "annotations")
    if not annotations:
        raise BadValueError(Reason.LABEL_MISSING, "nobody annotated the task", task.get("id"))
    annotations = [as_object(annotation, "an annotation") for annotation in annotations]
    results = [as_list(annotation.get("result"), "the result of an annotation") for annotation in annotations]
    clip, problem = _Clip(), None
    try:
        clip = _read_clip(as_object(task.get("data"), "data"), options.columns)
    except BadValueError as error:
        problem = error
    frame_rate = options.frame_rate or shown_frame_rate(entry for result in results for entry in result)
    for annotation, result in zip(annotations, results, strict=True):
        regions = regions_of(result)
        controls.update(control for region in regions for control in region.labels)
        if problem:
            yield from (problem.as_reject(next(sources)) for _ in range(len(regions) or 1))
        elif annotation.get("was_cancelled") or annotation.get("skipped"):
            skipped = BadValueError(Reason.ROW_EXCLUDED, "the annotator skipped the task", "")
            yield skipped.as_reject(next(sources), clip.video)
        elif not result:
            yield _negative(clip, next(sources), is_contradicted=any(results))
        else:
            records = list(_records_of_regions(regions, clip, sources, options, frame_rate))
            unlabelled = BadValueError(Reason.LABEL_MISSING, "no result of the annotation is a label", "")
            yield from records or [unlabelled.as_reject(next(sources), clip.video)]


def _negative(clip: _Clip, source: Source, is_contradicted: bool) -> Record:
    if is_contradicted:
        disputed = BadValueError(Reason.LABEL_MISSING, "one annotator found nothing, another one something", "")
        return disputed.as_reject(source, clip.video)
    return Segment(clip.video, "", source, group=clip.group, split=clip.split, is_negative=True, find_by=FindBy.NAME)


def _records_of_regions(
    regions: list[Region], clip: _Clip, sources: Iterator[Source], options: ReaderOptions, frame_rate: float | None
) -> Iterator[Record]:
    for region in regions:
        try:
            if region.problem:
                raise region.problem
            labels = region.chosen_labels(options.label_field)
        except BadValueError as error:
            yield error.as_reject(next(sources), clip.video)
            continue
        if not labels and (options.label_field or region.place is None):
            # It is of another control than the named one, or no label at all, like a text or a rating.
            continue
        source = next(sources)
        unlabelled = BadValueError(Reason.LABEL_MISSING, "the region has no label", "")
        for span in spans_of(region):
            if isinstance(span, BadValueError) or not labels:
                problem = span if isinstance(span, BadValueError) else unlabelled
                yield problem.as_reject(source, clip.video, ", ".join(labels))
                continue
            for label in labels:
                segment = Segment(
                    video=clip.video,
                    label=label,
                    source=source,
                    start=span.start,
                    end=span.end,
                    time_unit=span.time_unit,
                    group=clip.group,
                    split=clip.split,
                    boxes=span.boxes,
                    find_by=FindBy.NAME,
                )
                yield at_frame_rate(segment, frame_rate)


def _from_json_min(row: dict[str, Any], label_field: str | None) -> dict[str, Any]:
    """Convert a row of JSON-MIN to a task of the JSON export; JSON-MIN has a single choice as a plain text."""
    result = []
    for name, value in row.items():
        if name == label_field and isinstance(value, str):
            result.append({"from_name": name, "value": {"choices": [value]}})
        elif isinstance(value, dict) and "choices" in value:
            result.append({"from_name": name, "value": value})
        elif isinstance(value, list):
            regions = [region for region in value if isinstance(region, dict)]
            result += [{"from_name": name, "value": region} for region in regions]
    if not result:
        message = "no region; if the labels are choices, name their control in data.label_field, or export JSON"
        raise BadValueError(Reason.LABEL_MISSING, message, row.get("id"))
    return {"data": row, "annotations": [{"result": result}]}


def _read_clip(data: Mapping[str, Any], columns: Columns) -> _Clip:
    texts = {name: value for name, value in data.items() if isinstance(value, str)}
    media = [name for name, value in texts.items() if _MEDIA.search(value)]
    named = [name for name in (columns.path, "video") if name in texts] or media
    if len(named) != 1 and not set(named) & {columns.path, "video"}:
        found = ", ".join(media or texts)[:200]
        message = "which key of the task's data names the video? Set data.columns.path"
        raise BadValueError(Reason.ROW_MALFORMED, message, found)
    video = _name_of_media(texts[named[0]])
    if not video:
        raise BadValueError(Reason.ROW_MALFORMED, f"{named[0]} names no file", texts[named[0]])
    group = parse_text(data.get(columns.group), columns.group) or None
    return _Clip(video, group, parse_split(data.get(columns.split), columns.split))


def _name_of_media(location: str) -> str:
    """The original name of a file: Label Studio stores uploads under 8 hexadecimal digits and the name."""
    path = location
    if "/data/" in location:
        with suppress(ValueError):
            parts = urlsplit(location)
            path = parse_qs(parts.query).get("d", [unquote(parts.path)])[0]
    name = file_name(path).strip()
    uploaded = _UPLOADED.fullmatch(name) if "/upload/" in location else None
    return uploaded[1] if uploaded else name


LABEL_STUDIO = Reader(
    read_label_studio,
    detects=lambda sample: bool(_EXPORTED.match(sample.head)) and '"images"' not in sample.head,
)
