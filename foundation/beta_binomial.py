"""The beta-binomial model on a grid: mean rates of several classes and the likeness of a group's clips. Pure.

A class is answered rightly at some mean rate; each group (person, place, source) has a rate of its own, which scatters about
the mean by a beta distribution (Skellam 1948; Williams 1975 for litters, which are our groups). How far it scatters is the
intra-class correlation: 0 where groups do not differ, 1 where a group's clips are right all together or not at all. Hits and
misses of one class say little about it, those of all classes together much more; so there is one for all of them. What is
unknown is few numbers, so their posterior is summed over a grid (Gelman et al., Bayesian Data Analysis, 3rd ed., 5.3).
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy

Floats = npt.NDArray[np.float64]

# Finer where it is small: with a hundred clips a group, a correlation of 0.01 halves what they say.
CORRELATIONS: Floats = np.array(
    [0, 0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
)
_FEWEST_POINTS, _MOST_POINTS = 200, 2000
# How far classes scatter around their common rate, as half a clip of the rarer kind, right or wrong, says it.
_SCATTER = 0.5
# How probable it is that groups do not differ at all.
_NONE_AT_ALL = 0.03
# Groups do not really scatter by a beta distribution, and a model at its bar should be shown in less than one case of a
# hundred. So for verdicts clips count a little less (Miller and Dunson, Robust Bayesian Inference via Coarsening, 2019).
BELIEF = 0.75


class Counts(NamedTuple):
    """Right answers and clips of each group: float64 [num_groups] each, whole numbers. Groups without clips are left out."""

    hits: Floats
    trials: Floats


class Prior(NamedTuple):
    """Parameters of the beta distribution that a class's mean rate has before anything is measured."""

    hits: float
    misses: float


class Posterior(NamedTuple):
    """What is known of a class's mean rate, for each correlation on the grid.

    Attributes:
      log_prior: float64 [num_points].
      log_likelihood: float64 [num_correlations, num_points].
      correlation_weights: probability of each correlation, float64 [num_correlations].
    """

    log_prior: Floats
    log_likelihood: Floats
    correlation_weights: Floats

    def probabilities(self, times: float = 1) -> Floats:
        """Probability of each rate on the grid, had the same been seen `times` as often: float64 [num_points]."""
        likelihood = times * BELIEF * self.log_likelihood
        return np.asarray(self.correlation_weights @ normalised(self.log_prior + likelihood))

    @property
    def rates(self) -> Floats:
        return np.asarray(np.sin(angles(len(self.log_prior))) ** 2)


def fit(counts: Sequence[Counts], priors: Sequence[Prior], share_of_its_own: float) -> list[Posterior]:
    """Learn the mean rate of each class, which has a prior of its own, and how alike the clips of a group are.

    For the correlation the classes' rates count as scattered around their common mean (empirical Bayes; Casella 1985). By
    priors that take any rate for as probable, many classes of few groups each would feign a correlation that is not there.

    Args:
      share_of_its_own: how probable it is, before, that a class's clips are more or less alike than those of the others.
    """
    if not counts:
        return []
    num_trials = [float(each.trials.sum()) for each in counts]
    num_points = _num_points(max(num_trials))
    log_likelihoods = _log_likelihoods(counts, num_points)
    common = (sum(float(each.hits.sum()) for each in counts) + 0.5) / (sum(num_trials) + 1)
    scatter = _SCATTER / min(common, 1 - common)
    around_common = _log_density(Prior(scatter * common, scatter * (1 - common)), num_points)
    evidence = scipy.special.logsumexp(around_common + log_likelihoods, axis=2)  # [num_classes, num_correlations]
    weights = _correlation_weights(evidence, _correlation_log_prior(counts), share_of_its_own)
    return [
        Posterior(_log_density(prior, num_points), likelihood, row)
        for likelihood, prior, row in zip(log_likelihoods, priors, weights, strict=True)
    ]


def _correlation_weights(evidence: Floats, log_prior: Floats, share_of_its_own: float) -> Floats:
    """For each class, probability of each correlation: float64 [num_classes, num_correlations], as is `evidence`.

    Classes may have the same one, so that the others' groups say what it is. A class may have one of its own, which
    shows where its own groups speak against the others'.
    """
    of_others = normalised(log_prior + evidence.sum(axis=0) - evidence)
    expected = (1 - share_of_its_own) * of_others + share_of_its_own * normalised(log_prior)
    return normalised(np.log(expected) + evidence)


