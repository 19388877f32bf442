"""How long a training takes is said from its first steps."""

import json
import logging
import time
from collections.abc import Iterator

import pytest

from foundation.messages.progress import PROGRESS_LOGGER
from models.training.step_watch import announce_duration, training_seconds, watched


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


def test_evaluation_takes_a_third_of_training() -> None:
    assert training_seconds(2.0, num_epochs=10, train_steps=5, eval_steps=3) == 10 * (5 + 1) * 2


@pytest.mark.parametrize(("seconds", "has_advice"), [(3000, False), (9000, True)])
def test_a_long_training_is_told_with_what_makes_it_shorter(
    caplog: pytest.LogCaptureFixture, seconds: float, has_advice: bool
) -> None:
    with caplog.at_level(logging.INFO, PROGRESS_LOGGER):
        announce_duration("r2plus1d_18", 30, seconds)
    first, *rest = (json.loads(record.message)["announcement"] for record in caplog.records)
    assert first == f"r2plus1d_18, 30 epochs: about {'2 h 30 min' if has_advice else '50 min'} on this machine"
    assert [("model.preset" in words, "training.epochs" in words) for words in rest] == [(True, True)] * has_advice
