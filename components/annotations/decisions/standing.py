"""Which decisions of a log stand: those nobody took back, about rows as they are, and of several about one thing the last."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from components.annotations.decisions.decision import Action, Decision

_ASPECTS = {
    Action.ACCEPT: "verdict",
    Action.REJECT: "verdict",
    Action.RELABEL: "label",
    Action.BOUNDS: "bounds",
    Action.GROUP: "group",
    Action.EXCLUDE: "row",
}
# What is decided about: a row or a message, an aspect of it and, of verdicts, the check whose finding is judged.
Thing = tuple[str, str, str]


@dataclass(frozen=True)
class Standing:
    """Decisions by what became of them, each in the order of the log.

    Attributes:
      standing: those that count; a note always does.
      stale: the row is not there as it was when they were made.
      overridden: a later one about the same thing counts.
      undone: somebody took them back.
      aimless: undos of a decision that does not come before them.
    """

    standing: tuple[Decision, ...]
    stale: tuple[Decision, ...] = ()
    overridden: tuple[Decision, ...] = ()
    undone: tuple[Decision, ...] = ()
    aimless: tuple[Decision, ...] = ()


def sort_out(decisions: Sequence[Decision], groups: Mapping[str, AbstractSet[str | None]]) -> Standing:
    """Which decisions stand. To undo an undo brings back what that took back.

    Args:
      decisions: in the order in which they were made.
      groups: those of the rows as they are, by the rows' ids.
    """
    remaining, undone, aimless = _without_undone(decisions)
    fresh, stale = _without_stale(remaining, groups)
    last: dict[Thing, Decision] = {}
    for decision in fresh:
        thing = thing_of(decision)
        if thing:
            last[thing] = decision
    kept = {decision.id for decision in last.values()}
    return Standing(
        standing=tuple(each for each in fresh if thing_of(each) is None or each.id in kept),
        stale=tuple(stale),
        overridden=tuple(each for each in fresh if thing_of(each) is not None and each.id not in kept),
        undone=undone,
        aimless=aimless,
    )


def thing_of(decision: Decision) -> Thing | None:
    """What a decision is about; None for a note, beside which others stand."""
    aspect = _ASPECTS.get(decision.action)
    if aspect is None:
        return None
    finding = decision.finding
    about = decision.segment.id if decision.segment else f"finding {finding.about if finding else ''}"
    return about, aspect, finding.check if finding and aspect == "verdict" else ""


def _without_undone(
    decisions: Iterable[Decision],
) -> tuple[list[Decision], tuple[Decision, ...], tuple[Decision, ...]]:
    remaining: list[Decision] = []
    undone: list[Decision] = []
    # Undos that nobody took back, by what they take back; they come later in the log.
    pending: dict[str, list[Decision]] = {}
    for decision in reversed(list(decisions)):
        if pending.pop(decision.id, None):
            undone.append(decision)
        elif decision.undoes:
            pending.setdefault(decision.undoes, []).append(decision)
        else:
            remaining.append(decision)
    aimless = (undo for undos in pending.values() for undo in undos)
    return remaining[::-1], tuple(undone[::-1]), tuple(sorted(aimless, key=lambda undo: undo.at))


def _without_stale(
    decisions: Iterable[Decision], groups: Mapping[str, AbstractSet[str | None]]
) -> tuple[list[Decision], list[Decision]]:
    """Decisions about rows as they are, and the others.

    Label, times and boxes are part of a row's id. A group is not: what the row had has to be what it has, or what an earlier
    decision gave it.
    """
    fresh: list[Decision] = []
    stale: list[Decision] = []
    given: dict[str, set[str | None]] = {}
    for decision in decisions:
        row = decision.segment.id if decision.segment else None
        is_fresh = row is None or row in groups
        if row is not None and is_fresh and decision.action is Action.GROUP:
            known = given.setdefault(row, set(groups[row]))
            is_fresh = decision.old in known
            if is_fresh and not isinstance(decision.new, tuple):
                known.add(decision.new)
        (fresh if is_fresh else stale).append(decision)
    return fresh, stale
