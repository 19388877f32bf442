"""ELAN's .eaf: XML with tiers of annotations, whose begin and end are time slots in milliseconds.

The label is the annotation's value. All time-aligned tiers are read, or the one that `data.label_field` names; an annotation
of a tier that refers to another one has the time of what it refers to. A slot without a time lies somewhere between its
neighbours; nobody said where, so that what begins or ends there is refused. The participant of a tier is the group. The video
is the first media file that is no sound; its TIME_ORIGIN says where in it the time 0 of the annotations is.

Source: https://www.mpi.nl/tools/elan/EAFv3.0.xsd; pympi/Elan.py of https://github.com/dopefishh/pympi.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
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
from components.annotations.readers.reader import Reader, Sample
from components.annotations.readers.values import BadValueError, parse_number
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Record, Segment, Source
from foundation.messages.errors import UserError

_FILES = "*.eaf"


@dataclass(frozen=True)
class _Media:
    video: str
    origin_milliseconds: float


@dataclass(frozen=True)
class _Annotation:
    """An annotation of a tier: with two time slots, or with another annotation that it refers to."""

    source: Source
    tier: str
    participant: str
    value: str
    slots: tuple[str, str] | None
    refers_to: str


@dataclass
class _Document:
    """What a file holds so far."""

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
        """Begin and end in seconds of the video."""
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


def read_elan(path: Path, options: ReaderOptions) -> Iterator[Record]:
    """Reads a file, or a folder of files; a record's row is the annotation's rank in its file."""
    tiers: set[str] = set()
    for file in exports_of(path, _FILES):
        document, problem = _Document(name_of_export(file, path)), None
        try:
            _gather(file, document)
        except BadValueError as error:
            problem = error.as_reject(Source(document.name, len(document.annotations) + 1))
        for annotation in document.annotations:
            tiers.add(annotation.tier)
            if annotation.tier == options.label_field or annotation.slots and not options.label_field:
                yield _to_record(annotation, document)
        if problem:
            yield problem
    if options.label_field and tiers and options.label_field not in tiers:
        found = ", ".join(sorted(tiers))[:500]
        raise UserError(f"data.label_field: {path} has no annotation in a tier {options.label_field!r}; found: {found}")


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
        raise BadValueError(
            Reason.FILE_MALFORMED, f"its times are in {unit}; save it in a current version of ELAN", unit
        )
    for media in header.findall("MEDIA_DESCRIPTOR"):
        if not media.get("MIME_TYPE", "").startswith("audio/"):
            location = media.get("MEDIA_URL") or media.get("RELATIVE_MEDIA_URL") or ""
            origin = parse_number(media.get("TIME_ORIGIN") or 0, "TIME_ORIGIN", Reason.FILE_MALFORMED)
            if file_name(location):
                return _Media(file_name(location), origin)
    # The attribute is what versions before 2.0 have.
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
    return Segment(
        video=video,
        label=annotation.value,
        source=annotation.source,
        start=begin,
        end=end,
        group=annotation.participant or None,
        find_by=FindBy.NAME,
    )


def _looks_like_elan(sample: Sample) -> bool:
    return "<ANNOTATION_DOCUMENT" in head_of_exports(sample, _FILES)[:4096]


ELAN = Reader(read_elan, _looks_like_elan, partial(files_of_exports, patterns=[_FILES]), reads_folders=True)
