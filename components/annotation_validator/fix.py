"""What checks suggest, done: segments as they would stand in a corrected table."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from components.annotation_validator.checks.catalogue import CHECKS
from components.annotation_validator.checks.check import Check, Fix
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.decided import Decided
from components.annotation_validator.findings import Finding
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import VideoMeasures
from components.annotation_validator.inputs.segments import CheckedSegment
from components.annotation_validator.runner import run_checks
from components.annotations.records.record import Segment, Source, TimeUnit

# What one correction uncovers the next round corrects; each leaves fewer.
_MOST_ROUNDS = 10
_ROW = "row"
_UNDECIDED = Decided()


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
        deleted = {change.source for change in self.changes if change.field == _ROW}
        records = []
        for original in originals:
            segment_id = ids.get(_key(original, original.label or inputs.background_label))
            if segment_id is None:
                records += [original] if original.source not in deleted else []
            elif segment_id in self.segments:
                record = self.segments[segment_id].record
                is_negative = original.is_negative and record.label == inputs.background_label
                records.append(replace(record, label="", is_negative=True) if is_negative else record)
        return records


def fix(
    inputs: CheckInputs,
    config: ChecksConfig,
    checks: Sequence[Check] = CHECKS,
    with_unsafe: bool = False,
    decided: Decided = _UNDECIDED,
) -> Fixed:
    """Do what the checks suggest, and look again, until nothing more is suggested; not where people accepted what was found.

    Where two suggestions differ about the same field of a row, that of the earlier check counts. Unsafe suggestions are
    done as they were first made, if at all: what follows from them nobody has looked at. Times are seconds.
    """
    safe = [check for check in checks if check.fix is Fix.SAFE]
    wanted = [check for check in checks if check.fix is not Fix.NONE] if with_unsafe else safe
    first = decided.reported(run_checks(inputs, config, wanted))
    current, changes = inputs, list(_repeated_rows(first))
    for number in range(_MOST_ROUNDS):
        suggestions = _suggestions(decided.reported(run_checks(current, config, safe)) if number else first)
        kept: list[CheckedSegment] = []
        found: list[Change] = []
        moved: set[str] = set()
        for segment in current.segments:
            source, edits = segment.record.source, suggestions.get(segment.id, {})
            if "delete" in edits:
                found.append(Change(source, segment.video, edits["delete"][0], _ROW, segment.label, None))
                continue
            edited = segment
            for field, (check, value) in edits.items():
                before = getattr(edited, field)
                candidate = _edited(edited, field, value)
                if before != value and candidate:
                    found.append(Change(source, segment.video, check, field, before, value))
                    edited = candidate
            kept.append(edited)
            if (edited.start_seconds, edited.end_seconds) != (segment.start_seconds, segment.end_seconds):
                moved.add(segment.id)
        if not found:
            break
        changes += found
        current = replace(current, segments=tuple(kept), measures=_without(current.measures, moved))
    return Fixed({segment.id: segment for segment in current.segments}, tuple(changes))


def unsafe_suggestions(findings: Iterable[Finding]) -> Counter[str]:
    """How many suggestions somebody has to look at before they are done, by check."""
    unsafe = {check.id for check in CHECKS if check.fix is Fix.UNSAFE}
    named = (each for each in findings if each.check in unsafe)
    return Counter(each.check for each in named for place in each.places if place.suggestion)


def _repeated_rows(findings: Iterable[Finding]) -> Iterable[Change]:
    """Deletions of rows that are no segments of their own, since an earlier row says the same."""
    for finding in findings:
        for place in finding.places:
            if place.suggestion and place.suggestion.delete and not place.segment_id and place.source:
                yield Change(place.source, place.video, finding.check, _ROW, place.label, None)


def _suggestions(findings: Iterable[Finding]) -> dict[str, dict[str, tuple[str, Any]]]:
    """By segment id and field of the suggestion: the check that comes first, and its value."""
    suggestions: dict[str, dict[str, tuple[str, Any]]] = defaultdict(dict)
    for finding in findings:
        for place in finding.places:
            fields = vars(place.suggestion) if place.suggestion and place.segment_id else {}
            for field, value in fields.items():
                if value is not None and value is not False:
                    suggestions[place.segment_id].setdefault(field, (finding.check, value))
    return suggestions


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


def _without(measures: Mapping[str, VideoMeasures], moved: Container[str]) -> Mapping[str, VideoMeasures]:
    """The measures without those of segments whose bounds were moved: they are of other frames."""
    return {
        video: replace(each, segments={id_: own for id_, own in each.segments.items() if id_ not in moved})
        for video, each in measures.items()
    }


def _key(record: Segment, label: str) -> tuple[Any, ...]:
    return (record.source, record.start, record.end, label)
