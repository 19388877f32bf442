"""What the report says of the model's quality beyond each class. Pure: no files, no TensorFlow."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from components.evaluator.confusion import ConfusionMatrix
from components.reporter.bootstrap import GroupIntervals
from foundation.statistics import Interval, wilson_interval

if TYPE_CHECKING:  # importing it for real would bring TFMA along
    from components.evaluator.results import SliceMetrics

# These have a table of their own.
_SHOWN_ELSEWHERE = ("label", "group")


class ReliabilityBin(NamedTuple):
    """Clips of like confidence: their number, mean confidence, and share of right answers."""

    num_clips: float
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class SliceRow:
    """One part of the test split, with the interval of its accuracy."""

    value: str
    num_clips: int
    accuracy: float
    interval: Interval | None


@dataclass(frozen=True)
class SplitFigures:
    """One number of all clips for each of these names, on the test split and, where it was evaluated, on train."""

    name: str
    test: float
    train: float | None


@dataclass(frozen=True)
class Quality:
    """What was measured. `confidence`: of all intervals; `group_intervals`: by resampling groups."""

    confidence: float = 0.95
    group_intervals: GroupIntervals | None = None
    reliability: tuple[ReliabilityBin, ...] = ()
    overall: Mapping[str, float] = field(default_factory=dict)
    train_overall: Mapping[str, float] = field(default_factory=dict)
    train_matrix: ConfusionMatrix | None = None
    slices: Mapping[str, tuple[SliceRow, ...]] = field(default_factory=dict)

    @property
    def calibration_error(self) -> float | None:
        return self.overall.get("calibration_error")

    def interval(self, num_hits: int, num_trials: int) -> Interval | None:
        return wilson_interval(num_hits, num_trials, self.confidence)

    def f1_interval(self, label: str) -> Interval | None:
        return self.group_intervals.f1.get(label) if self.group_intervals else None

    def train_recall(self, label: str) -> float | None:
        """Of a class, on the split that the model learned from."""
        known = self.train_matrix is not None and label in self.train_matrix.classes
        return self.train_matrix.recall(label) if self.train_matrix and known else None

    @property
    def figures(self) -> tuple[SplitFigures, ...]:
        """Accuracy, top-k accuracies and the calibration error."""
        names = {"sparse_categorical_accuracy": "accuracy"}
        names |= {name: name.replace("_", " ") for name in self.overall if name.startswith("top_")}
        names |= {"calibration_error": "calibration error"}
        return tuple(
            SplitFigures(title, self.overall[name], self.train_overall.get(name))
            for name, title in names.items()
            if name in self.overall
        )


def slice_tables(slices: Iterable["SliceMetrics"], confidence: float) -> dict[str, tuple[SliceRow, ...]]:
    """The slices by their feature, each with the most clips first."""
    tables: dict[str, list[SliceRow]] = defaultdict(list)
    for entry in slices:
        if entry.feature not in _SHOWN_ELSEWHERE:
            interval = wilson_interval(round(entry.accuracy * entry.num_clips), entry.num_clips, confidence)
            title = entry.feature.removeprefix("range_").replace("label", "class")
            tables[title].append(SliceRow(entry.value, entry.num_clips, entry.accuracy, interval))
    return {title: tuple(sorted(rows, key=lambda row: -row.num_clips)) for title, rows in tables.items()}


def reliability_bins(bins: Sequence[tuple[float, float, float]]) -> tuple[ReliabilityBin, ...]:
    """As `components.evaluator.results.read_reliability` gives them."""
    return tuple(ReliabilityBin(*one) for one in bins)
