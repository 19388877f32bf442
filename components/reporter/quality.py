"""The quality of a model beyond its scores by class, for the report. Pure: no files, no TensorFlow."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from components.evaluator.confusion import ConfusionMatrix
from components.model_gate.weighing import Evidence
from foundation.evidence import RateEvidence
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
      evidence: what the answers by group are evidence of; None if they were not measured.
      mean_recall_interval: of the mean of all classes' recalls.
      reliability: for each bin of confidence the number of clips, their mean confidence and the share of right answers.
      slices: by feature, the slice with the most clips first.
      thresholds, average_precisions, calibration_errors: by class; see Measurements.
    """

    confidence: float = 0.95
    evidence: Evidence | None = None
    mean_recall_interval: Interval | None = None
    reliability: tuple[tuple[float, float, float], ...] = ()
    overall: Mapping[str, float] = field(default_factory=dict)
    train_overall: Mapping[str, float] = field(default_factory=dict)
    train_matrix: ConfusionMatrix | None = None
    slices: Mapping[str, tuple[SliceRow, ...]] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    average_precisions: Mapping[str, float] = field(default_factory=dict)
    calibration_errors: Mapping[str, float] = field(default_factory=dict)

    @property
    def calibration_error(self) -> float | None:
        return self.overall.get("calibration_error")

    def recall_interval(self, label: str, num_hits: int, num_trials: int) -> Interval | None:
        """None without clips, or of too few groups."""
        return self._interval(self.evidence and self.evidence.recall.get(label), num_hits, num_trials)

    def precision_interval(self, label: str, num_hits: int, num_trials: int) -> Interval | None:
        """None without clips, or of too few groups."""
        return self._interval(self.evidence and self.evidence.precision.get(label), num_hits, num_trials)

    def accuracy_interval(self, num_hits: int, num_trials: int) -> Interval | None:
        """None without clips, or of too few groups."""
        return self._interval(self.evidence and self.evidence.accuracy, num_hits, num_trials)

    def _interval(self, rate: RateEvidence | None, num_hits: int, num_trials: int) -> Interval | None:
        if rate is None:
            return wilson_interval(num_hits, num_trials, self.confidence)
        return rate.interval(self.confidence) if num_trials else None

    def f1_interval(self, label: str) -> Interval | None:
        """None where nothing was measured by group, or of too few groups."""
        precision = self.evidence.precision.get(label) if self.evidence else None
        return precision.f1_interval(self.confidence) if precision else None

    def train_recall(self, label: str) -> float | None:
        matrix = self.train_matrix
        return matrix.recall(label) if matrix and label in matrix.classes else None

    @property
    def figures(self) -> tuple[SplitFigures, ...]:
        """Mean average precision, accuracy, top-k accuracies and the calibration error, as far as they were measured."""
        names = {"mean_average_precision": "mean average precision"}
        names |= {"sparse_categorical_accuracy": "accuracy", "subset_accuracy": "exactly its labels"}
        names |= {name: name.replace("_", " ") for name in self.overall if name.startswith("top_")}
        names |= {"calibration_error": "calibration error"}
        return tuple(
            SplitFigures(title, self.overall[name], self.train_overall.get(name))
            for name, title in names.items()
            if name in self.overall
        )


def slice_tables(slices: Iterable["SliceMetrics"]) -> dict[str, tuple[SliceRow, ...]]:
    """Group slices by their feature, the slice with the most clips first."""
    tables: dict[str, list[SliceRow]] = defaultdict(list)
    for entry in slices:
        if entry.feature not in _SHOWN_ELSEWHERE:
            title = re.sub(rf"\b{VALUE_PREFIX}", "", entry.feature).replace("label", "class")
            tables[title].append(SliceRow(entry.value, entry.num_clips, entry.accuracy))
    return {title: tuple(sorted(rows, key=lambda row: -row.num_clips)) for title, rows in tables.items()}
