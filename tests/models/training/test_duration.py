"""How long a training takes, in words."""

import pytest

from models.training.duration import learning_equivalent, said_of_duration


def test_evaluation_takes_a_third_of_training() -> None:
    assert learning_equivalent(num_train=5, num_eval=3, num_epochs=10) == 10 * (5 + 1)


@pytest.mark.parametrize(("seconds", "words", "has_advice"), [(3000, "50 min", False), (9000, "2 h 30 min", True)])
def test_a_long_training_is_told_with_what_makes_it_shorter(seconds: float, words: str, has_advice: bool) -> None:
    first, *rest = said_of_duration("r2plus1d_18", 30, seconds)
    assert first == f"r2plus1d_18, 30 epochs: about {words} on this machine"
    assert ["model.preset" in advice and "training.epochs" in advice for advice in rest] == [True] * has_advice
