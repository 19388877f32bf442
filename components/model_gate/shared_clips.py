"""A candidate and the last pushed model on the clips that both have answers on folds of. Pure.

Neither answer is of a model that had seen the clip's group, whatever the pushed models have learned from.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import ConfusionMatrix, Entry, Pairing
from components.fold_trainer.answers import Answer
from components.model_gate.measurements import OnSharedClips


class SharedClips(NamedTuple):
    """Both models on the same clips; `pairings` by class."""

    candidate: OnSharedClips
    baseline: ConfusionMatrix
    baseline_groups: GroupAnswers
    pairings: Mapping[str, Pairing]


def on_shared_clips(
    answers: Iterable[Answer],
    classes: Sequence[str],
    served: Mapping[str, Sequence[int]],
    classes_before: Sequence[str],
) -> SharedClips | None:
    """Pair the candidate's answers with those of the last pushed model; None if they have no clip in common.

    Args:
      served: the ids of the classes that were chosen, among `classes_before`, by clip.
    """
    shared = [each for each in answers if each.clip in served and not set(each.labels).isdisjoint(classes)]
    if not shared:
        return None
    has_several_labels = any(each.thresholds for each in shared)
    now = [_chosen(each, {classes[number] for number in each.chosen}) for each in shared]
    before = [_chosen(each, {classes_before[number] for number in served[each.clip]}) for each in shared]
    pairs: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for one, other in zip(now, before, strict=True):
        for label in one.labels:
            pairs[label][2 * (label not in one.chosen) + (label not in other.chosen)] += 1
    return SharedClips(
        OnSharedClips(*_measured(now, classes, has_several_labels)),
        *_measured(before, classes_before, has_several_labels),
        {label: Pairing(*counts) for label, counts in pairs.items() if label in classes_before},
    )


class _Chosen(NamedTuple):
    """What was chosen for a clip of a group, by name.

    `known`: the labels of which it is known whether it has them; None: all.
    """

    group: str
    labels: tuple[str, ...]
    chosen: set[str]
    known: set[str] | None


def _chosen(answer: Answer, chosen: set[str]) -> _Chosen:
    known = {*answer.known_labels, *answer.labels} if answer.known_labels else None
    return _Chosen(answer.group, answer.labels, chosen if known is None else chosen & known, known)


def _measured(
    clips: Iterable[_Chosen], classes: Sequence[str], has_several_labels: bool
) -> tuple[ConfusionMatrix, GroupAnswers]:
    """Counts of clips; one that has none of `classes` is left out."""
    entries: dict[str, list[Entry]] = defaultdict(list)
    for group, labels, chosen, known in clips:
        unknown = () if known is None else [label for label in classes if label not in known]
        entries[group].append(Entry(_ids(labels, classes), _ids(chosen, classes), 1, _ids(unknown, classes)))
    of_all = [entry for of_group in entries.values() for entry in of_group]
    return (
        ConfusionMatrix.of(of_all, classes, has_several_labels=has_several_labels),
        GroupAnswers.of(entries, classes, has_several_labels=has_several_labels),
    )


def _ids(labels: Container[str], classes: Sequence[str]) -> tuple[int, ...]:
    return tuple(number for number, label in enumerate(classes) if label in labels)
