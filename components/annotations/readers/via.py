"""VGG Image Annotator 3 (VIA): its project files (JSON), and its two CSV exports.

A temporal segment is one segment; its label is the name of its attribute's option, and several checked options give one
segment each. A region in a frame becomes a box of the temporal segments of its video that contain its time; a region outside
of all of them is refused, since a single time is no action. An annotation without time and place is of the whole video. With
several attributes, `data.label_field` names the one that counts. Times are in seconds, places in pixels.

VIA 1 and 2 annotate single images and are refused.

Source: via-3.x.y/src/js/_via_{import_export,metadata,attribute,file,file_annotator}.js of https://github.com/ox-vgg/via.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from components.annotations.readers.documents import as_list, as_object, load_json
from components.annotations.readers.encoding import assumed_encoding, open_text
from components.annotations.readers.exports import file_name
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, row_of
from components.annotations.readers.rows import records_of_csv, text_lines
from components.annotations.readers.values import BadValueError, parse_text
from components.annotations.readers.via_entries import Attribute, Entry, read_place, read_times, records_of_entries
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, Record, Reject, Source

_IMAGES_ONLY = "VIA 1 and 2 annotate single images: their regions have no time in a video; annotate it with VIA 3"
_ATTRIBUTES = "# ATTRIBUTE = "
_COLUMNS = re.compile(r"^# CSV_HEADER = metadata_id,file_list,", re.MULTILINE)
_PROJECT = re.compile(r'\s*\{.*"(vid_list|fid_list)"\s*:', re.DOTALL)
_OF_IMAGES = re.compile(
    r'\s*(#?filename,file_size,file_attributes,|\{.*"(_via_settings|shape_attributes|region_attributes)"\s*:)',
    re.DOTALL,
)
_STORED_BY_URI = (2, 3)


def read_via(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    """Read a file; a record's row is the annotation's rank in a project, or its line in a CSV."""
    with open_text(path) as file:
        head = file.read(1 << 16)
    is_project = head.lstrip().startswith("{")
    if not is_project:
        yield from assumed_encoding(path)
    try:
        if _OF_IMAGES.match(head) and not _PROJECT.match(head):
            raise BadValueError(Reason.FILE_MALFORMED, _IMAGES_ONLY, head[:80])
        read = _read_project if is_project else _read_csv
        attributes, entries, rejects = read(path)
        known = {attribute.name for attribute in attributes.values()}
        known |= {key for entry in entries for key in entry.values if key not in attributes}
        options.check_label_field(known, f"{path} has no attribute")
        records = [*rejects, *records_of_entries(entries, attributes, options.label_field)]
    except BadValueError as error:
        yield error.as_reject(Source(path.name, 1))
        return
    yield from sorted(records, key=row_of)


def _read_project(path: Path) -> tuple[dict[str, Attribute], list[Entry], list[Reject]]:
    document = as_object(load_json(path), "the project", Reason.FILE_MALFORMED)
    definitions, files, views, metadata = (
        as_object(document.get(name), f"the part {name!r} of the project", Reason.FILE_MALFORMED)
        for name in ("attribute", "file", "view", "metadata")
    )
    entries: list[Entry] = []
    rejects: list[Reject] = []
    for row, item in enumerate(metadata.values(), start=1):
        source, video = Source(path.name, row), ""
        try:
            item = as_object(item, "an annotation")
            video = _video_of_view(item.get("vid"), views, files)
            entries.append(_entry(source, video, item.get("z"), item.get("xy"), item.get("av")))
        except BadValueError as error:
            rejects.append(error.as_reject(source, video))
    return _attributes(definitions), entries, rejects


def _video_of_view(view: Any, views: Mapping[str, Any], files: Mapping[str, Any]) -> str:
    fids = as_list(as_object(views.get(str(view)), "the view of an annotation").get("fid_list"), "fid_list")
    names = []
    for fid in fids:
        file = as_object(files.get(str(fid)), "the file of a view")
        location = file.get("src") if file.get("loc") in _STORED_BY_URI else None
        names.append(location or file.get("fname"))
    return _only_video(names)


def _read_csv(path: Path) -> tuple[dict[str, Attribute], list[Entry], list[Reject]]:
    definitions = next((line for line, _ in text_lines(path) if line.startswith(_ATTRIBUTES)), _ATTRIBUTES + "{}")
    try:
        attributes = _attributes(as_object(json.loads(definitions[len(_ATTRIBUTES) :]), "# ATTRIBUTE"))
    except (ValueError, RecursionError) as error:
        raise BadValueError(Reason.FILE_MALFORMED, f"the line '# ATTRIBUTE': {error}"[:300], definitions) from None
    entries: list[Entry] = []

    def gather(values: list[str], source: Source) -> Iterator[Record]:
        video = ""
        try:
            if len(values) not in (5, 6):
                message = f"{len(values)} fields; 6 or 5 are expected"
                raise BadValueError(Reason.ROW_MALFORMED, message, ",".join(values))
            video = _only_video(_json(values[1]))
            if len(values) == 6:
                times, place = _json(values[3]), _json(values[4])
            else:
                times, place = [values[2], values[3]], []
            entries.append(_entry(source, video, times, place, _json(values[-1])))
        except BadValueError as error:
            yield error.as_reject(source, video)

    rejects = [record for record in records_of_csv(path, gather, comment="#") if isinstance(record, Reject)]
    return attributes, entries, rejects


def _entry(source: Source, video: str, times: Any, place: Any, values: Any) -> Entry:
    answers = as_object(values, "the attributes")
    texts = {str(name): parse_text(value, "an attribute") for name, value in answers.items()}
    return Entry(source, video, read_times(times), read_place(place), texts)


def _attributes(definitions: Mapping[str, Any]) -> dict[str, Attribute]:
    attributes = {}
    for key, definition in definitions.items():
        definition = as_object(definition, "an attribute", Reason.FILE_MALFORMED)
        options = definition.get("options")
        names = options.items() if isinstance(options, dict) else ()
        attributes[key] = Attribute(
            name=parse_text(definition.get("aname"), "aname"),
            options={option: parse_text(name, "an option") for option, name in names},
        )
    return attributes


def _only_video(locations: Any) -> str:
    locations = as_list(locations, "the list of files")
    if len(locations) != 1:
        raise BadValueError(Reason.ROW_MALFORMED, f"it annotates {len(locations)} files together", locations)
    name = file_name(parse_text(locations[0], "the file"))
    if not name:
        raise BadValueError(Reason.ROW_MALFORMED, "it names no file", locations)
    return name


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadValueError(Reason.ROW_MALFORMED, "a field is not JSON", text) from None


VIA = Reader(
    read_via,
    detects=lambda sample: any(find(sample.head) for find in (_COLUMNS.search, _PROJECT.match, _OF_IMAGES.match)),
)
