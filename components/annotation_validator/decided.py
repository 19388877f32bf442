"""What people decided about findings: those that somebody accepted are not reported again."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from components.annotation_validator.findings import Finding, Place
from components.annotation_validator.inputs.segments import CheckedSegment
from components.annotations.decisions.decision import Action, Decision
from components.annotations.decisions.standing import sort_out
from foundation.messages.wording import counted


@dataclass(frozen=True)
class Decided:
    """The decisions of a log that stand, and what follows for findings.

    Attributes:
      log: where they stand; None if there is no log.
      counts: of the decisions that stand, by action.
      num_stale: decisions about rows that are not there as they were.
      rows: accepted findings, by check and segment id.
      messages: accepted findings that concern no row, by check and message.
    """

    log: Path | None = None
    counts: Mapping[Action, int] = field(default_factory=dict)
    num_stale: int = 0
    rows: frozenset[tuple[str, str]] = frozenset()
    messages: frozenset[tuple[str, str]] = frozenset()

    def summary(self) -> str:
        """The log, and how many of its decisions stand, in words; it says nothing where there is no log."""
        listed = ", ".join(f"{action.value} {count}" for action, count in self.counts.items())
        number = counted(sum(self.counts.values()), "decision")
        stale = f"; of {self.num_stale} the row is not there as it was" if self.num_stale else ""
        return f"{self.log}: {number}{f' ({listed})' if listed else ''}{stale}" if self.log else ""

    def reported(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings without what was accepted: a finding is gone when all its rows are, else it has those that are left."""
        return [left for finding in findings if (left := self._left_of(finding))]

    def accepted(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that are not reported."""
        return [finding for finding in findings if self._left_of(finding) is None]

    def _left_of(self, finding: Finding) -> Finding | None:
        if (finding.check, finding.message) in self.messages:
            return None
        left = tuple(place for place in finding.places if not self._is_accepted(finding, place))
        num_accepted = len(finding.places) - len(left)
        if not num_accepted:
            return finding
        if not left:
            return None
        message = f"{finding.message} ({num_accepted} of {len(finding.places)} accepted)"
        return replace(finding, places=left, message=message)

    def _is_accepted(self, finding: Finding, place: Place) -> bool:
        return bool(place.segment_id) and (finding.check, place.segment_id) in self.rows


def decided_by(log: Path, decisions: Sequence[Decision], segments: Iterable[CheckedSegment]) -> Decided:
    """What the decisions of a log come to for these segments."""
    groups: dict[str, set[str | None]] = {}
    for segment in segments:
        groups.setdefault(segment.id, set()).add(segment.group)
    found = sort_out(decisions, groups)
    accepted = [
        (each.finding, each.segment) for each in found.standing if each.action is Action.ACCEPT and each.finding
    ]
    return Decided(
        log=log,
        counts=Counter(decision.action for decision in found.standing),
        num_stale=len(found.stale),
        rows=frozenset((finding.check, segment.id) for finding, segment in accepted if segment),
        messages=frozenset((finding.check, finding.about) for finding, segment in accepted if not segment),
    )
