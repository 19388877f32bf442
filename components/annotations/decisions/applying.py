"""Decisions, done: segments as they stand when people were heard. Pure."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from components.annotations.decisions.decision import CHANGES, Action, Decision
from components.annotations.decisions.standing import Standing, sort_out
from components.annotations.files.manifest import segment_id
from components.annotations.records.reasons import Problem
from components.annotations.records.record import FindBy, Record, Segment, Source, TimeUnit

_NAMES = {Action.RELABEL: "label", Action.BOUNDS: "bounds", Action.GROUP: "group"}


class Row(NamedTuple):
    """A row of the annotations in seconds, and the id by which decisions name it."""

    id: str
    segment: Segment


@dataclass(frozen=True)
class Change:
    """What was changed in a row, by whom and why, each on one line; `what` is `row` where it was taken out."""

    source: Source
    video: str
    what: str
    old: str
    new: str
    by: str
    why: str
    decision: str

    def __str__(self) -> str:
        reason = f": {self.why}" if self.why else ""
        return f"{self.source}: {self.video}: {self.what}: {self.old} → {self.new} ({self.by}{reason})"


@dataclass(frozen=True)
class Applied:
    """The segments when all was done, in their old order, and what became of each decision.

    Attributes:
      changes: of each row that is not as it was.
      log: which decisions stand.
    """

    segments: tuple[Segment, ...]
    changes: tuple[Change, ...]
    log: Standing

    @property
    def open(self) -> tuple[Decision, ...]:
        """Those by which somebody rejected a row, without saying what is right: it stays as it is."""
        return tuple(decision for decision in self.log.standing if decision.action is Action.REJECT)


def rows_of(
    records: Collection[Record],
    converted: Collection[Record],
    find: Callable[[str, FindBy], str | Problem],
    background_label: str = "",
) -> list[Row]:
    """The rows that could be read, with the ids that checks give them.

    Args:
      records: as they were read.
      converted: the same in seconds and with the paths of their videos, or a reject in their place.
      find: the path of the video that a record names.
      background_label: that of rows which state a negative, if the configuration has one.
    """
    rows = []
    for record, segment in zip(records, converted, strict=True):
        if isinstance(record, Segment) and isinstance(segment, Segment):
            found = find(record.video, record.find_by)
            if record.is_negative and background_label:
                record = replace(record, label=background_label, is_negative=False)
            rows.append(Row(segment_id(segment.video if isinstance(found, Problem) else found, record), segment))
    return rows


def apply(rows: Sequence[Row], decisions: Sequence[Decision], *, only_accepted: bool = False) -> Applied:
    """Do what was decided. Rows that say the same have one id, and are changed alike.

    Args:
      only_accepted: leave out rows that nobody has accepted or changed, as guesses of a model should be.

    Raises:
      ValueError: a row is not in seconds.
    """
    if any(row.segment.time_unit is not TimeUnit.SECONDS for row in rows):
        raise ValueError("decisions are applied to rows in seconds")
    groups: dict[str, set[str | None]] = defaultdict(set)
    for row in rows:
        groups[row.id].add(row.segment.group)
    log = sort_out(decisions, groups)
    by_row: dict[str, list[Decision]] = defaultdict(list)
    for decision in log.standing:
        if decision.segment and decision.action in CHANGES:
            by_row[decision.segment.id].append(decision)
    accepted = _accepted(log.standing)
    segments: list[Segment] = []
    changes: list[Change] = []
    for row in rows:
        if only_accepted and row.id not in accepted:
            continue
        changed, made = _decided(row.segment, by_row.get(row.id, ()))
        segments += [changed] if changed else []
        changes += made
    return Applied(tuple(segments), tuple(changes), log)


def _accepted(standing: Sequence[Decision]) -> frozenset[str]:
    """Ids of rows that somebody has said to be right, or has made right, and that nobody has rejected."""
    by_action: dict[Action, set[str]] = defaultdict(set)
    for decision in standing:
        if decision.segment:
            by_action[decision.action].add(decision.segment.id)
    looked_at = set().union(*(by_action[action] for action in (Action.ACCEPT, *CHANGES)))
    return frozenset(looked_at - by_action[Action.REJECT])


def _decided(segment: Segment, decisions: Sequence[Decision]) -> tuple[Segment | None, list[Change]]:
    """A row with what was decided about it, or None if it was taken out; and what is not as it was."""
    excluding = next((decision for decision in decisions if decision.action is Action.EXCLUDE), None)
    if excluding:
        span = f"{_seconds((segment.start, segment.end))} {segment.label!r}"
        return None, [_change(segment, excluding, "row", span, "taken out")]
    changed = segment
    changes = []
    for decision in decisions:
        before, changed = changed, _with(changed, decision)
        if changed != before:
            values = (_value(each, decision.action) for each in (before, changed))
            changes.append(_change(segment, decision, _NAMES[decision.action], *values))
    return changed, changes


def _with(segment: Segment, decision: Decision) -> Segment:
    new = decision.new
    if decision.action is Action.BOUNDS and isinstance(new, tuple):
        return replace(segment, start=new[0], end=new[1])
    if decision.action is Action.RELABEL and isinstance(new, str):
        return replace(segment, label=new, is_negative=False)
    if decision.action is Action.GROUP and not isinstance(new, tuple):
        return replace(segment, group=new)
    raise ValueError(f"it changes nothing: {decision}")


def _value(segment: Segment, action: Action) -> str:
    """What a row says of what an action changes, for people."""
    if action is Action.BOUNDS:
        return _seconds((segment.start, segment.end))
    if action is Action.GROUP:
        return repr(segment.group) if segment.group else "none"
    return repr(segment.label) if segment.label else "no action"


def _seconds(bounds: tuple[float, float | None]) -> str:
    return f"{bounds[0]:g} to {'the end' if bounds[1] is None else f'{bounds[1]:g} s'}"


def _change(segment: Segment, decision: Decision, what: str, old: str, new: str) -> Change:
    why = "".join(letter if letter.isprintable() else " " for letter in decision.why)
    return Change(segment.source, segment.video, what, old, new, decision.by, why, decision.id)
