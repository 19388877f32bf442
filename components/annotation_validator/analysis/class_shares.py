"""Classes of two spans of annotated data: which came, which went, and how much there is of each."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from components.annotation_validator.analysis.distributions import SIGNIFICANCE, chance_of_moves, shares
from components.annotation_validator.findings import Found, Place, Scale, Severity, Unit
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import places
from foundation.messages.wording import counted


def find_changed_classes(inputs: CheckInputs, previous: CheckInputs) -> Iterable[Found]:
    """Classes that only one of two spans has. No chance is asked: without examples a class is not learned or tested."""
    labels, before = _labels(inputs, inputs), _labels(previous, inputs)
    for label in before:
        if label not in labels:
            segments = previous.by_label[label]
            yield _changed(
                Severity.WARNING,
                f"class {label!r} is gone: the previous span has {counted(len(segments), 'segment')} of it",
                "Annotate it, or train on both spans; if it was renamed, use one name; if it was given up, tell those who "
                "use the model.",
                len(segments) / len(previous.segments),
            )
    for label in labels:
        if label not in before:
            segments = inputs.by_label[label]
            yield _changed(
                Severity.NOTE,
                f"class {label!r} is new: {counted(len(segments), 'segment')}",
                "Look whether earlier videos show it too: there it was not annotated, and counts as something else.",
                len(segments) / len(inputs.segments),
                places(segments),
            )


def find_moved_shares(inputs: CheckInputs, previous: CheckInputs, bar: float, num_comparisons: int) -> Iterable[Found]:
    """Classes that have another share of the segments than before, by `bar` or more, and not by chance.

    The value is the L-infinity distance, the largest difference of a class's share: what TensorFlow Data Validation's
    drift comparator measures of categories.
    Shares are of the segments of those classes that both spans have: one that comes or goes makes no other class move.
    See `chance_of_moves` for the test; `num_comparisons` share the level of significance.
    """
    before = _labels(previous, inputs)
    labels = [label for label in _labels(inputs, inputs) if label in before]
    if len(labels) < 2:
        return
    now, then = _counts(inputs, labels), _counts(previous, labels)
    after, earlier = shares(now.sum(axis=0)), shares(then.sum(axis=0))  # [num_classes] each
    moves = after - earlier
    distance = float(np.abs(moves).max())
    # The test takes longer than all else.
    if distance < bar:
        return
    is_moved = (np.abs(moves) >= bar) & (chance_of_moves(now, then) <= SIGNIFICANCE / num_comparisons)
    if not is_moved.any():
        return
    listed = ", ".join(
        f"{labels[number]!r} from {earlier[number]:.0%} to {after[number]:.0%}"
        for number in np.argsort(-np.abs(moves), kind="stable")
        if is_moved[number]
    )
    grown = labels[int(moves.argmax())]
    yield Found(
        message=f"shares of the segments differ from the previous span: {listed}; L-infinity distance {distance:.2f} over "
        f"{len(now)} and {len(then)} groups",
        remedy="If the world changed, test on this span, class by class (gates.classes); else annotate more of what became "
        "rare, or set training.class_weights.",
        value=distance,
        places=_largest_groups_first(inputs, grown),
    )


def _labels(span: CheckInputs, inputs: CheckInputs) -> list[str]:
    """The classes of a span; not the background where a run of `inputs` takes its clips from unannotated time."""
    return [label for label in span.by_label if not (inputs.takes_background and inputs.is_background(label))]


def _counts(inputs: CheckInputs, labels: Sequence[str]) -> npt.NDArray[np.int64]:
    """Segments of each class in each group that has any of them: [num_groups, num_classes]."""
    columns = {label: number for number, label in enumerate(labels)}
    rows: dict[str, npt.NDArray[np.int64]] = {}
    for segment in inputs.segments:
        if segment.label in columns:
            group = inputs.cluster_of[segment.video]
            rows.setdefault(group, np.zeros(len(labels), np.int64))[columns[segment.label]] += 1
    return np.array(list(rows.values())).reshape(-1, len(labels))


def _largest_groups_first(inputs: CheckInputs, label: str) -> tuple[Place, ...]:
    """Segments of a class, those of the group that has most of them first."""
    groups: dict[str, list[Place]] = {}
    for segment in inputs.by_label[label]:
        groups.setdefault(inputs.cluster_of[segment.video], []).append(segment.place())
    return tuple(place for own in sorted(groups.values(), key=len, reverse=True) for place in own)


def _changed(severity: Severity, message: str, remedy: str, share: float, where: tuple[Place, ...] = ()) -> Found:
    return Found(message, remedy, share, where, severity, Scale(None, Unit.SHARE))
