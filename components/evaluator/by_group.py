"""Answers of a model by group: whoever or whatever clips show in common. Clips of one group resemble each other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from foundation.beta_binomial import Counts


class GroupRow(NamedTuple):
    """Of one class in one group: how many of its clips there are, how many were found, and how many were taken for it."""

    group: int
    examples: int
    hits: int
    predictions: int


@dataclass(frozen=True)
class GroupAnswers:
    """Answers of a model: for each class a row for each group that has something to say of it; `group` counts `groups`."""

    groups: tuple[str, ...]
    rows: Mapping[str, tuple[GroupRow, ...]]

    @staticmethod
    def of(entries: Mapping[str, Iterable[tuple[int, int, int]]], classes: Sequence[str]) -> "GroupAnswers":
        """From the entries of each group's confusion matrix: class id, the id that was answered, and the number of clips."""
        rows: dict[str, list[GroupRow]] = defaultdict(list)
        for number, group in enumerate(sorted(entries)):
            counts: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])  # examples, hits, predictions
            for actual, predicted, num_clips in entries[group]:
                counts[actual][0] += num_clips
                counts[actual][1] += num_clips * (actual == predicted)
                counts[predicted][2] += num_clips
            for class_id in sorted(counts):
                rows[classes[class_id]].append(GroupRow(number, *counts[class_id]))
        return GroupAnswers(tuple(sorted(entries)), {label: tuple(found) for label, found in rows.items()})

    def recall(self, label: str) -> Counts:
        """Found clips of a class, and all of its clips, by group."""
        return _counts((row.hits, row.examples) for row in self.rows.get(label, ()))

    def false_alarms(self, label: str) -> Counts:
        """Clips of other classes that were taken for a class, and all clips of other classes, by group."""
        alarms, others = np.zeros(len(self.groups), np.int64), self._num_clips.copy()
        for row in self.rows.get(label, ()):
            alarms[row.group] = row.predictions - row.hits
            others[row.group] -= row.examples
        return _counts(np.stack([alarms, others], axis=1))

    def accuracy(self) -> Counts:
        """Right answers and clips by group."""
        hits = np.zeros(len(self.groups), np.int64)
        for row in (row for rows in self.rows.values() for row in rows):
            hits[row.group] += row.hits
        return _counts(np.stack([hits, self._num_clips], axis=1))

    @cached_property
    def _num_clips(self) -> npt.NDArray[np.int64]:
        counts = np.zeros(len(self.groups), np.int64)
        for row in (row for rows in self.rows.values() for row in rows):
            counts[row.group] += row.examples
        return counts

    def matrices(self, labels: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Found clips and all clips: int64 [num_labels, num_groups] each."""
        hits, examples = np.zeros((2, len(labels), len(self.groups)), np.int64)
        for number, label in enumerate(labels):
            for row in self.rows.get(label, ()):
                hits[number, row.group], examples[number, row.group] = row.hits, row.examples
        return hits, examples

    def as_json(self) -> dict[str, Any]:
        return {"groups": self.groups, "rows": self.rows}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "GroupAnswers":
        """The inverse of `as_json`."""
        rows = {label: tuple(GroupRow(*row) for row in found) for label, found in value["rows"].items()}
        return GroupAnswers(tuple(value["groups"]), rows)


def _counts(pairs: Iterable[Sequence[int]] | npt.NDArray[np.int64]) -> Counts:
    """From (hits, trials) of each group."""
    array = np.array(pairs if isinstance(pairs, np.ndarray) else list(pairs), np.float64).reshape(-1, 2)
    return Counts(*array[array[:, 1] > 0].T)
