"""The quality of a model beyond its scores by class, for the report. Pure: no files, no TensorFlow."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from components.evaluator.confusion import ConfusionMatrix
from components.reporter.bootstrap import GroupIntervals
from foundation.statistics import Interval, wilson_interval
from models.metadata import VALUE_PREFIX

if TYPE_CHECKING:  # a real import would load TFMA
    from components.evaluator.results import SliceMetrics

# Classes and groups have tables of their own.
_SHOWN_ELSEWHERE = ("label", "group")


class SliceRow(NamedTuple):
    value: str
    num_clips: int
    accuracy: float
    interval: Interval | None


class SplitFigures(NamedTuple):
    """A number of all clips: on the test split and, if it was evaluated, on the train split."""

    name: str
    test: float
    train: float | None


@dataclass(frozen=True)
class Quality:
    """Measurements of a model.

    Attributes:
      confidence: of all intervals.
      group_intervals: by resampling groups.
      reliability: for each bin of confidence the number of clips, their mean confidence and the share of right answers.
      slices: by feature, the slice with the most clips first.
    """

    confidence: float = 0.95
    group_intervals: GroupIntervals | None = None
    reliability: tuple[tuple[float, float, float], ...] = ()
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
        matrix = self.train_matrix
        return matrix.recall(label) if matrix and label in matrix.classes else None

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
    """Group slices by their feature, the slice with the most clips first; the intervals of accuracy are Wilson's."""
    tables: dict[str, list[SliceRow]] = defaultdict(list)
    for entry in slices:
        if entry.feature not in _SHOWN_ELSEWHERE:
            interval = wilson_interval(round(entry.accuracy * entry.num_clips), entry.num_clips, confidence)
            title = re.sub(rf"\b{VALUE_PREFIX}", "", entry.feature).replace("label", "class")
            tables[title].append(SliceRow(entry.value, entry.num_clips, entry.accuracy, interval))
    return {title: tuple(sorted(rows, key=lambda row: -row.num_clips)) for title, rows in tables.items()}
