"""What a model's answers on few groups of clips are evidence of: rates, and whether a bar is shown or refuted. Pure.

A bar is what is not acceptable. So not the measured rate is held against it, but the probability that the true one, over all
groups there might be, lies below it. `foundation.beta_binomial` says how that is found.

Precision is no rate of that kind: how many clips of a person are taken for a class depends on the model, and people who do not
show the class only ever count as misses, which would look as if clips of a person were all alike. It is put together from two
that are: the share of the class's clips that was found, and the share of the other classes' clips that was taken for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

import numpy as np

from foundation.beta_binomial import BELIEF, CORRELATIONS, Counts, Floats, Posterior, Prior, fit
from foundation.statistics import Interval

# Below this, how groups scatter is guessed more than measured.
FEWEST_GROUPS = 6

RATE_PRIOR = Prior(1, 1)

# Verdicts are careful, intervals nearly what the model says: counts are whole, and at some numbers of clips it says too little.
_BELIEF_OF_INTERVALS = 0.95

# How probable it is that one class's correlation is not that of the others. Wrong answers of a person scatter over few classes
# or many: false alarms are alike in one class and single in another.
_OWN_OF_RATES, _OWN_OF_ALARMS = 0.05, 0.2


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
      share: what part of the answers counts: less than 1 where they come from several models, which differ.
    """

    num_hits: int
    num_trials: int
    num_groups: int
    rate: Posterior
    false_alarms: Posterior | None = None
    odds: float = 1
    share: float = 1

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
        return self._probability_of_more_alarms(self.rate.rates * self.odds * (1 - bar) / bar, times)

    def interval(self, confidence: float) -> Interval | None:
        """Ends that the true rate lies between with a probability of `confidence`; None where groups are too few."""
        return self._between(self._probability_below_by_model, confidence)

    def f1_interval(self, confidence: float) -> Interval | None:
        """As `interval`, of the F1 score: the harmonic mean of the share that is found and of this precision."""
        return self._between(self._f1_below_by_model, confidence) if self.false_alarms else None

    def _between(self, below: Callable[[float], float], confidence: float) -> Interval | None:
        if self.num_groups < FEWEST_GROUPS:
            return None
        ends = ((1 - confidence) / 2, (1 + confidence) / 2)
        return Interval(*(_quantile(below, end) for end in ends))

    def _f1_below_by_model(self, score: float) -> float:
        rates = self.rate.rates
        most = self.odds * (2 * rates / max(score, 1e-9) - rates - 1)
        return self._probability_of_more_alarms(most, _BELIEF_OF_INTERVALS / BELIEF)

    def _probability_of_more_alarms(self, most: Floats, times: float) -> float:
        """That false alarms are more than `most`: float64 [num_points], one for each rate of found clips."""
        found, alarms = self._cumulative(times)
        return float(np.diff(found) @ (1 - _below(alarms, np.clip(most, 0, 1))))

    def covers(self, rate: float, confidence: float) -> bool:
        """Tell whether the interval would hold this rate, without looking for its ends."""
        return abs(2 * self._probability_below_by_model(rate) - 1) <= confidence

    def _probability_below_by_model(self, rate: float) -> float:
        return self.probability_below(rate, _BELIEF_OF_INTERVALS / BELIEF)

    @cached_property
    def _known(self) -> dict[float, tuple[Floats, Floats]]:
        return {}

    def _cumulative(self, times: float) -> tuple[Floats, Floats]:
        """Of the rate and of false alarms: probability that it is below each edge of the grid."""
        if times not in self._known:
            alarms, counted = self.false_alarms or self.rate, times * self.share
            self._known[times] = _cumulative(self.rate, counted), _cumulative(alarms, counted)
        return self._known[times]


def rate_evidence(counts: Mapping[str, Counts]) -> dict[str, RateEvidence]:
    """Evidence of each class's rate, with one correlation for all of them. For recall, or with a single key for accuracy."""
    posteriors = fit(list(counts.values()), [RATE_PRIOR] * len(counts), _OWN_OF_RATES)
    return {
        label: RateEvidence(int(each.hits.sum()), int(each.trials.sum()), len(each.trials), posterior)
        for (label, each), posterior in zip(counts.items(), posteriors, strict=True)
    }


def precision_evidence(
    recalls: Mapping[str, RateEvidence], false_alarms: Mapping[str, Counts]
) -> dict[str, RateEvidence]:
    """Evidence of each class's precision, were the classes as frequent as in the test.

    Args:
      recalls: of the class's own clips, the share that was taken for it: see `rate_evidence`.
      false_alarms: of the other classes' clips: those that were taken for it. A hit is a false alarm.
    """
    odds = {
        label: recall.num_trials / max(1, float(false_alarms[label].trials.sum())) for label, recall in recalls.items()
    }
    # As many false alarms as there are clips of the class are what is expected before, whatever the number of classes.
    priors = [Prior(1, 1 / max(odds[label], 1e-6)) for label in recalls]
    posteriors = fit([false_alarms[label] for label in recalls], priors, _OWN_OF_ALARMS)
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


def _cumulative(posterior: Posterior, times: float) -> Floats:
    return np.concatenate([np.zeros(1), np.cumsum(posterior.probabilities(times))])


def _below(cumulative: Floats, rates: Floats) -> Floats:
    edges = np.linspace(0, np.pi / 2, len(cumulative))
    return np.interp(np.arcsin(np.sqrt(rates)), edges, cumulative)


def mean_interval(hits: Floats, trials: Floats, confidence: float, share: float = 1) -> Interval | None:
    """Interval of the mean of all classes' rates, such as macro recall; None where groups are too few.

    It is the interval of accuracy, which knows how alike the clips of a group are, of whatever classes; moved to the mean,
    and stretched as much as the mean varies more because of small classes (Kish, Survey Sampling, 1965). Both on the scale of
    angles, on which a rate varies as much wherever it is.

    Args:
      hits, trials: float64 [num_classes, num_groups] each; a group's classes are in one column.
      share: see RateEvidence, of accuracy.
    """
    trials, hits = trials[:, trials.any(axis=0)], hits[:, trials.any(axis=0)]
    trials, hits = trials[trials.any(axis=1)], hits[trials.any(axis=1)]
    if trials.shape[1] < FEWEST_GROUPS:
        return None
    (accuracy,) = rate_evidence({"": Counts(hits.sum(axis=0), trials.sum(axis=0))}).values()
    pooled = replace(accuracy, share=share).interval(confidence)
    if pooled is None:
        return None
    num_clips = trials.sum(axis=1, keepdims=True)
    mean = float((hits.sum(axis=1) / num_clips[:, 0]).mean())
    variances = [
        (1 - accuracy.correlation) * (weights**2 * trials).sum()
        + accuracy.correlation * ((weights * trials).sum(axis=0) ** 2).sum()
        for weights in (1 / (len(trials) * num_clips), np.full_like(num_clips, 1 / trials.sum()))
    ]
    stretch = float(np.sqrt(variances[0] / variances[1]))
    moved = [_angle(mean) + stretch * (_angle(end) - _angle(hits.sum() / trials.sum())) for end in pooled]
    return Interval(*(float(np.sin(np.clip(angle, 0, np.pi / 2)) ** 2) for angle in moved))


def _angle(rate: float) -> float:
    return float(np.arcsin(np.sqrt(rate)))


def _quantile(below: Callable[[float], float], probability: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < probability else (low, middle)
    return (low + high) / 2