def _correlation_log_prior(counts: Sequence[Counts]) -> Floats:
    """Flat over the logarithm of the design effect, by which the variance grows; or there is no correlation at all."""
    trials = np.concatenate([each.trials for each in counts])
    size = float((trials**2).sum() / trials.sum()) if trials.size else 1.0
    flat = np.gradient(CORRELATIONS) / (1 + (size - 1) * CORRELATIONS)
    return np.asarray(np.log((1 - _NONE_AT_ALL) * flat / flat.sum() + _NONE_AT_ALL * (CORRELATIONS == 0)))


def angles(num_points: int) -> Floats:
    """The rates on a grid of so many points are squares of the sines of these, which makes it as fine as rates are known."""
    return np.asarray((np.arange(num_points) + 0.5) * np.pi / 2 / num_points, np.float64)


def normalised(logarithms: Floats) -> Floats:
    """Probabilities that are proportional to exp(`logarithms`), along the last axis."""
    values = np.exp(logarithms - logarithms.max(axis=-1, keepdims=True))
    return np.asarray(values / values.sum(axis=-1, keepdims=True))


def _log_density(prior: Prior, num_points: int) -> Floats:
    """Logarithm of a prior's density over the grid."""
    # The density of sin² of an angle brings one sine and one cosine.
    sines, cosines = np.log(np.sin(angles(num_points))), np.log(np.cos(angles(num_points)))
    density = (2 * prior.hits - 1) * sines + (2 * prior.misses - 1) * cosines
    return np.asarray(density - scipy.special.logsumexp(density))


def _num_points(num_trials: float) -> int:
    """As many that a step is half the standard deviation of the angle: 1 / (2 sqrt(n)) whatever the rate is."""
    return int(np.clip(2 * np.pi * np.sqrt(num_trials), _FEWEST_POINTS, _MOST_POINTS))


def _log_likelihoods(counts: Sequence[Counts], num_points: int) -> Floats:
    """Of each class, correlation and rate: float64 [num_classes, num_correlations, num_points]."""
    hits = _summed([each.hits for each in counts], num_points)
    # The rates on the grid are symmetric about a half, so misses are hits from the other end.
    misses = _summed([each.trials - each.hits for each in counts], num_points)[:, :, ::-1]
    trials = np.array([_log_rising(np.ones(1), each.trials).sum(axis=0)[:, 0] for each in counts])
    return np.asarray(hits + misses - trials[:, :, None])


def _summed(numbers: Sequence[Floats], num_points: int) -> Floats:
    """The terms of all groups of each class: float64 [num_classes, num_correlations, num_points]."""
    different, inverse = np.unique(np.concatenate([np.zeros(0), *numbers]), return_inverse=True)
    class_ids = np.repeat(np.arange(len(numbers)), [len(each) for each in numbers])
    times = np.zeros((len(numbers), len(different)))
    np.add.at(times, (class_ids, inverse), 1)
    terms = [_terms(int(number), num_points).ravel() for number in different]
    shape = (len(numbers), len(CORRELATIONS), num_points)
    return np.asarray((times @ np.array(terms)).reshape(shape)) if terms else np.zeros(shape)


@lru_cache(maxsize=128)
def _terms(number: int, num_points: int) -> Floats:
    """Log-likelihood of so many hits in a group, up to what the rate does not change: [num_correlations, num_points]."""
    return np.asarray(_log_rising(np.square(np.sin(angles(num_points))), np.array([float(number)]))[0])


def _log_rising(rates: Floats, numbers: Floats) -> Floats:
    """log of the product of rate * (1 - correlation) + i * correlation for i below each number.

    The beta-binomial's probability is a quotient of such products; so written it includes a correlation of 0, which is the
    binomial's. float64 [num_numbers, num_correlations, num_rates].
    """
    numbers = numbers[:, None, None]
    correlations = CORRELATIONS[1:, None]
    scaled = rates * (1 - correlations) / correlations
    alike = numbers * np.log(correlations) + scipy.special.gammaln(scaled + numbers) - scipy.special.gammaln(scaled)
    return np.concatenate([numbers * np.log(rates), alike], axis=1)
