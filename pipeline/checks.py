"""How a configuration's data are checked, by `clipgate check` and in a run."""

from components.annotation_validator.inspection import Inspection
from components.annotations.splits.config import FOLD_SPLITS
from pipeline.config import Config


def make_inspection(config: Config) -> Inspection:
    """What is to be known of the data: what a run would do with them, and what its gates ask for."""
    return Inspection(
        classes=config.model.classes,
        negatives=config.negatives,
        splits=config.splits,
        sampling=config.sampling,
        asked_splits=FOLD_SPLITS if config.evaluation.folds else ("test",),
        certainty=config.gates.certainty,
        rate_bars={label: config.gates.rate_bar(label) for label in ("", *config.gates.classes)},
        lower_bounds={
            label: bar
            for label in ("", *config.gates.classes)
            if (bar := config.gates.optional_bar(label, "min_recall_lower_bound")) is not None
        },
        min_examples={label: int(config.gates.bar(label, "min_examples")) for label in config.gates.classes},
        default_min_examples=config.gates.min_examples,
    )
