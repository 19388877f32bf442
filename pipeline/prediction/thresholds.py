"""Thresholds that are asked for, and what they mean for a model with one label a clip, or with several. Pure functions."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from foundation.messages.errors import UserError
from foundation.messages.wording import meant
from models.config import SEVERAL
from models.labelling import Labelling
from pipeline.prediction.config import SegmentsConfig, checked_segments
from pipeline.prediction.segments import Levels

_DEFAULT = SegmentsConfig()
_LOW_SHARE = _DEFAULT.low_threshold / _DEFAULT.threshold


class Thresholds(NamedTuple):
    """What is asked for: `number` for all classes, others for some of them, and `low`, below which no segment goes on."""

    number: float | None = None
    by_label: Mapping[str, float] = {}
    low: float | None = None

    @property
    def for_all(self) -> float:
        """The number for all classes, or the default."""
        return _DEFAULT.threshold if self.number is None else self.number


def parse_thresholds(texts: Sequence[str], low: float | None = None) -> Thresholds:
    """Thresholds from texts such as `0.4`, for all classes, and `walk=0.4`; of what is said twice the last counts.

    Raises:
      UserError: a text is neither.
    """
    number: float | None = None
    by_label: dict[str, float] = {}
    for text in texts:
        label, equals, value = text.rpartition("=")
        try:
            parsed = float(value)
        except ValueError as error:
            raise UserError(f"--threshold: expected a number, or LABEL=NUMBER; found {text!r}") from error
        if equals:
            by_label[label] = _checked(parsed, text)
        else:
            number = parsed
    return Thresholds(number, by_label, low)


def choose_labelling(labelling: Labelling, wanted: Thresholds) -> Labelling:
    """A model's labelling with the thresholds that are wanted.

    Raises:
      UserError: there is no such class, or classes have no thresholds of their own.
    """
    if labelling.thresholds is None:
        for label, value in wanted.by_label.items():
            raise UserError(
                f"--threshold {label}={value:g}: the model gives each clip one label{of_each_field(labelling)}; give one "
                f"number, or train one with model.labels: {SEVERAL}"
            )
        return labelling
    for label in wanted.by_label:
        if label not in labelling.classes:
            hint = meant(label, labelling.classes) or f"; its classes are {', '.join(labelling.classes)}"
            raise UserError(f"--threshold: the model has no class {label!r}{hint}")
    if wanted.number is None:
        return labelling.with_thresholds(wanted.by_label)
    number = _checked(wanted.number, f"{wanted.number:g}")
    return labelling.with_thresholds({**dict.fromkeys(labelling.classes, number), **wanted.by_label})


def require_several(labelling: Labelling, wanted: Thresholds) -> None:
    """Raise UserError if a threshold for clips is wanted of a model that gives each its most probable class."""
    if wanted.number is not None and labelling.thresholds is None:
        raise UserError(
            "--threshold belongs to long videos (--segments) and streams, not to clips: the model gives each its most probable "
            f"class{of_each_field(labelling)}"
        )


def of_each_field(labelling: Labelling) -> str:
    """What is said of a model's one label where it gives one of each field."""
    return " of each field" if labelling.heads else ""


def choose_rules(
    config: SegmentsConfig, labelling: Labelling, wanted: Thresholds
) -> tuple[SegmentsConfig, dict[str, Levels]]:
    """The configuration with the thresholds that are wanted, and the levels of classes that have thresholds of their own.

    Where those have no lower level of their own, it is as far below as the default is.

    Raises:
      UserError: a threshold is below the lower level, or segments must be of the most probable class.
    """
    if labelling.heads and config.method == "argmax":
        raise UserError(
            "--method argmax shows only the most probable class, and the model gives a label of each field; leave it out"
        )
    if labelling.thresholds is None:
        low = wanted.low or min(_DEFAULT.low_threshold, wanted.for_all)
        return checked_segments({**config.model_dump(), "threshold": wanted.for_all, "low_threshold": low}), {}
    if config.method == "argmax":
        raise UserError(
            "--method argmax shows only the most probable class, and the model gives several labels at once; leave it out"
        )
    levels = {}
    for label, high in labelling.thresholds_by_class.items():
        if wanted.low is not None and wanted.low > high:
            raise UserError(f"low_threshold is {wanted.low:g}, above the threshold of {label}, {high:g}")
        levels[label] = Levels(high, _LOW_SHARE * high if wanted.low is None else wanted.low)
    return config, levels


def _checked(value: float, text: str) -> float:
    if not 0 <= value <= 1:
        raise UserError(f"--threshold: {text}: expected a number from 0 to 1")
    return value
