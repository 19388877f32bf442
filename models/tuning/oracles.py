"""KerasTuner's oracles, which choose the values of the next trial, for a `tuner` section."""

from collections.abc import Sequence

import keras_tuner
from typing_extensions import assert_never

from models.tuning.config import NONE, Range, Scalar, TunerConfig, is_whole

OBJECTIVE = keras_tuner.Objective("val_loss", "min")


def make_oracle(config: TunerConfig, num_epochs: int) -> keras_tuner.Oracle:
    """The oracle of a search; its `max_trials` is how many trials there are at the most.

    `num_epochs`: epochs of the trials that Hyperband takes furthest.
    """
    common = {
        "objective": OBJECTIVE,
        "hyperparameters": make_space(config),
        "seed": config.seed + 1,  # KerasTuner takes 0 for none
        # Each trial is reported; a search in a wide range may well begin with several that diverge.
        "max_consecutive_failed_trials": config.num_trials + 1,
    }
    match config.search:
        case "grid":
            return GridOracle(max_trials=config.num_trials, **common)
        case "random":
            return keras_tuner.oracles.RandomSearchOracle(max_trials=config.num_trials, **common)
        case "bayesian":
            # KerasTuner's three random trials for each key can be more than there are trials.
            num_random = min(3 * len(config.space), max(2, config.num_trials // 3))
            return keras_tuner.oracles.BayesianOptimizationOracle(
                max_trials=config.num_trials, num_initial_points=num_random, **common
            )
        case "hyperband":
            oracle = HyperbandOracle(max_epochs=num_epochs, factor=config.factor, **common)
            oracle.max_trials = min(oracle.size, config.max_trials or oracle.size)
            oracle.max_consecutive_failed_trials = oracle.max_trials + 1
            return oracle
        case _:
            assert_never(config.search)


def make_space(config: TunerConfig) -> keras_tuner.HyperParameters:
    """The search space. Values that a key can be counted on to have are a choice, others an Int or a Float."""
    space = keras_tuner.HyperParameters()
    for key, candidates in config.space.items():
        if (values := config.values(key)) is not None:
            space.Choice(key, _encode(values))
        elif isinstance(candidates, Range):
            kind, number = (space.Int, int) if is_whole(key) else (space.Float, float)
            sampling = "log" if candidates.log else "linear"
            kind(key, number(candidates.min), number(candidates.max), sampling=sampling)
    return space


class GridOracle(keras_tuner.oracles.GridSearchOracle):
    """Goes on after an interruption: KerasTuner's keeps its trials, but not where in the grid it was."""

    def set_state(self, state: dict[str, object]) -> None:
        """Trials come one after the other, so that their order is that of the grid."""
        super().set_state(state)
        for trial_id in self.start_order:
            self._ordered_ids.insert(trial_id)
        self._populate_next = self.start_order[-1:]


class HyperbandOracle(keras_tuner.oracles.HyperbandOracle):
    """Knows how many trials it consists of."""

    @property
    def size(self) -> int:
        """Trials of all rounds of all brackets."""
        brackets = range(self._get_num_brackets())
        return sum(self._get_size(bracket, i) for bracket in brackets for i in range(self._get_num_rounds(bracket)))


def _encode(values: tuple[Scalar, ...]) -> Sequence[int | float | str]:
    """KerasTuner's choices are all of one type, and neither null nor truth values."""
    numbers = [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
    if len(numbers) == len(values):
        return numbers
    return [
        NONE if value is None else str(value).lower() if isinstance(value, bool) else str(value) for value in values
    ]
