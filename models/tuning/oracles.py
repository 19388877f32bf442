"""KerasTuner's oracles for a `tuner` section; an oracle chooses the values of the next trial."""

from collections.abc import Sequence

import keras_tuner
from typing_extensions import assert_never

from models.tuning.config import NONE, Range, Scalar, TunerConfig, is_whole

OBJECTIVE = keras_tuner.Objective("val_loss", "min")


def make_oracle(config: TunerConfig, num_epochs: int) -> keras_tuner.Oracle:
    """The oracle of a search; its `max_trials` is the number of trials at the most.

    `num_epochs`: epochs of the trials that Hyperband takes furthest.
    """
    common = {
        "objective": OBJECTIVE,
        "hyperparameters": make_space(config),
        "seed": config.seed + 1,  # KerasTuner takes 0 for none
        # Never too many: each failed trial is reported, and in a wide range the first trials may all diverge.
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
    """The search space: a Choice for a key whose values can be listed, otherwise an Int or a Float."""
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
    """Goes on after an interruption; KerasTuner's own oracle keeps its trials, but not its place in the grid."""

    def set_state(self, state: dict[str, object]) -> None:
        """Find the place in the grid: trials come one after the other, so their order is that of the grid."""
        super().set_state(state)
        for trial_id in self.start_order:
            self._ordered_ids.insert(trial_id)
        self._populate_next = self.start_order[-1:]


class HyperbandOracle(keras_tuner.oracles.HyperbandOracle):
    @property
    def size(self) -> int:
        """Number of trials of all rounds of all brackets."""
        brackets = range(self._get_num_brackets())
        return sum(self._get_size(bracket, i) for bracket in brackets for i in range(self._get_num_rounds(bracket)))


def _encode(values: tuple[Scalar, ...]) -> Sequence[int | float | str]:
    """Values for KerasTuner's Choice, which must be of one type, and neither None nor bool."""
    numbers = [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
    if len(numbers) == len(values):
        return numbers
    return [
        NONE if value is None else str(value).lower() if isinstance(value, bool) else str(value) for value in values
    ]
