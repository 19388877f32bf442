"""Models of known quality, and what they answer on test clips of people whose clips are alike."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy
from numpy.random import Generator

from foundation.beta_binomial import Counts, Floats

GOOD = 0.9


class Cell(NamedTuple):
    """A test split.

    Attributes:
      clips: of each class.
      clips_per_person: of one class.
      correlation: of right and wrong answers on clips of one person and class.
      is_shared: each person shows every class; otherwise each shows one.
    """

    num_classes: int
    clips: int
    clips_per_person: int
    correlation: float
    is_shared: bool

    @property
    def trials(self) -> Floats:
        """Clips of each class and person: float64 [num_classes, num_people]."""
        whole, rest = divmod(self.clips, self.clips_per_person)
        people = np.array([self.clips_per_person] * whole + [rest] * (rest > 0), np.float64)
        if self.is_shared:
            return np.tile(people, (self.num_classes, 1))
        return np.kron(np.eye(self.num_classes), people)


class Quality(NamedTuple):
    """How good a model truly is.

    Attributes:
      recalls: float64 [num_classes].
      confusion: where wrong answers go: float64 [num_classes, num_classes], rows sum to 1.
    """

    recalls: Floats
    confusion: Floats

    @property
    def precisions(self) -> Floats:
        taken = np.diag(self.recalls) + (1 - self.recalls)[:, None] * self.confusion
        return np.asarray(self.recalls / taken.sum(axis=0))


def good(num_classes: int) -> Quality:
    return Quality(np.full(num_classes, GOOD), _spread(num_classes))


def with_recall(num_classes: int, recall: float) -> Quality:
    """The first class is found so rarely."""
    quality = good(num_classes)
    quality.recalls[0] = recall
    return quality


def with_precision(num_classes: int, precision: float) -> Quality:
    """Clips of all other classes are taken for the first one so often that this is its precision."""
    others = num_classes - 1
    alarms = GOOD * (1 - precision) / precision / others
    recalls = np.full(num_classes, min(GOOD, 1 - alarms))
    recalls[0] = GOOD
    share = min(1.0, alarms / (1 - recalls[1]))
    confusion = _spread(num_classes)
    confusion[1:] *= (1 - share) / (1 - confusion[1:, :1])
    confusion[1:, 0] = share
    return Quality(recalls, confusion)


def person_rates(generator: Generator, cell: Cell, recalls: Floats) -> Floats:
    """How often each class of each person is found: float64 [num_classes, num_people]."""
    means = np.repeat(recalls[:, None], cell.trials.shape[1], axis=1)
    if cell.correlation == 0:
        return means
    alike = (1 - cell.correlation) / cell.correlation
    return generator.beta(means * alike, (1 - means) * alike)


def same_people(rates: Floats, cell: Cell, before: float, after: float) -> Floats:
    """Rates of a worse model to which the same people are difficult: those of one class, float64 [num_people]."""
    if cell.correlation == 0:
        return np.full_like(rates, after)
    alike = (1 - cell.correlation) / cell.correlation
    ranks = scipy.special.betainc(before * alike, (1 - before) * alike, rates)
    return np.asarray(scipy.special.betaincinv(after * alike, (1 - after) * alike, ranks))


def answers(generator: Generator, cell: Cell, rates: Floats, confusion: Floats) -> Floats:
    """A confusion matrix for each person: float64 [num_people, num_classes (true), num_classes (taken for)]."""
    trials = cell.trials.astype(np.int64)
    hits = generator.binomial(trials, rates)
    wrong = generator.multinomial(trials - hits, confusion[:, None, :])  # [num_classes, num_people, num_classes]
    own = np.arange(cell.num_classes)
    wrong[own, :, own] += hits
    return wrong.transpose(1, 0, 2).astype(np.float64)


def _spread(num_classes: int) -> Floats:
    return (1 - np.eye(num_classes)) / (num_classes - 1)


def found_and_false_alarms(matrices: Floats, classes: Sequence[str]) -> tuple[dict[str, Counts], dict[str, Counts]]:
    """By class and group the clips that were found, and the false alarms: what recall and precision are weighed by.

    Args:
      matrices: a confusion matrix for each group: float64 [num_groups, num_classes (true), num_classes (taken for)].
    """
    own = matrices.sum(axis=2)
    hits = np.diagonal(matrices, axis1=1, axis2=2)
    alarms = matrices.sum(axis=1) - hits
    others = own.sum(axis=1, keepdims=True) - own
    found, false_alarms = (
        {label: Counts(part[all_[:, i] > 0, i], all_[all_[:, i] > 0, i]) for i, label in enumerate(classes)}
        for part, all_ in ((hits, own), (alarms, others))
    )
    return found, false_alarms
