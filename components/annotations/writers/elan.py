"""ELAN's .eaf: see `components.annotations.readers.elan`.

A tier for each group, whose participant it is; where annotations of it overlap, which a tier does not allow, another one.

Source: https://www.mpi.nl/tools/elan/EAFv3.0.xsd.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement

from components.annotations.writers.content import Content
from components.annotations.writers.writer import Part, Writer, if_open
from components.annotations.writers.xml_text import add, allowed, document

_TYPE = "actions"
_ROOT = {
    "AUTHOR": "",
    # A date has to be there; with one that stays, the same segments give the same file.
    "DATE": "2000-01-01T00:00:00+00:00",
    "FORMAT": "3.0",
    "VERSION": "3.0",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:noNamespaceSchemaLocation": "http://www.mpi.nl/tools/elan/EAFv3.0.xsd",
}
_MIME_TYPES = {".mp4": "video/mp4", ".mpg": "video/mpeg", ".mpeg": "video/mpeg", ".mov": "video/quicktime"}


class _Annotation(NamedTuple):
    """From `begin` to before `end`, in milliseconds."""

    begin: int
    end: int
    label: str


def write_elan(content: Content) -> str:
    """The text of the file of one video; segments have an end, or the video was looked at.

    Raises:
      UserError: XML cannot hold a label or a group.
    """
    (video,) = content.by_video
    root = Element("ANNOTATION_DOCUMENT", _ROOT)
    root.append(_header(video, content.folder))
    order = SubElement(root, "TIME_ORDER")
    tiers = _tiers(content)
    times = sorted((time, number) for number, time in enumerate(_times(tiers)))
    slots: dict[int, str] = {}
    for rank, (time, number) in enumerate(times, start=1):
        slots[number] = f"ts{rank}"
        SubElement(order, "TIME_SLOT", TIME_SLOT_ID=slots[number], TIME_VALUE=str(time))
    number = 0
    for name, (group, annotations) in tiers.items():
        tier = SubElement(root, "TIER", LINGUISTIC_TYPE_REF=_TYPE, TIER_ID=allowed(name))
        if group:
            tier.set("PARTICIPANT", allowed(group))
        for annotation in annotations:
            aligned = SubElement(
                SubElement(tier, "ANNOTATION"),
                "ALIGNABLE_ANNOTATION",
                ANNOTATION_ID=f"a{number // 2 + 1}",
                TIME_SLOT_REF1=slots[number],
                TIME_SLOT_REF2=slots[number + 1],
            )
            add(aligned, "ANNOTATION_VALUE", annotation.label)
            number += 2
    SubElement(root, "LINGUISTIC_TYPE", GRAPHIC_REFERENCES="false", LINGUISTIC_TYPE_ID=_TYPE, TIME_ALIGNABLE="true")
    return document(root)


def _header(video: str, folder: str) -> Element:
    header = Element("HEADER", MEDIA_FILE="", TIME_UNITS="milliseconds")
    path = PurePosixPath(video)
    place = quote(str(path), errors="backslashreplace")
    SubElement(
        header,
        "MEDIA_DESCRIPTOR",
        MEDIA_URL=f"file://{place}" if path.is_absolute() else f"{folder.removesuffix('/')}/{place}",
        RELATIVE_MEDIA_URL=f"./{allowed(path.name)}",
        MIME_TYPE=_MIME_TYPES.get(path.suffix.lower(), "video/*"),
    )
    return header


def _tiers(content: Content) -> dict[str, tuple[str | None, list[_Annotation]]]:
    """The annotations of each tier, which do not overlap, and its group."""
    by_group: dict[str | None, list[_Annotation]] = {}
    for segment in content.segments:
        begin, end = round(1000 * segment.start), round(1000 * content.end_of(segment))
        annotation = _Annotation(begin, max(begin + 1, end), segment.label)
        by_group.setdefault(segment.group, []).append(annotation)
    tiers: dict[str, tuple[str | None, list[_Annotation]]] = {}
    for group, annotations in by_group.items():
        for layer in _layers(annotations):
            name = f"{_TYPE} {group}" if group else _TYPE
            numbered = (f"{name} ({number})" if number > 1 else name for number in range(1, len(tiers) + 2))
            tiers[next(each for each in numbered if each not in tiers)] = (group, layer)
    return tiers


def _layers(annotations: Sequence[_Annotation]) -> list[list[_Annotation]]:
    """As few lists as it takes that those in one do not overlap."""
    layers: list[list[_Annotation]] = []
    for annotation in sorted(annotations):
        free = next((layer for layer in layers if layer[-1].end <= annotation.begin), None)
        if free is None:
            layers.append([annotation])
        else:
            free.append(annotation)
    return layers


def _times(tiers: dict[str, tuple[str | None, list[_Annotation]]]) -> list[int]:
    """Begin and end of all annotations, in the order of the tiers."""
    return [time for _, annotations in tiers.values() for each in annotations for time in (each.begin, each.end)]


ELAN = Writer(
    write_elan,
    suffix=".eaf",
    keeps=frozenset((Part.GROUP,)),
    needs_video=if_open,
    is_of_one_video=True,
)
