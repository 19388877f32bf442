"""How long a training takes is said from its first steps."""

import time
from collections.abc import Iterator

from models.training.step_watch import watched


def steps(num_steps: int, seconds: dict[int, float]) -> list[float]:
    """What is told of a training whose step takes 10 ms, or what `seconds` says."""
    told: list[float] = []
    batches: Iterator[int] = watched(iter(range(num_steps)), told.append)
    for number in batches:
        time.sleep(seconds.get(number, 0.01))
    return told


def test_batches_are_handed_on_as_they_are() -> None:
    assert list(watched(iter(range(20)), lambda _: None)) == list(range(20))


def test_the_first_steps_and_a_slow_one_do_not_count() -> None:
    (told,) = steps(20, {0: 0.3, 1: 0.3, 4: 0.3})
    assert 0.01 <= told < 0.3


def test_of_too_few_steps_nothing_is_told() -> None:
    assert steps(7, {}) == []
