"""CVAT for images 1.1, of tasks that were made of a video: an XML file with one `<image>` for each frame.

A run of equal `<tag>`s over consecutive frames is one segment. Shapes with the same attribute `track_id` are one segment (here
CVAT splits its tracks by frames); any other shape is a segment of a single frame. With `data.label_field` the label is that
attribute. Tasks made of images are refused: the order of images says nothing about a video's time.

Source: see cvat.py.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

from components.annotations.readers.cvat import (
    FILES,
    SHAPES,
    Meta,
    Task,
    attributes_of,
    looks_like_cvat,
    names_of_attributes,
    proposed_attributes,
    read_frame,
    read_meta,
    read_shape,
    records_of_track,
)
from components.annotations.readers.documents import xml_elements
from components.annotations.readers.exports import exports_of, files_of_exports, name_of_export
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, Sample, row_of
from components.annotations.readers.tracks import Shape, end_in_gaps, in_order
from components.annotations.readers.values import BadValueError
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, FindBy, Record, Reject, Segment, Source, TimeUnit

_TRACK = "track_id"  # an attribute by which CVAT says which shapes are one object


@dataclass
class _Track:
    """The shapes of one object so far; `problem`: the first error in one of them."""

    task: Task
    label: str
    source: Source
    shapes: list[Shape] = field(default_factory=list)
    problem: BadValueError | None = None


@dataclass
class _Tags:
    """The frames that have a tag, with its place in the file."""

    task: Task
    label: str
    frames: dict[int, Source] = field(default_factory=dict)


@dataclass
class _Export:
    """The content of a file so far. Keys begin with the id of the task, which is "" if there is only one."""

    name: str
    meta: Meta | None = None
    num_rows: int = 0
    frames: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    tags: dict[tuple[str, str], _Tags] = field(default_factory=dict)
    tracks: dict[tuple[str, str, str], _Track] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)

    def next_source(self) -> Source:
        self.num_rows += 1
        return Source(self.name, self.num_rows)


def read_cvat_images(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    """Read an export or a folder of exports; a record's row is the rank of its first tag or shape in the file."""
    attributes: set[str] = set()
    labels: set[str] = set()
    for file in exports_of(path, FILES):
        export = _Export(name_of_export(file, path))
        problem = None
        try:
            _gather(file, export, options.label_field)
        except BadValueError as error:
            problem = error.as_reject(Source(export.name, export.num_rows + 1))
        records = sorted(_records(export, options.label_field), key=row_of)
        labels |= {record.label for record in records}
        yield from records
        if problem:
            yield problem
        attributes |= export.attributes
    options.check_label_field(attributes, f"no label in {path} has an attribute")
    yield from proposed_attributes(labels, attributes - {_TRACK}, options)


def _gather(file: Path, export: _Export, label_field: str | None) -> None:
    for element in xml_elements(file, frozenset({"meta", "image", "track"})):
        if element.tag == "meta":
            export.meta = read_meta(element)
            export.attributes |= export.meta.attributes
        elif element.tag == "track":
            raise BadValueError(Reason.FILE_MALFORMED, "it holds tracks: data.format is cvat_video", "<track>")
        elif export.meta is None:
            raise BadValueError(Reason.FILE_MALFORMED, "no <meta> before the first image names the video", "<image>")
        else:
            export.attributes |= names_of_attributes(element)
            _gather_image(element, export.meta, export, label_field)
    if export.meta is None:
        raise BadValueError(Reason.FILE_MALFORMED, "neither <meta> nor <image>: not CVAT for images", "")


def _gather_image(image: Element, meta: Meta, export: _Export, label_field: str | None) -> None:
    task, frame, problem = Task(), 0, None
    task_id = image.get("task_id", "")
    try:
        task = meta.task_of(image)
        frame = read_frame(image, "id", task)
        export.frames[task_id].append(frame)
    except BadValueError as error:
        problem = error
    for element in image:
        if element.tag != "tag" and element.tag not in SHAPES:
            continue
        source, label = export.next_source(), (element.get("label") or "").strip()
        attributes = attributes_of(element)
        if element.tag == "tag":
            label = attributes.get(label_field, "") if label_field else label
            if not problem and label:
                export.tags.setdefault((task_id, label), _Tags(task, label)).frames.setdefault(frame, source)
            else:
                unlabelled = BadValueError(Reason.LABEL_MISSING, "the tag has no label", "")
                export.rejects.append((problem or unlabelled).as_reject(source, task.video, label))
            continue
        # A shape without a track is an object of its own.
        key = (task_id, label, attributes.get(_TRACK) or f"row {source.row}")
        track = export.tracks.setdefault(key, _Track(task, label, source))
        try:
            if problem:
                raise problem
            track.shapes.append(read_shape(element, frame, task, label_field))
        except BadValueError as error:
            track.problem = track.problem or error


def _records(export: _Export, label_field: str | None) -> Iterator[Record]:
    yield from export.rejects
    for tags in export.tags.values():
        yield from _runs(tags)
    for frames in export.frames.values():
        frames.sort()
    for (task_id, _, _), track in export.tracks.items():
        try:
            if track.problem:
                raise track.problem
            shapes = list(end_in_gaps(in_order(track.shapes), export.frames[task_id]))
            yield from records_of_track(shapes, track.label, track.task, track.source, label_field)
        except BadValueError as error:
            yield error.as_reject(track.source, track.task.video, track.label)


def _runs(tags: _Tags) -> Iterator[Segment]:
    """Make a segment of each run of frames that are one step apart."""
    task, frames = tags.task, sorted(tags.frames)
    is_last = [following - frame > task.step for frame, following in pairwise(frames)]
    first = frames[0]
    for frame, ends_here, following in zip(frames, [*is_last, True], [*frames[1:], first], strict=True):
        if ends_here:
            source, start, end = tags.frames[first], float(first), float(frame + 1)
            yield Segment(
                task.video, tags.label, source, start, end, TimeUnit.FRAMES, split=task.split, find_by=FindBy.NAME
            )
            first = following


def _looks_like_images(sample: Sample) -> bool:
    """Tell whether the first object is an image. It may come late in the text: the labels before it may be long."""
    if not looks_like_cvat(sample):
        return False
    with exports_of(sample.path, FILES)[0].open("rb") as file:
        # A tag across two blocks is found, because the end of the first block is kept.
        kept = b""
        while block := file.read(1 << 20):
            if found := re.search(rb"<(image|track)\b", kept + block):
                return found[1] == b"image"
            kept = block[-16:]
    return False


CVAT_IMAGES = Reader(
    read_cvat_images, _looks_like_images, partial(files_of_exports, patterns=[FILES]), reads_folders=True
)
