"""How a configuration's data are checked, by `clipgate check` and in a run."""

from collections.abc import Callable

from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inspection import Inspection
from components.annotations.splits.config import FOLD_SPLITS
from pipeline.config import Config
from pipeline.loading import load_tensorflow


def make_inspection(config: Config) -> Inspection:
    """What is to be known of the data: what a run would do with them, and what its gates ask for."""
    return Inspection(
        labels=config.model.labels,
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


def with_looks(
    inputs: CheckInputs, checks: ChecksConfig, progress: Callable[[str], Callable[[int, int], None]]
) -> CheckInputs:
    """The inputs with what an encoder of pictures sees, if motion alone does not tell the classes."""
    if not checks.wants_looks(inputs):
        return inputs
    load_tensorflow()
    from components.annotation_validator.measuring.looks import see_looks

    return see_looks(inputs, progress("looking at pictures"))
