"""How many clips, of how many groups, show what a bar asks for. Pure."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from foundation.beta_binomial import Counts, Floats
from foundation.evidence import RateEvidence, State, rate_evidence, state_of

_MOST_GROUPS = 1000
_NUM_DRAWS = 60
_SEED = 20240229


class Need(NamedTuple):
    """Clips of a class, and the groups (people, places, sources) that they are of."""

    num_clips: int
    num_groups: int


def groups_needed(evidence: RateEvidence, bar: float, certainty: float) -> int | None:
    """About how many further groups would show that the rate is not below `bar`, should they do as these.

    None: they would not, or it would take more than a thousand.
    """
    if not evidence.num_groups:
        return None

    def shows(num_further: int) -> bool:
        times = 1 + num_further / evidence.num_groups
        return state_of(evidence.probability_below(bar, times), certainty) is State.SHOWN

    return _smallest(shows, 0, _MOST_GROUPS)


def perfect_state(trials: Sequence[float] | Floats, bar: float, certainty: float, num_classes: int = 1) -> State:
    """Where even a model without a fault would stand; `trials`: clips of each group, in each of so many classes."""
    sizes = np.asarray(trials, np.float64)
    evidence = rate_evidence({str(number): Counts(sizes, sizes) for number in range(num_classes)})
    return state_of(evidence["0"].probability_below(bar), certainty)


def usual_size(sizes: Sequence[int]) -> int:
    """Clips of a usual group, by those of each; 1 if there is none."""
    return max(1, round(sum(sizes) / len(sizes))) if sizes else 1


@cache
def clips_needed(
    bar: float,
    certainty: float,
    *,
    rate: float = 0.9,
    correlation: float = 0.2,
    clips_per_group: int = 5,
    num_classes: int = 6,
    power: float = 0.95,
) -> Need | None:
    """What each class needs so that a model which is right at `rate` in all of them is shown to be, with `power`.

    Drawn from the model itself, always the same way. None: more than a thousand groups.
    """

    def shows(num_groups: int) -> bool:
        generator = np.random.default_rng(_SEED)
        trials = np.full(num_groups, float(clips_per_group))
        num_failed = 0
        for _ in range(_NUM_DRAWS):
            rates = _group_rates(generator, rate, correlation, (num_classes, num_groups))
            hits = generator.binomial(clips_per_group, rates).astype(np.float64)
            evidence = rate_evidence({str(number): Counts(row, trials) for number, row in enumerate(hits)})
            # The class with the fewest hits is the last to be shown.
            worst = min(evidence.values(), key=lambda each: each.num_hits)
            num_failed += state_of(worst.probability_below(bar), certainty) is not State.SHOWN
            if num_failed > (1 - power) * _NUM_DRAWS:
                return False
        return True

    num_groups = _smallest(shows, 1, _MOST_GROUPS)
    return None if num_groups is None else Need(num_groups * clips_per_group, num_groups)


def _group_rates(generator: np.random.Generator, rate: float, correlation: float, shape: tuple[int, int]) -> Floats:
    if correlation == 0 or rate in (0, 1):
        return np.full(shape, rate)
    alike = (1 - correlation) / correlation
    return generator.beta(rate * alike, (1 - rate) * alike, shape)


def _smallest(holds: Callable[[int], bool], low: int, high: int) -> int | None:
    """The smallest number from which on it holds, by doubling and halving; None: not even at `high`."""
    step = 1
    while not holds(low):
        if low >= high:
            return None
        low, step = min(low + step, high), 2 * step
    failing = low - step // 2 if step > 1 else low - 1
    while low - failing > 1:
        middle = (low + failing) // 2
        low, failing = (middle, failing) if holds(middle) else (low, middle)
    return low
