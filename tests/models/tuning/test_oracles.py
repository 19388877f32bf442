"""Which trials the oracles ask for, without training any."""

from pathlib import Path
from typing import Any

import pytest
from keras_tuner.engine.base_tuner import BaseTuner
from keras_tuner.engine.trial import Trial

from models.tuning.config import TunerConfig
from models.tuning.oracles import make_oracle, make_space

RATE = "training.learning_rate"


class Parabola(BaseTuner):
    """The loss is a parabola of the logarithm of the learning rate, the lower the more epochs there are."""

    def run_trial(self, trial: Trial, *args: Any, **kwargs: Any) -> float:
        values = trial.hyperparameters.values
        return float(abs(values[RATE] - 0.3) + 1 / values.get("tuner/epochs", 1))


def search(folder: Path, epochs: int = 9, **section: Any) -> list[dict[str, Any]]:
    """The values of all trials."""
    config = TunerConfig.model_validate({"space": {RATE: {"min": 0.001, "max": 1, "log": True}}} | section)
    oracle = make_oracle(config, epochs)
    Parabola(oracle, directory=str(folder), project_name="search").search(verbose=0)
    assert len(oracle.trials) <= oracle.max_trials
    return [trial.hyperparameters.values for trial in oracle.trials.values()]


def test_a_grid_has_every_combination_once(tmp_path: Path) -> None:
    space = {RATE: [0.1, 0.01], "training.clip_norm": [None, 1], "training.augmentation.flip": [True, False]}
    trials = search(tmp_path, search="grid", space=space)
    assert len({tuple(trial.values()) for trial in trials}) == len(trials) == 8
    assert trials[0] == {RATE: 0.1, "training.clip_norm": "none", "training.augmentation.flip": "true"}


@pytest.mark.parametrize("kind", ["grid", "random", "bayesian", "hyperband"])
def test_there_are_as_many_trials_as_were_asked_for(tmp_path: Path, kind: str) -> None:
    space = {RATE: {"min": 0.001, "max": 1, "log": True, "step": 1.1}}
    assert len(search(tmp_path, search=kind, space=space, max_trials=5)) == 5


@pytest.mark.parametrize("kind", ["random", "bayesian"])
def test_there_are_ten_trials_if_nothing_else_was_said(tmp_path: Path, kind: str) -> None:
    assert len(search(tmp_path, search=kind)) == 10


def test_a_bayesian_search_comes_closer_than_its_random_trials(tmp_path: Path) -> None:
    distances = [abs(trial[RATE] - 0.3) for trial in search(tmp_path, search="bayesian", max_trials=9)]
    assert min(distances[3:]) < min(distances[:3])


@pytest.mark.parametrize("kind", ["random", "bayesian", "hyperband"])
def test_the_seed_decides_the_trials(tmp_path: Path, kind: str) -> None:
    first, same = (search(tmp_path / name, search=kind, max_trials=4) for name in ("first", "same"))
    assert first == same
    assert first != search(tmp_path / "other", search=kind, max_trials=4, seed=1)


def test_hyperband_gives_the_better_trials_more_epochs_up_to_those_of_the_configuration(tmp_path: Path) -> None:
    trials = search(tmp_path, search="hyperband", epochs=9, factor=3)
    assert {trial["tuner/epochs"] for trial in trials} == {1, 3, 9}
    epochs = [trial["tuner/epochs"] for trial in trials if trial["tuner/bracket"] == 2]
    assert epochs == sorted(epochs)
    assert epochs.count(1) > epochs.count(3) > epochs.count(9) > 0
    furthest = [trial for trial in trials if trial["tuner/bracket"] == 2 and trial["tuner/epochs"] == 9]
    losses = sorted(abs(trial[RATE] - 0.3) for trial in trials if trial["tuner/bracket"] == 2)
    assert abs(furthest[0][RATE] - 0.3) == losses[0]


def test_hyperband_knows_how_many_trials_it_has(tmp_path: Path) -> None:
    config = TunerConfig.model_validate({"search": "hyperband", "space": {RATE: {"min": 0.001, "max": 1}}})
    assert len(search(tmp_path, search="hyperband", epochs=9)) == make_oracle(config, 9).max_trials


def test_whole_numbers_stay_whole_and_lie_in_their_range() -> None:
    space = {"training.batch_size": {"min": 2, "max": 32, "log": True}, "training.decay_epochs": {"min": 1, "max": 9}}
    oracle = make_oracle(TunerConfig.model_validate({"space": space, "max_trials": 40}), 1)
    for trial in range(40):
        values = oracle.populate_space(str(trial))["values"]
        assert all(isinstance(value, int) for value in values.values())
        assert 2 <= values["training.batch_size"] <= 32 and 1 <= values["training.decay_epochs"] <= 9


def test_the_space_is_known_before_the_first_trial() -> None:
    space = make_space(TunerConfig.model_validate({"space": {RATE: [0.1], "training.dropout": {"min": 0, "max": 0.5}}}))
    kinds = [(type(hp).__name__, hp.name) for hp in space.space]
    assert kinds == [("Choice", RATE), ("Float", "training.dropout")]
