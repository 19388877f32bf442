"""How a configuration's data are checked, by `clipgate check` and in a run."""

from components.annotation_validator.inspection import Inspection
from pipeline.config import Config


def make_inspection(config: Config) -> Inspection:
    """What is to be known of the data: what a run would do with them, and what its gates ask for."""
    return Inspection(
        classes=config.model.classes,
        negatives=config.negatives,
        splits=config.splits,
        sampling=config.sampling,
        min_examples={label: int(config.gates.bar(label, "min_examples")) for label in config.gates.classes},
        default_min_examples=config.gates.min_examples,
    )
