"""Records as what is quick to write and to read again, where there are too many to hold them in memory.

Most fields of most rows are as the class says, so that they need not be written; and a dictionary of texts and numbers costs a
fifth of what an object of a class does.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from components.annotations.records.record import Record, Reject, Segment, Source
from foundation.large import Packing

PackedSegment = Mapping[str, Any]
Packed = PackedSegment | Reject
_DEFAULTS = {field.name: field.default for field in fields(Segment)}


def packed_segment(segment: Segment) -> PackedSegment:
    """What `unpacked_segment` makes this segment of."""
    state = segment.__dict__
    if len(state) == len(_DEFAULTS):
        state = {name: value for name, value in state.items() if value is not _DEFAULTS[name]}
    # What was packed before has no more than it needs.
    return {**state, "source": (segment.source.file, segment.source.row)}


def unpacked_segment(given: PackedSegment) -> Segment:
    """A segment that was packed; it was checked when it was made, and what is left out is an attribute of its class."""
    # Frozen classes are slow to call, and there are many rows.
    segment, source = object.__new__(Segment), object.__new__(Source)
    state = source.__dict__
    state["file"], state["row"] = given["source"]
    state = segment.__dict__
    state.update(given)
    state["source"] = source
    return segment


def _packed(record: Record) -> Packed:
    return record if isinstance(record, Reject) else packed_segment(record)


def _unpacked(given: Packed) -> Record:
    return given if isinstance(given, Reject) else unpacked_segment(given)


def _packed_all(segments: tuple[Segment, ...]) -> tuple[PackedSegment, ...]:
    return tuple(map(packed_segment, segments))


def _unpacked_all(given: tuple[PackedSegment, ...]) -> tuple[Segment, ...]:
    return tuple(map(unpacked_segment, given))


RECORDS: Packing[Record] = Packing(_packed, _unpacked)
SEGMENTS: Packing[tuple[Segment, ...]] = Packing(_packed_all, _unpacked_all)
