"""A candidate and the last pushed model on the clips that both have answers on folds of. Pure.

Neither answer is of a model that had seen the clip's group, whatever the pushed models have learned from.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import ConfusionMatrix, Pairing
from components.fold_trainer.answers import Answer, chosen_class
from components.model_gate.measurements import OnSharedClips


class SharedClips(NamedTuple):
    """Both models on the same clips; `pairings` by class."""

    candidate: OnSharedClips
    baseline: ConfusionMatrix
    baseline_groups: GroupAnswers
    pairings: Mapping[str, Pairing]


def on_shared_clips(
    answers: Iterable[Answer], classes: Sequence[str], served: Mapping[str, int], classes_before: Sequence[str]
) -> SharedClips | None:
    """Pair the candidate's answers with those of the last pushed model; None if they have no clip in common.

    Args:
      served: the id of the class that was chosen, among `classes_before`, by clip.
    """
    shared = [answer for answer in answers if answer.clip in served and answer.label in classes]
    if not shared:
        return None
    now = [(each.group, each.label, classes[chosen_class(each.scores)]) for each in shared]
    before = [(each.group, each.label, classes_before[served[each.clip]]) for each in shared]
    pairs: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for (_, label, chosen), (_, _, chosen_before) in zip(now, before, strict=True):
        pairs[label][2 * (chosen != label) + (chosen_before != label)] += 1
    return SharedClips(
        OnSharedClips(*_measured(now, classes)),
        *_measured(before, classes_before),
        {label: Pairing(*counts) for label, counts in pairs.items() if label in classes_before},
    )


def _measured(chosen: Iterable[tuple[str, str, str]], classes: Sequence[str]) -> tuple[ConfusionMatrix, GroupAnswers]:
    """From group, label and chosen class of each clip; a clip whose label is none of `classes` is left out."""
    ids = {label: number for number, label in enumerate(classes)}
    counts = [[0] * len(classes) for _ in classes]
    entries: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for group, label, chosen_label in chosen:
        of_group = entries[group]
        if label in ids:
            counts[ids[label]][ids[chosen_label]] += 1
            of_group.append((ids[label], ids[chosen_label], 1))
    return ConfusionMatrix(tuple(classes), tuple(map(tuple, counts))), GroupAnswers.of(entries, classes)
