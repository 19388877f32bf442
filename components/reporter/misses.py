"""The test clips that the model is most wrong about."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from components.reporter.data import MissedClip, Strip

if TYPE_CHECKING:  # a real import would load TFMA
    from components.evaluator.metrics.misses import Miss
    from components.evaluator.results import ClassMisses


NUM_SHOWN = 6

# Below this most labels that a model objects to are right: of a model that knows nothing, all.
_LEAST_MEAN_RECALL = 0.7


def missed_clips(
    misses: Mapping[str, "ClassMisses"],
    strips: Mapping[str, Strip],
    classes: Sequence[str],
    mean_recall: float | None,
    *,
    has_several_labels: bool,
) -> dict[str, tuple[MissedClip, ...]]:
    """The misses of each class of which there are strips, the highest loss first, and then its false alarms.

    `strips` are by segment id. A miss is confident by the thresholds of confident learning (Northcutt et al. 2021): the
    threshold of a class is its mean probability among its own clips. Where clips have several labels that decides of false
    alarms, and the mean among all other clips of misses. None is confident where the model's `mean_recall` is too low for
    its word to count.
    """
    can_tell = mean_recall is not None and mean_recall >= _LEAST_MEAN_RECALL

    def is_confident(miss: "Miss", found: "ClassMisses", is_false_alarm: bool) -> bool:
        if is_false_alarm:
            return found.mean_own is not None and miss.own >= found.mean_own
        if has_several_labels:
            return found.mean_other is not None and miss.own <= found.mean_other
        taken_for = misses.get(classes[miss.chosen[0]])
        return taken_for is not None and taken_for.mean_own is not None and miss.against >= taken_for.mean_own

    def missed_clip(miss: "Miss", found: "ClassMisses", is_false_alarm: bool) -> MissedClip:
        answer = tuple(classes[number] for number in miss.chosen)
        may_be_right = can_tell and is_confident(miss, found, is_false_alarm)
        return MissedClip(strips[miss.segment_id], answer, miss.against, miss.own, may_be_right, is_false_alarm)

    return {
        label: tuple(
            missed_clip(miss, found, is_false_alarm)
            for listed, is_false_alarm in ((found.misses, False), (found.false_alarms, True))
            for miss in listed
            if miss.segment_id in strips
        )
        for label, found in misses.items()
        if found.misses or found.false_alarms
    }
