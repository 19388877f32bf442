"""How a clip stands after what people have decided about it. Pure: decisions in, standings out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from components.annotation_validator.inputs.segments import CheckedSegment
from components.annotations.decisions.decision import Action, Decision


@dataclass(frozen=True)
class Standing:
    """A decided clip.

    Attributes:
      end_seconds: None: to the end of the video.
      actions: of all decisions that stand.
    """

    label: str
    group: str | None
    start_seconds: float
    end_seconds: float | None
    actions: frozenset[Action] = frozenset()


def find_standings(segments: Mapping[str, CheckedSegment], decisions: Iterable[Decision]) -> dict[str, Standing]:
    """Standings by segment id, of clips about which something is decided.

    Args:
      segments: by id.
      decisions: those that stand, in their order; see `components.annotations.decisions.standing.sort_out`.
    """
    standings: dict[str, Standing] = {}
    for decision in decisions:
        segment = segments.get(decision.segment.id) if decision.segment else None
        if segment is not None:
            standings[segment.id] = _after(standings.get(segment.id) or as_annotated(segment), decision)
    return standings


def as_annotated(segment: CheckedSegment) -> Standing:
    """How a clip stands about which nobody has decided anything."""
    return Standing(segment.label, segment.group, segment.start_seconds, segment.end_seconds)


def _after(before: Standing, decision: Decision) -> Standing:
    standing = replace(before, actions=before.actions | {decision.action})
    new = decision.new
    if decision.action is Action.RELABEL and isinstance(new, str):
        return replace(standing, label=new)
    if decision.action is Action.GROUP and not isinstance(new, tuple):
        return replace(standing, group=new)
    if decision.action is Action.BOUNDS and isinstance(new, tuple):
        return replace(standing, start_seconds=new[0], end_seconds=new[1])
    return standing
