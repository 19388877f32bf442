"""What checks suggest, done: segments as they would stand in a corrected table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from components.annotation_validator.checks.finding import (
    Check,
    CheckedSegment,
    CheckInputs,
    Finding,
    Place,
    Suggestion,
    run_checks,
)
from components.annotation_validator.config import ChecksConfig
from components.annotations.records.record import Segment, Source, TimeUnit

if TYPE_CHECKING:
    from components.annotation_validator.checks.measures import VideoMeasures

# What one correction uncovers the next round corrects; each leaves fewer.
_MOST_ROUNDS = 10
_DELETE = "row"
_FIELDS = ("start_seconds", "end_seconds", "label", "group")


@dataclass(frozen=True)
class Change:
    """What was changed in a row, and the check that suggested it; `field` is 'row' where the row was deleted."""

    source: Source
    video: str
    check: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Fixed:
    """The corrected segments by id, and what was changed; an id that is gone was deleted."""

    segments: Mapping[str, CheckedSegment]
    changes: tuple[Change, ...]

    def records(self, originals: Iterable[Segment], inputs: CheckInputs) -> list[Segment]:
        """The originals with all changes; those that a run would leave out stay as they are, but for repeated rows.

        Args:
          originals: as they were read, in seconds; `inputs` were made of them.
        """
        ids = {_key(segment.record, segment.record.label): segment.id for segment in inputs.segments}
        deleted = {change.source for change in self.changes if change.field == _DELETE}
        records = []
        for original in originals:
            segment_id = ids.get(_key(original, original.label or inputs.background_label))
            if segment_id is None:
                records += [original] if original.source not in deleted else []
            elif segment_id in self.segments:
                record = self.segments[segment_id].record
                records.append(replace(record, label="", is_negative=True) if original.is_negative else record)
        return records


def fix(checks: Sequence[Check], inputs: CheckInputs, config: ChecksConfig) -> Fixed:
    """Do what the checks suggest, and look again, until nothing more is suggested.

    Where two suggestions differ about the same field of a row, that of the earlier check counts. Times are seconds.
    """
    current, changes = inputs, list(_repeated_rows(run_checks(checks, inputs, config)))
    for _ in range(_MOST_ROUNDS):
        suggestions = _suggestions(run_checks(checks, current, config))
        kept: list[CheckedSegment] = []
        found: list[Change] = []
        for segment in current.segments:
            edits = suggestions.get(segment.id, {})
            if _DELETE in edits:
                found.append(_change(segment, edits[_DELETE][0], _DELETE, segment.label, None))
                continue
            edited = segment
            for field, (check, value) in edits.items():
                before = getattr(edited, field)
                candidate = _edited(edited, field, value)
                if before != value and candidate:
                    found.append(_change(segment, check, field, before, value))
                    edited = candidate
            kept.append(edited)
        if not found:
            break
        changes += found
        current = replace(current, segments=tuple(kept), measures=_still_true(current, kept))
    return Fixed({segment.id: segment for segment in current.segments}, tuple(changes))


def _repeated_rows(findings: Iterable[Finding]) -> Iterable[Change]:
    """Deletions of rows that are no segments of their own, since an earlier row says the same."""
    for finding in findings:
        for place in finding.places:
            if place.suggestion and place.suggestion.delete and not place.segment_id and place.source:
                yield Change(place.source, place.video, finding.check, _DELETE, place.label, None)


def _suggestions(findings: Iterable[Finding]) -> dict[str, dict[str, tuple[str, Any]]]:
    """By segment id and field: the check that comes first, and its value."""
    suggestions: dict[str, dict[str, tuple[str, Any]]] = {}
    for finding in findings:
        for place in finding.places:
            for field, value in _fields(place, place.suggestion):
                suggestions.setdefault(place.segment_id, {}).setdefault(field, (finding.check, value))
    return suggestions


def _fields(place: Place, suggestion: Suggestion | None) -> Iterable[tuple[str, Any]]:
    if suggestion is None or not place.segment_id:
        return
    if suggestion.delete:
        yield _DELETE, None
    for field in _FIELDS:
        value = getattr(suggestion, field)
        if value is not None:
            yield field, value


def _edited(segment: CheckedSegment, field: str, value: Any) -> CheckedSegment | None:
    """The segment with another value; None where it would end before it starts."""
    record = segment.record
    if record.time_unit is not TimeUnit.SECONDS:
        raise ValueError("segments are corrected in seconds")
    if field == "label":
        return replace(segment, label=value, record=replace(record, label=value))
    if field == "group":
        return replace(segment, record=replace(record, group=value))
    start, end = (value, record.end) if field == "start_seconds" else (record.start, value)
    if end is not None and start >= end:
        return None
    return replace(segment, **{field: value}, record=replace(record, start=start, end=end))


def _still_true(inputs: CheckInputs, edited: Iterable[CheckedSegment]) -> "Mapping[str, VideoMeasures]":
    """The measures without those of segments whose bounds were moved: they are of other frames."""
    before = {segment.id: segment for segment in inputs.segments}
    moved = {
        segment.id
        for segment in edited
        if (segment.start_seconds, segment.end_seconds)
        != (before[segment.id].start_seconds, before[segment.id].end_seconds)
    }
    return {
        video: replace(measures, segments={key: each for key, each in measures.segments.items() if key not in moved})
        for video, measures in inputs.measures.items()
    }


def _change(segment: CheckedSegment, check: str, field: str, before: Any, after: Any) -> Change:
    return Change(segment.record.source, segment.video, check, field, before, after)


def _key(record: Segment, label: str) -> tuple[Any, ...]:
    return (record.source, record.start, record.end, label)
