"""What a model's answers on few groups of clips are evidence of: rates, and whether a bar is shown or refuted. Pure.

A bar is what is not acceptable. So not the measured rate is held against it, but the probability that the true one, over all
groups there might be, lies below it. `foundation.beta_binomial` says how that is found.

Precision is no rate of that kind: how many clips of a person are taken for a class depends on the model, and people who do not
show the class only ever count as misses, which would look as if clips of a person were all alike. It is put together from two
that are: the share of the class's clips that was found, and the share of the other classes' clips that was taken for it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
import scipy

from foundation.beta_binomial import CORRELATIONS, Counts, Floats, Posterior, Prior, fit
from foundation.statistics import Interval

# Below this, how groups scatter is guessed more than measured.
FEWEST_GROUPS = 6

RATE_PRIOR = Prior(1, 1)


class State(str, Enum):
    """Where a rule stands."""

    SHOWN = "shown"
    REFUTED = "refuted"
    OPEN = "open"


def state_of(probability_below: float, certainty: float, refuted_from: float = 0.95) -> State:
    """`probability_below`: that the true rate lies below the bar."""
    if probability_below <= 1 - certainty:
        return State.SHOWN
    return State.REFUTED if probability_below >= refuted_from else State.OPEN


def refuted_from(num_rules: int) -> float:
    """The probability from which one of several rules is refuted, so that one good model in twenty at most is by luck.

    Bonferroni's correction, since one refuted rule refutes the model. What shows a rule needs none: all must be shown.
    """
    return 1 - 0.05 / max(1, num_rules)


@dataclass(frozen=True)
class RateEvidence:
    """Evidence of a rate: recall, precision or accuracy.

    Attributes:
      num_hits, num_trials: right answers and clips, as people count them.
      num_groups: groups of which these clips are.
      rate: what is learned of the rate, or of the share of found clips if this is a precision.
      false_alarms: for precision: the share of other classes' clips that is taken for this class.
      odds: for precision: clips of the class to clips of other classes, in the test.
    """

    num_hits: int
    num_trials: int
    num_groups: int
    rate: Posterior
    false_alarms: Posterior | None = None
    odds: float = 1

    @property
    def correlation(self) -> float:
        """How alike the clips of one group are: the intra-class correlation, mean of what is probable."""
        return float(self.rate.correlation_weights @ CORRELATIONS)

    def probability_below(self, bar: float, times: float = 1) -> float:
        """Probability that the true rate is below `bar`, had the same been seen `times` as often."""
        if self.false_alarms is None:
            return float(_below(self._cumulative(times)[0], np.array([bar]))[0])
        if bar <= 0 or bar >= 1:
            return float(bar >= 1)
        found, alarms = self._cumulative(times)
        # Precision is below the bar where false alarms are more than this for each rate of found clips.
        most = self.rate.rates * self.odds * (1 - bar) / bar
        return float(np.diff(found) @ (1 - _below(alarms, np.minimum(most, 1))))

    def interval(self, confidence: float) -> Interval | None:
        """Ends that the true rate lies between with a probability of `confidence`; None where groups are too few."""
        if self.num_groups < FEWEST_GROUPS:
            return None
        ends = ((1 - confidence) / 2, (1 + confidence) / 2)
        return Interval(*(_quantile(self.probability_below, end) for end in ends))

    def _cumulative(self, times: float) -> tuple[Floats, Floats]:
        """Of the rate and of false alarms: probability that it is below each edge of the grid."""
        if times == 1:
            return self._measured
        return _cumulative(self.rate, times), _cumulative(self.false_alarms or self.rate, times)

    @cached_property
    def _measured(self) -> tuple[Floats, Floats]:
        return _cumulative(self.rate, 1), _cumulative(self.false_alarms or self.rate, 1)


def rate_evidence(counts: Mapping[str, Counts]) -> dict[str, RateEvidence]:
    """Evidence of each class's rate, with one correlation for all of them. For recall, or with a single key for accuracy."""
    posteriors = fit(list(counts.values()), [RATE_PRIOR] * len(counts))
    return {
        label: RateEvidence(int(each.hits.sum()), int(each.trials.sum()), len(each.trials), posterior)
        for (label, each), posterior in zip(counts.items(), posteriors, strict=True)
    }


def precision_evidence(found: Mapping[str, Counts], false_alarms: Mapping[str, Counts]) -> dict[str, RateEvidence]:
    """Evidence of each class's precision, were the classes as frequent as in the test.

    Args:
      found: of the class's own clips: those that were taken for it. As for recall.
      false_alarms: of the other classes' clips: those that were taken for it. A hit is a false alarm.
    """
    recalls = rate_evidence(found)
    odds = {
        label: recall.num_trials / max(1, float(false_alarms[label].trials.sum())) for label, recall in recalls.items()
    }
    # As many false alarms as there are clips of the class are what is expected before, whatever the number of classes.
    priors = [Prior(1, 1 / max(odds[label], 1e-6)) for label in found]
    posteriors = fit([false_alarms[label] for label in found], priors)
    return {
        label: RateEvidence(
            recall.num_hits,
            recall.num_hits + int(false_alarms[label].hits.sum()),
            recall.num_groups,
            recall.rate,
            posterior,
            odds[label],
        )
        for (label, recall), posterior in zip(recalls.items(), posteriors, strict=True)
    }


def found_and_false_alarms(matrices: Floats, classes: Sequence[str]) -> tuple[dict[str, Counts], dict[str, Counts]]:
    """Arguments for `precision_evidence`, of which the first is also `rate_evidence`'s for recall.

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


def _cumulative(posterior: Posterior, times: float) -> Floats:
    return np.concatenate([np.zeros(1), np.cumsum(posterior.probabilities(times))])


def _below(cumulative: Floats, rates: Floats) -> Floats:
    edges = np.linspace(0, np.pi / 2, len(cumulative))
    return np.interp(np.arcsin(np.sqrt(rates)), edges, cumulative)


def mean_interval(hits: Floats, trials: Floats, confidence: float) -> Interval | None:
    """Interval of the mean of all classes' rates, such as macro recall; None where groups are too few.

    Clips of a group are alike, of whatever classes they are. How alike they are, and so of how many single clips they tell as
    much, is learned from the groups' totals (the design effect; Kish, Survey Sampling, 1965); the mean is judged as a rate
    of so many.

    Args:
      hits, trials: float64 [num_classes, num_groups] each; a group's classes are in one column.
    """
    trials, hits = trials[:, trials.any(axis=0)], hits[:, trials.any(axis=0)]
    trials, hits = trials[trials.any(axis=1)], hits[trials.any(axis=1)]
    if trials.shape[1] < FEWEST_GROUPS:
        return None
    (posterior,) = fit([Counts(hits.sum(axis=0), trials.sum(axis=0))], [RATE_PRIOR])
    num_clips = trials.sum(axis=1, keepdims=True)
    mean = float((hits.sum(axis=1) / num_clips[:, 0]).mean())
    weights = 1 / (len(trials) * num_clips)
    alone = (weights**2 * trials).sum()
    together = ((weights * trials).sum(axis=0) ** 2).sum() - alone
    num_single = 1 / (alone + CORRELATIONS * max(together, 0))
    hits_and_misses = num_single * mean + 0.5, num_single * (1 - mean) + 0.5

    def below(rate: float) -> float:
        return float(posterior.correlation_weights @ scipy.special.betainc(*hits_and_misses, rate))

    return Interval(_quantile(below, (1 - confidence) / 2), _quantile(below, (1 + confidence) / 2))


def _quantile(below: Callable[[float], float], probability: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < probability else (low, middle)
    return (low + high) / 2
