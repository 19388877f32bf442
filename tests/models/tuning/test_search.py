"""Searches with every oracle: which trainings there are, what is left of them, and what happens when one goes wrong.

The network answers with the shares of the classes, whatever it sees: nothing is learned, and the loss is what follows from
the label smoothing alone, the lower the less there is of it.
"""

import logging
from pathlib import Path
from typing import Any

import pytest
from keras_tuner.engine.trial import Trial

from foundation.messages.errors import UserError
from models.data import ClipSource
from models.tuning.config import TunerConfig
from models.tuning.search import ClipTuner, search_dir
from tests.models.tuning.searching import SMOOTHING, make_job, tuner_of, untrained


def values_of(tuner: ClipTuner) -> list[float]:
    """The value of each trial, in order."""
    return [trial.hyperparameters.values[SMOOTHING] for _, trial in sorted(tuner.oracle.trials.items())]


def best_value(tuner: ClipTuner) -> float:
    return float(tuner.get_best_hyperparameters()[0].values[SMOOTHING])


class Interrupted(ClipTuner):
    """Is stopped in its second trial."""

    def run_trial(self, trial: Trial, *args: Any, **kwargs: Any) -> dict[str, float]:
        if len(self.oracle.trials) == 2:
            raise KeyboardInterrupt
        return super().run_trial(trial)


def test_a_grid_is_searched_as_a_whole_and_goes_on_after_an_interruption(
    source: ClipSource, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    search = {"search": "grid", "space": {SMOOTHING: [0.3, 0.0]}}
    with pytest.raises(KeyboardInterrupt):
        Interrupted(make_job(source, tmp_path), TunerConfig.model_validate(search)).search()
    caplog.clear()  # what was said before the interruption, if an earlier test left the logger talkative
    with caplog.at_level(logging.INFO):
        tuner = tuner_of(source, tmp_path, search)
        tuner.search()
    assert values_of(tuner) == [0.3, 0.0]
    assert best_value(tuner) == 0.0
    assert "resumed after trial 1" in caplog.text
    assert "trial 1 of 2" not in caplog.text
    assert "trial 2 of 2: training.label_smoothing 0: eval loss 1.08" in caplog.text
    assert "best of 2 trials: training.label_smoothing 0, eval loss 1.08" in caplog.text
    assert not list(tmp_path.rglob("*.npz"))


def test_random_trials_lie_in_their_range(source: ClipSource, tmp_path: Path) -> None:
    tuner = untrained(source, tmp_path, {"space": {SMOOTHING: {"min": 0.1, "max": 0.2}}, "max_trials": 2})
    first, second = values_of(tuner)
    assert 0.1 <= first <= 0.2 and 0.1 <= second <= 0.2 and first != second
    assert best_value(tuner) == min(first, second)


def test_a_bayesian_search_ends_with_the_best_of_its_trials(source: ClipSource, tmp_path: Path) -> None:
    space = {SMOOTHING: {"min": 0.0, "max": 0.5}}
    tuner = untrained(source, tmp_path, {"search": "bayesian", "space": space, "max_trials": 3})
    assert len(set(values_of(tuner))) == 3
    assert best_value(tuner) == min(values_of(tuner))


def test_hyperband_takes_the_better_of_two_further_from_where_it_was(
    source: ClipSource, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    space = {SMOOTHING: {"min": 0.0, "max": 0.5}}
    search = {"search": "hyperband", "space": space, "epochs": 2, "factor": 2, "max_trials": 3}
    with caplog.at_level(logging.INFO):
        tuner = tuner_of(source, tmp_path, search)
        tuner.search()
    first, second, third = values_of(tuner)
    assert first != second
    assert third == min(first, second) == best_value(tuner)
    assert [line for line in caplog.text.splitlines() if "resumed after epoch 1" in line]
    epochs = [line.partition(" after ")[2].partition(",")[0] for line in caplog.text.splitlines() if "announce" in line]
    assert epochs == ["1 epochs", "1 epochs", "2 epochs"]
    assert not list(tmp_path.rglob("*.npz"))


def grid(values: list[float]) -> dict[str, Any]:
    return {"search": "grid", "space": {SMOOTHING: values}}


def test_a_search_goes_on_after_trials_that_diverge(
    source: ClipSource, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        tuner = untrained(source, tmp_path, grid([0.9, 0.8, 0.7, 0.6, 0.0]))
    assert best_value(tuner) == 0.0
    assert "trial 4 of 5: training.label_smoothing 0.6: failed: training diverged" in caplog.text


def test_a_search_without_any_result_is_an_error(source: ClipSource, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none of the 2 trials of tuner\.space came to a result.*training diverged"):
        untrained(source, tmp_path, grid([0.9, 0.8]))


def test_what_is_not_the_fault_of_the_values_ends_the_search(source: ClipSource, tmp_path: Path) -> None:
    class Broken(ClipTuner):
        def _train(self, trial: Trial) -> tuple[float, int]:
            raise OSError("no space left on device")

    tuner = Broken(make_job(source, tmp_path), TunerConfig.model_validate({"space": {SMOOTHING: [0.5, 0.4]}}))
    with pytest.raises(OSError, match="no space left on device"):
        tuner.search()


@pytest.mark.parametrize("name", ["oracle.json", "tuner0.json"])
def test_a_damaged_state_of_a_search_is_said_and_replaced(
    source: ClipSource, tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    untrained(source, tmp_path, grid([0.0]))
    (Path(search_dir(make_job(source, tmp_path))) / name).write_text("{")
    with caplog.at_level(logging.INFO):
        tuner = tuner_of(source, tmp_path, {"space": {SMOOTHING: [0.0]}})
    assert "cannot be read" in caplog.text
    assert tuner.oracle.trials == {}
