"""Chooses bars that the clips can show, and the test split or the folds that it takes."""

from collections.abc import Iterator
from dataclasses import dataclass

from components.annotations.files.manifest import Manifest
from components.annotations.splits.config import SplitsConfig
from foundation.messages.errors import UserError
from pipeline.config import Config
from pipeline.share_to_test import enough_for_folds, with_enough_to_test, with_test_share

# Below a half there is more to gain from more clips than from a lower bar.
_BARS = (0.7, 0.5)
_CERTAINTIES = (0.99, 0.95, 0.9)
_LARGEST_TEST, _SMALL_DATA_TEST = 0.4, 0.3
_NUM_FOLDS = 5


@dataclass(frozen=True)
class Bars:
    """The splits, and a certainty and bars for recall and precision; without a certainty the measured rate decides.

    `folds`: so many trainings witness; None: the test split does.
    """

    splits: SplitsConfig
    certainty: float | None
    bar: float
    folds: int | None = None

    @property
    def rank(self) -> tuple[float, float]:
        """How much they say: the surer the more, then the higher the bar."""
        return self.certainty or 0.0, self.bar if self.certainty else 0.0


def choose_bars(manifest: Manifest, config: Config) -> Bars:
    """The surest verdict, and for that the highest bar, that a good model can be shown to reach with 0.4 of the clips at most.

    Raises:
      UserError: the clips cannot be shared out at all.
    """
    for tried, certainty, bar in _tried(config):
        try:
            splits = with_enough_to_test(manifest, tried, _LARGEST_TEST)
        except UserError:
            continue
        return Bars(splits, certainty, bar)
    return Bars(with_test_share(config.splits, _SMALL_DATA_TEST), None, config.gates.min_recall)


def choose_bars_by_folds(manifest: Manifest, config: Config, by_test: Bars) -> Bars | None:
    """The bars that all clips but those of eval can show, where these say more than what the test split can show.

    Raises:
      UserError: the clips cannot be shared out at all.
    """
    for tried, certainty, bar in _tried(config):
        bars = Bars(config.splits, certainty, bar, _NUM_FOLDS)
        if bars.rank > by_test.rank and enough_for_folds(manifest, tried):
            return bars
    return None


def _tried(config: Config) -> Iterator[tuple[Config, float, float]]:
    """The configuration with each certainty and bar, and these; the best ones first."""
    for certainty in _CERTAINTIES:
        for bar in _BARS:
            gates = config.gates.model_copy(update={"certainty": certainty, "min_recall": bar, "min_precision": bar})
            yield config.model_copy(update={"gates": gates}), certainty, bar
