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
) -> dict[str, tuple[MissedClip, ...]]:
    """The misses of each class of which there are strips, the highest loss first; `strips` by segment id.

    A miss is confident by the thresholds of confident learning (Northcutt et al. 2021): the threshold of a class is its mean
    probability among its own clips. None is where the model's `mean_recall` is too low for its word to count.
    """
    can_tell = mean_recall is not None and mean_recall >= _LEAST_MEAN_RECALL

    def missed_clip(miss: "Miss") -> MissedClip:
        taken_for = classes[miss.chosen]
        threshold = misses[taken_for].mean_own if taken_for in misses else None
        is_confident = can_tell and threshold is not None and miss.probability >= threshold
        return MissedClip(strips[miss.segment_id], taken_for, miss.probability, miss.own, is_confident)

    return {
        label: tuple(missed_clip(miss) for miss in found.misses if miss.segment_id in strips)
        for label, found in misses.items()
        if found.misses
    }
