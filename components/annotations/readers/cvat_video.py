"""CVAT for video 1.1: an XML file with one `<track>` for each object, and in it a shape for each frame.

A track is one segment, from the frame where the object appears to the frame where it is gone for good; in between it may be
`outside` of the picture. With `data.label_field` the label is that attribute of the shapes, and each stretch of a track with
one value is a segment. Shapes that the tool interpolated (`keyframe="0"`) are marked. Polygons, polylines, points, skeletons,
cuboids, ellipses and rotated boxes give the box around them.

Source: see cvat.py.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from xml.etree.ElementTree import Element

from components.annotations.readers.cvat import (
    FILES,
    SHAPES,
    Meta,
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
from components.annotations.readers.reader import Reader
from components.annotations.readers.tracks import in_order
from components.annotations.readers.values import BadValueError
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, Record, Source


def read_cvat_video(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    """Read an export or a folder of exports; a record's row is the rank of its track in the file."""
    attributes: set[str] = set()
    labels: set[str] = set()
    for file in exports_of(path, FILES):
        for record in _read_export(file, name_of_export(file, path), options.label_field, attributes):
            labels.add(record.label)
            yield record
    options.check_label_field(attributes, f"no label in {path} has an attribute")
    yield from proposed_attributes(labels, attributes, options)


def _read_export(file: Path, name: str, label_field: str | None, attributes: set[str]) -> Iterator[Record]:
    meta, row = None, 0
    try:
        for element in xml_elements(file, frozenset({"meta", "track", "image"})):
            if element.tag == "meta":
                meta = read_meta(element)
                attributes |= meta.attributes
                continue
            if element.tag == "image":
                raise BadValueError(Reason.FILE_MALFORMED, "it holds images: data.format is cvat_images", "<image>")
            if meta is None:
                message = "no <meta> before the first track names the video"
                raise BadValueError(Reason.FILE_MALFORMED, message, "<track>")
            row += 1
            attributes |= names_of_attributes(element)
            yield from _records(element, meta, Source(name, row), label_field)
        if meta is None:
            raise BadValueError(Reason.FILE_MALFORMED, "neither <meta> nor <track>: not CVAT for video", "")
        if not row:
            message = (
                "CVAT's export for video has no track. Tags on frames are not in it: export the task as CVAT for images 1.1, "
                "which is read"
            )
            raise BadValueError(Reason.FILE_MALFORMED, message, "")
    except BadValueError as error:
        yield error.as_reject(Source(name, row + 1))


def _records(track: Element, meta: Meta, source: Source, label_field: str | None) -> list[Record]:
    video, label = "", (track.get("label") or "").strip()
    try:
        task = meta.task_of(track)
        video = task.video
        elements = [element for element in track if element.tag in SHAPES]
        if not elements:
            raise BadValueError(Reason.BOX_INVALID, "the track has no shape", "")
        shapes = [read_shape(element, read_frame(element, "frame", task), task, label_field) for element in elements]
        return records_of_track(in_order(shapes), label, task, source, label_field)
    except BadValueError as error:
        return [error.as_reject(source, video, label)]


CVAT_VIDEO = Reader(read_cvat_video, looks_like_cvat, partial(files_of_exports, patterns=[FILES]), reads_folders=True)
