"""What does not go with a label of each field a clip."""

from components.annotations.config import DataConfig, NegativesConfig
from components.evaluator.config import EvaluationConfig
from foundation.label_fields import field_of, in_field
from models.config import FIELDS, ONE
from models.training.config import TrainingConfig


def require_fields(
    data: DataConfig, negatives: NegativesConfig | None, evaluation: EvaluationConfig, training: TrainingConfig
) -> None:
    """Check the sections beside a `model` with `labels: fields`.

    Raises:
      ValueError: one of them has something that does not go with it.
    """
    fields = data.label_fields
    if len(fields) < 2:
        raise ValueError(
            f"model.labels: {FIELDS} needs two fields or more in data.label_fields; name them, or set it to {ONE}"
        )
    if negatives and field_of(negatives.label) not in fields:
        example = in_field(fields[0], negatives.label)
        raise ValueError(
            f"negatives.label is {negatives.label!r}, which is in no field; with model.labels: {FIELDS} call it "
            f"{example!r}, say"
        )
    if evaluation.average_windows:
        raise ValueError(
            f"evaluation.average_windows averages classes without their fields; with model.labels: {FIELDS} set it to false"
        )
    if training.loss != "cross_entropy":
        raise ValueError(
            f"training.loss: {training.loss} is one of labels that do not exclude each other; with model.labels: {FIELDS} "
            "leave it out"
        )
