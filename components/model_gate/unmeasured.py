"""Findings on what was not measured: clips that are in no count, and a comparison that nobody could make. Pure."""

from collections.abc import Iterable

from components.model_gate.config import GatesConfig
from components.model_gate.measurements import Measurements
from components.model_gate.verdict import RuleFinding
from foundation.evidence import State


def lost_answers(measured: Measurements) -> Iterable[RuleFinding]:
    """A finding if some test clip is in no count."""
    lost = measured.lost
    num_lost = lost.num_clips - measured.candidate.num_clips if lost else 0
    if lost and (num_lost or lost.num_lost):
        named = "; ".join(f"{clip}: {reason}" for clip, reason in lost.examples)
        detail = f"of {lost.num_clips} test clips; {named or 'the confusion matrix does not have them all'}"
        number = max(abs(num_lost), lost.num_lost)
        yield RuleFinding("lost_answers", "", number, 0, False, detail, "at most", State.REFUTED)


def not_compared(gates: GatesConfig, measured: Measurements) -> Iterable[RuleFinding]:
    """A finding if some class must not get worse, and nobody can tell whether it did."""
    bar = gates.strictest_bar("max_recall_drop")
    if measured.not_compared and bar is not None and bar < 1:
        detail = f"{measured.not_compared}; gates.max_recall_drop: 1 lets any drop through, and so this"
        yield RuleFinding("recall_drop", "", None, bar, False, detail, "at most", State.OPEN)
