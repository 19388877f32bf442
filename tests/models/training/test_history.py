"""What follows from the measures of the epochs."""

import json
import math
from pathlib import Path

import pytest

from models.training.history import best_epoch, count_plateaus, is_over, write_history

NAN = math.nan


def history(*eval_losses: float, loss: float = 1.0) -> list[dict[str, float]]:
    return [{"loss": loss, "val_loss": eval_loss} for eval_loss in eval_losses]


@pytest.mark.parametrize(
    ("losses", "best"), [([], None), ([NAN, math.inf], None), ([3, 1, 1, 2], 1), ([NAN, 2], 1), ([1, NAN], 0)]
)
def test_the_best_epoch_is_the_first_with_the_lowest_loss(losses: list[float], best: int | None) -> None:
    assert best_epoch(losses) == best


def test_training_is_over_when_all_epochs_are_done() -> None:
    assert not is_over([], num_epochs=2, patience=5)
    assert not is_over(history(1.0), num_epochs=2, patience=5)
    assert is_over(history(2.0, 1.0), num_epochs=2, patience=5)


def test_training_is_over_after_so_many_epochs_without_a_better_one() -> None:
    assert not is_over(history(2.0, 1.0, 1.0), num_epochs=9, patience=2)
    assert is_over(history(2.0, 1.0, 1.0, 3.0), num_epochs=9, patience=2)
    assert is_over(history(NAN, NAN), num_epochs=9, patience=2)


def test_training_is_over_when_the_loss_is_no_number() -> None:
    assert is_over(history(1.0, loss=NAN), num_epochs=9, patience=5)


@pytest.mark.parametrize(
    ("losses", "plateaus"), [([], 0), ([1, 1], 0), ([1, 1, 1], 1), ([1, 2, 0, 1, 1, 1, 1], 2), ([NAN, NAN], 1)]
)
def test_a_plateau_is_patience_epochs_without_a_better_loss(losses: list[float], plateaus: int) -> None:
    assert count_plateaus(losses, patience=2) == plateaus


def test_the_file_has_one_value_of_each_measure_an_epoch_and_may_hold_what_is_no_number(tmp_path: Path) -> None:
    write_history(history(NAN, 1.0), tmp_path / "run")
    values = json.loads((tmp_path / "run/history.json").read_text())
    assert values["loss"] == [1, 1]
    assert math.isnan(values["val_loss"][0])
    assert values["val_loss"][1] == 1
