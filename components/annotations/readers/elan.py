"""ELAN's .eaf: XML with tiers of annotations, whose begin and end are time slots in milliseconds.

The label is the annotation's value. All time-aligned tiers are read, or the one that `data.label_field` names. An annotation
that refers to another one has the times of that one. A slot without a time lies somewhere between its neighbours, so an
annotation that begins or ends there is refused. The participant of a tier is the group. The video is the first media file
that is not audio; its TIME_ORIGIN is the time in the video at which the annotations' time 0 lies.

Source: https://www.mpi.nl/tools/elan/EAFv3.0.xsd; pympi/Elan.py of https://github.com/dopefishh/pympi.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

from components.annotations.readers.documents import xml_elements
from components.annotations.readers.exports import (
    exports_of,
    file_name,
    files_of_exports,
    head_of_exports,
    name_of_export,
)
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader
from components.annotations.readers.values import BadValueError, parse_number
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, FindBy, Record, Segment, Source

_FILES = "*.eaf"


class _Media(NamedTuple):
    video: str
    origin_milliseconds: float
    others: tuple[str, ...] = ()


class _Annotation(NamedTuple):
    """An annotation of a tier: with two time slots, or with the id of another annotation."""

    source: Source
    tier: str
    participant: str
    value: str
    slots: tuple[str, str] | None
    refers_to: str


@dataclass
class _Document:
    """The content of a file so far."""

    name: str
    media: _Media | None = None
    milliseconds: dict[str, str | None] = field(default_factory=dict)
    annotations: list[_Annotation] = field(default_factory=list)
    by_id: dict[str, _Annotation] = field(default_factory=dict)

    def add_tier(self, tier: Element) -> None:
        for element in tier.iterfind("ANNOTATION/*"):
            slots = (element.get("TIME_SLOT_REF1", ""), element.get("TIME_SLOT_REF2", ""))
            annotation = _Annotation(
                source=Source(self.name, len(self.annotations) + 1),
                tier=tier.get("TIER_ID", ""),
                participant=(tier.get("PARTICIPANT") or "").strip(),
                value=(element.findtext("ANNOTATION_VALUE") or "").strip(),
                slots=slots if element.tag == "ALIGNABLE_ANNOTATION" else None,
                refers_to=element.get("ANNOTATION_REF", ""),
            )
            self.annotations.append(annotation)
            self.by_id.setdefault(element.get("ANNOTATION_ID", ""), annotation)

    def times_of(self, annotation: _Annotation) -> tuple[float, float]:
        """Begin and end in seconds from the start of the video."""
        seen = set()
        while annotation.slots is None:
            seen.add(annotation.source)
            referred = self.by_id.get(annotation.refers_to)
            if referred is None or referred.source in seen:
                message = "it refers to no annotation that has a time"
                raise BadValueError(Reason.TIME_INVALID, message, annotation.refers_to)
            annotation = referred
        begin, end = (self._seconds(slot) for slot in annotation.slots)
        if end <= begin:
            raise BadValueError(Reason.END_BEFORE_START, f"ends at {end:g}, begins at {begin:g}", f"{begin}, {end}")
        return begin, end

    def _seconds(self, slot: str) -> float:
        if slot not in self.milliseconds:
            raise BadValueError(Reason.TIME_INVALID, "it names a time slot that the file does not have", slot)
        value = self.milliseconds[slot]
        if value is None:
            raise BadValueError(Reason.TIME_INVALID, "its begin or end is not aligned with the video in ELAN", slot)
        origin = self.media.origin_milliseconds if self.media else 0.0
        seconds = (parse_number(value, "a time slot", Reason.TIME_INVALID) + origin) / 1000
        if seconds < 0:
            raise BadValueError(Reason.TIME_INVALID, "the time is before the start of the video", value)
        return seconds


def read_elan(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    """Read a file or a folder of files; a record's row is the annotation's rank in its file."""
    tiers: set[str] = set()
    for file in exports_of(path, _FILES):
        document, problem = _Document(name_of_export(file, path)), None
        try:
            _gather(file, document)
        except BadValueError as error:
            problem = error.as_reject(Source(document.name, len(document.annotations) + 1))
        if document.media and document.media.others:
            yield _first_of_several(document.name, document.media)
        for annotation in document.annotations:
            tiers.add(annotation.tier)
            if annotation.tier == options.label_field or annotation.slots and not options.label_field:
                yield _to_record(annotation, document)
        if problem:
            yield problem
    options.check_label_field(tiers, f"{path} has no annotation in a tier")


def _first_of_several(name: str, media: _Media) -> Assumption:
    return Assumption(
        f"{name} shows {media.video} and {', '.join(media.others)[:200]}; its annotations are taken to be of the first",
        "If they are of another one, put that first in ELAN (Edit, Linked Files)",
    )


def _gather(file: Path, document: _Document) -> None:
    for element in xml_elements(file, frozenset({"HEADER", "TIME_SLOT", "TIER"})):
        if element.tag == "HEADER":
            document.media = _read_header(element)
        elif document.media is None:
            raise BadValueError(Reason.FILE_MALFORMED, "no <HEADER> before the times names the video", element.tag)
        elif element.tag == "TIME_SLOT":
            document.milliseconds[element.get("TIME_SLOT_ID", "")] = element.get("TIME_VALUE")
        else:
            document.add_tier(element)
    if document.media is None:
        raise BadValueError(Reason.FILE_MALFORMED, "no <HEADER>: not a file of ELAN", "")


def _read_header(header: Element) -> _Media:
    unit = header.get("TIME_UNITS", "milliseconds")
    if unit != "milliseconds":
        message = f"its times are in {unit}; save it in a current version of ELAN"
        raise BadValueError(Reason.FILE_MALFORMED, message, unit)
    found = []
    for media in header.findall("MEDIA_DESCRIPTOR"):
        if not media.get("MIME_TYPE", "").startswith("audio/"):
            location = media.get("MEDIA_URL") or media.get("RELATIVE_MEDIA_URL") or ""
            origin = parse_number(media.get("TIME_ORIGIN") or 0, "TIME_ORIGIN", Reason.FILE_MALFORMED)
            if file_name(location):
                found.append(_Media(file_name(location), origin))
    if found:
        return found[0]._replace(others=tuple(media.video for media in found[1:]))
    # Versions before 2.0 have an attribute instead.
    video = file_name(header.get("MEDIA_FILE", ""))
    if not video:
        raise BadValueError(Reason.FILE_MALFORMED, "it names no video: link one in ELAN (Edit, Linked Files)", "")
    return _Media(video, 0.0)


def _to_record(annotation: _Annotation, document: _Document) -> Record:
    video = document.media.video if document.media else ""
    try:
        begin, end = document.times_of(annotation)
        if not annotation.value:
            raise BadValueError(Reason.LABEL_MISSING, "the annotation is empty", "")
    except BadValueError as error:
        return error.as_reject(annotation.source, video, annotation.value)
    group = annotation.participant or None
    return Segment(video, annotation.value, annotation.source, begin, end, group=group, find_by=FindBy.NAME)


ELAN = Reader(
    read_elan,
    detects=lambda sample: "<ANNOTATION_DOCUMENT" in head_of_exports(sample, _FILES)[:4096],
    files=partial(files_of_exports, patterns=[_FILES]),
    reads_folders=True,
)
