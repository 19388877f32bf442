"""The test clips that the model is most wrong about."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from components.reporter.data import MissedClip, Strip

if TYPE_CHECKING:  # importing them for real would bring TFMA along
    from components.evaluator.results import ClassMisses


def missed_clips(
    misses: Mapping[str, "ClassMisses"], strips: Mapping[str, Strip], classes: Sequence[str]
) -> dict[str, tuple[MissedClip, ...]]:
    """The misses of each class, the highest loss first; `strips` by segment id.

    What is confident is told by the thresholds of confident learning (Northcutt et al. 2021): a class's is the mean
    probability that its own clips get.
    """
    thresholds = {label: found.mean_own for label, found in misses.items()}

    def is_confident(label: str, probability: float) -> bool:
        threshold = thresholds.get(label)
        return threshold is not None and probability >= threshold

    return {
        label: tuple(
            MissedClip(
                strips[miss.segment_id],
                classes[miss.chosen],
                miss.probability,
                miss.own,
                is_confident(classes[miss.chosen], miss.probability),
            )
            for miss in found.misses
            if miss.segment_id in strips
        )
        for label, found in misses.items()
        if found.misses
    }
