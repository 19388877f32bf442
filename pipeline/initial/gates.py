"""Chooses bars that the test split can show, and how large it has to be for that."""

from dataclasses import dataclass

from components.annotations.files.manifest import Manifest
from components.annotations.splits.config import SplitsConfig
from foundation.messages.errors import UserError
from pipeline.config import Config
from pipeline.share_to_test import with_enough_to_test, with_test_share

# Below a half there is more to gain from more clips than from a lower bar.
_BARS = (0.7, 0.5)
_CERTAINTIES = (0.99, 0.95, 0.9)
_LARGEST_TEST, _SMALL_DATA_TEST = 0.4, 0.3


@dataclass(frozen=True)
class Bars:
    """The splits, and a certainty and bars for recall and precision; without a certainty the measured rate decides."""

    splits: SplitsConfig
    certainty: float | None
    bar: float


def choose_bars(manifest: Manifest, config: Config) -> Bars:
    """The surest verdict, and for that the highest bar, that a good model can be shown to reach with 0.4 of the clips at most.

    Raises:
      UserError: the clips cannot be shared out at all.
    """
    for certainty in _CERTAINTIES:
        for bar in _BARS:
            gates = config.gates.model_copy(update={"certainty": certainty, "min_recall": bar, "min_precision": bar})
            try:
                splits = with_enough_to_test(manifest, config.model_copy(update={"gates": gates}), _LARGEST_TEST)
            except UserError:
                continue
            return Bars(splits, certainty, bar)
    return Bars(with_test_share(config.splits, _SMALL_DATA_TEST), None, config.gates.min_recall)
