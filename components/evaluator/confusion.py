"""Confusion matrices with the rates that follow from them, and counts for two models on the same clips."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple


class Entry(NamedTuple):
    """The ids of clips' classes, those of the classes in the answer, and how many such clips there are.

    `unknown`: of classes of which it is not known whether the clips have them; none of them is in the answer. Where a clip has
    one label each has one id.
    """

    labels: tuple[int, ...]
    answer: tuple[int, ...]
    num_clips: int
    unknown: tuple[int, ...] = ()


class Totals(NamedTuple):
    """What cannot be seen in pairs of classes where clips have several labels.

    Attributes:
      num_right: clips whose answer is exactly their labels, as far as these are known.
      num_of_majority: clips of the most frequent set of labels.
      examples, predictions: by class, clips that have it and clips that were given it.
    """

    num_clips: int
    num_right: int
    num_of_majority: int
    examples: tuple[int, ...]
    predictions: tuple[int, ...]

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Totals":
        """The inverse of `_asdict`."""
        num_clips, num_right, num_of_majority, *by_class = (value[name] for name in Totals._fields)
        return Totals(num_clips, num_right, num_of_majority, *map(tuple, by_class))


class ConfusionMatrix(NamedTuple):
    """`counts[i][j]` is the number of test clips that have class i and were given class j. Unknown labels are not counted.

    `of_sets`: None where a clip has one label, since all of it follows from `counts` then. With several labels a clip is in
    several of these, and how often classes were given together is what `counts` says.
    """

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    of_sets: Totals | None = None

    @staticmethod
    def of(entries: Iterable[Entry], classes: Sequence[str], *, has_several_labels: bool) -> "ConfusionMatrix":
        """From clips with one label, or with several each; one that has none of `classes` is left out."""
        counts = [[0] * len(classes) for _ in classes]
        examples, predictions = [0] * len(classes), [0] * len(classes)
        sets: Counter[tuple[int, ...]] = Counter()
        num_right = 0
        for labels, answer, num_clips, _ in entries:
            if not labels:
                continue
            sets[labels] += num_clips
            num_right += num_clips * (labels == answer)
            for chosen in answer:
                predictions[chosen] += num_clips
            for label in labels:
                examples[label] += num_clips
                for chosen in answer:
                    counts[label][chosen] += num_clips
        totals = Totals(sets.total(), num_right, max(sets.values(), default=0), tuple(examples), tuple(predictions))
        of_sets = totals if has_several_labels else None
        return ConfusionMatrix(tuple(classes), tuple(map(tuple, counts)), of_sets)

    @property
    def has_several_labels(self) -> bool:
        return self.of_sets is not None

    @property
    def totals(self) -> Totals:
        """Numbers of clips, whether they have one label or several."""
        if self.of_sets:
            return self.of_sets
        examples = tuple(map(sum, self.counts))
        num_right = sum(self.counts[i][i] for i in range(len(self.classes)))
        predictions = tuple(map(sum, zip(*self.counts, strict=True)))
        return Totals(sum(examples), num_right, max(examples, default=0), examples, predictions)

    @property
    def num_clips(self) -> int:
        return self.totals.num_clips

    @property
    def num_right(self) -> int:
        """Clips whose answer is exactly what they are."""
        return self.totals.num_right

    @property
    def accuracy(self) -> float | None:
        """Share of clips taken for exactly what they are; None without clips."""
        return self.num_right / self.num_clips if self.num_clips else None

    @property
    def majority_share(self) -> float | None:
        """Share of the most frequent class, or set of labels: the accuracy of the best constant answer; None without clips."""
        return self.totals.num_of_majority / self.num_clips if self.num_clips else None

    def examples(self, label: str) -> int:
        """Number of clips of a class."""
        return self.totals.examples[self.classes.index(label)]

    def predictions(self, label: str) -> int:
        """Number of clips taken for a class."""
        return self.totals.predictions[self.classes.index(label)]

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
        of_sets = {"of_sets": self.of_sets._asdict()} if self.of_sets else {}
        return {"classes": self.classes, "confusion_matrix": self.counts, **of_sets}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "ConfusionMatrix":
        """The inverse of `as_json`; other keys are ignored."""
        of_sets = value.get("of_sets")
        return ConfusionMatrix(
            tuple(value["classes"]),
            tuple(map(tuple, value["confusion_matrix"])),
            Totals.from_json(of_sets) if of_sets else None,
        )


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
