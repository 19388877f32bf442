"""Confusion matrices with the rates that follow from them, and counts for two models on the same clips."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class ConfusionMatrix(NamedTuple):
    """`counts[i][j]` is the number of test clips of class i that were taken for class j. Unknown labels are not counted."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def num_clips(self) -> int:
        return sum(map(sum, self.counts))

    @property
    def num_right(self) -> int:
        return sum(self.counts[i][i] for i in range(len(self.classes)))

    @property
    def accuracy(self) -> float | None:
        """Share of clips taken for what they are; None without clips."""
        return self.num_right / self.num_clips if self.num_clips else None

    @property
    def majority_share(self) -> float | None:
        """Share of the most frequent class: the accuracy of the best constant answer; None without clips."""
        return max(map(sum, self.counts)) / self.num_clips if self.num_clips else None

    def examples(self, label: str) -> int:
        """Number of clips of a class."""
        return sum(self.counts[self.classes.index(label)])

    def predictions(self, label: str) -> int:
        """Number of clips taken for a class."""
        i = self.classes.index(label)
        return sum(row[i] for row in self.counts)

    def hits(self, label: str) -> int:
        """Number of a class's clips that were taken for it."""
        i = self.classes.index(label)
        return self.counts[i][i]

    def recall(self, label: str) -> float | None:
        """Share of a class's clips that were taken for it; None without clips."""
        return self.hits(label) / self.examples(label) if self.examples(label) else None

    @property
    def mean_recall(self) -> float | None:
        """Mean of the recalls of all classes that have clips; None without clips."""
        recalls = [recall for label in self.classes if (recall := self.recall(label)) is not None]
        return sum(recalls) / len(recalls) if recalls else None

    def precision(self, label: str) -> float | None:
        """Share of right ones among the clips taken for a class; 0 for a class that is never predicted, None without clips."""
        if not self.num_clips:
            return None
        return self.hits(label) / self.predictions(label) if self.predictions(label) else 0.0

    def f1(self, label: str) -> float | None:
        """Harmonic mean of precision and recall; None without clips."""
        precision, recall = self.precision(label), self.recall(label)
        if precision is None or recall is None:
            return None
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    def as_json(self) -> dict[str, Any]:
        return {"classes": self.classes, "confusion_matrix": self.counts}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "ConfusionMatrix":
        """The inverse of `as_json`; other keys are ignored."""
        return ConfusionMatrix(tuple(value["classes"]), tuple(map(tuple, value["confusion_matrix"])))


class Pairing(NamedTuple):
    """Counts for two models on the same clips: both were right, only the candidate, only the other, or neither."""

    both: int
    only_candidate: int
    only_other: int
    neither: int


class LostAnswers(NamedTuple):
    """How many clips were asked about, how many answers are of no use, and the first of these: (segment id, reason)."""

    num_clips: int
    num_lost: int
    examples: tuple[tuple[str, str], ...]

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "LostAnswers":
        return LostAnswers(value["num_clips"], value["num_lost"], tuple(map(tuple, value["examples"])))
