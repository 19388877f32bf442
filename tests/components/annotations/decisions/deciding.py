"""Rows, and decisions about them."""

from itertools import count
from typing import Any

from components.annotations.decisions.applying import Row
from components.annotations.decisions.decision import Action, Decision, Target, new_decision
from components.annotations.files.manifest import segment_id
from components.annotations.records.record import Segment, Source

_ROWS = count(2)


def row(label: str = "wave", start: float = 1.0, end: float | None = 3.0, video: str = "a.mp4", **more: Any) -> Row:
    segment = Segment(video, label, Source("labels.csv", next(_ROWS)), start, end, **more)
    return Row(segment_id(video, segment), segment)


def target(of: Row) -> Target:
    segment = of.segment
    return Target(
        path=segment.video, start_seconds=segment.start, end_seconds=segment.end, label=segment.label, id=of.id
    )


def decide(action: Action, of: Row | None = None, **parts: Any) -> Decision:
    return new_decision(action, "ann", segment=target(of) if of else None, **parts)


def relabel(of: Row, label: str, **parts: Any) -> Decision:
    return decide(Action.RELABEL, of, old=of.segment.label, new=label, **parts)


def bounds(of: Row, start: float, end: float | None) -> Decision:
    return decide(Action.BOUNDS, of, old=(of.segment.start, of.segment.end), new=(start, end))


def regroup(of: Row, group: str | None, old: str | None = None) -> Decision:
    return decide(Action.GROUP, of, old=old, new=group)


def undo(decision: Decision) -> Decision:
    return new_decision(Action.UNDO, "bob", undoes=decision.id)
