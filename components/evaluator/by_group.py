"""Answers of a model by group: whoever or whatever clips show in common. Clips of one group resemble each other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from components.evaluator.confusion import Entry
from foundation.beta_binomial import Counts


class GroupRow(NamedTuple):
    """Of one class in one group: how many of its clips there are, how many were found, and how many were taken for it.

    `unknown`: of how many it is not known whether they are of the class.
    """

    group: int
    examples: int
    hits: int
    predictions: int
    unknown: int = 0


class GroupClips(NamedTuple):
    """All clips of a group, and those whose answer is exactly their labels."""

    num_clips: int
    num_right: int


@dataclass(frozen=True)
class GroupAnswers:
    """Answers of a model: for each class a row for each group that has something to say of it; `group` counts `groups`.

    `of_sets`: of each of the `groups`, where a clip has several labels; with one label it follows from the rows.
    """

    groups: tuple[str, ...]
    rows: Mapping[str, tuple[GroupRow, ...]]
    of_sets: tuple[GroupClips, ...] | None = None

    @staticmethod
    def of(
        entries: Mapping[str, Iterable[Entry]], classes: Sequence[str], *, has_several_labels: bool
    ) -> "GroupAnswers":
        """From the clips of each group; one that has none of `classes` is left out."""
        rows: dict[str, list[GroupRow]] = defaultdict(list)
        of_sets = []
        for number, group in enumerate(sorted(entries)):
            counts: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])  # as in a GroupRow
            of_group = [0, 0]
            for labels, answer, num_clips, unknown in (entry for entry in entries[group] if entry.labels):
                of_group[0] += num_clips
                of_group[1] += num_clips * (labels == answer)
                for label in labels:
                    counts[label][0] += num_clips
                    counts[label][1] += num_clips * (label in answer)
                for chosen in answer:
                    counts[chosen][2] += num_clips
                for of_none in unknown:
                    counts[of_none][3] += num_clips
            of_sets.append(GroupClips(*of_group))
            for class_id in sorted(counts):
                rows[classes[class_id]].append(GroupRow(number, *counts[class_id]))
        return GroupAnswers(
            tuple(sorted(entries)),
            {label: tuple(found) for label, found in rows.items()},
            tuple(of_sets) if has_several_labels else None,
        )

    def recall(self, label: str) -> Counts:
        """Found clips of a class, and all of its clips, by group."""
        return _counts((row.hits, row.examples) for row in self.rows.get(label, ()))

    def false_alarms(self, label: str) -> Counts:
        """Clips that have not a class and were taken for it, and all clips that have it not, by group."""
        alarms, others = np.zeros(len(self.groups), np.int64), self._num_clips.copy()
        for row in self.rows.get(label, ()):
            alarms[row.group] = row.predictions - row.hits
            others[row.group] -= row.examples + row.unknown
        return _counts(np.stack([alarms, others], axis=1))

    def accuracy(self) -> Counts:
        """Right answers and clips by group."""
        return _counts(np.stack(self.totals(), axis=1))

    def totals(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Right answers and clips of each group: int64 [num_groups] each."""
        if self.of_sets is not None:
            num_clips, num_right = np.array(self.of_sets, np.int64).reshape(-1, 2).T
            return num_right, num_clips
        hits, num_clips = np.zeros((2, len(self.groups)), np.int64)
        for row in (row for rows in self.rows.values() for row in rows):
            hits[row.group] += row.hits
            num_clips[row.group] += row.examples
        return hits, num_clips

    @cached_property
    def _num_clips(self) -> npt.NDArray[np.int64]:
        return self.totals()[1]

    def matrices(self, labels: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Found clips and all clips: int64 [num_labels, num_groups] each."""
        hits, examples = np.zeros((2, len(labels), len(self.groups)), np.int64)
        for number, label in enumerate(labels):
            for row in self.rows.get(label, ()):
                hits[number, row.group], examples[number, row.group] = row.hits, row.examples
        return hits, examples

    def as_json(self) -> dict[str, Any]:
        of_sets = {} if self.of_sets is None else {"group_clips": self.of_sets}
        # As short as they can be, and as earlier versions of clipgate read them.
        rows = {label: [row if row.unknown else row[:-1] for row in found] for label, found in self.rows.items()}
        return {"groups": self.groups, "rows": rows, **of_sets}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "GroupAnswers":
        """The inverse of `as_json`."""
        rows = {label: tuple(GroupRow(*row) for row in found) for label, found in value["rows"].items()}
        of_sets = value.get("group_clips")
        clips = None if of_sets is None else tuple(GroupClips(*each) for each in of_sets)
        return GroupAnswers(tuple(value["groups"]), rows, clips)


def _counts(pairs: Iterable[Sequence[int]] | npt.NDArray[np.int64]) -> Counts:
    """From (hits, trials) of each group."""
    array = np.array(pairs if isinstance(pairs, np.ndarray) else list(pairs), np.float64).reshape(-1, 2)
    return Counts(*array[array[:, 1] > 0].T)
