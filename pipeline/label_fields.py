"""What does not go with a label of each field a clip."""

from collections.abc import Sequence

from components.annotations.config import DataConfig, NegativesConfig
from components.evaluator.config import EvaluationConfig
from foundation.label_fields import field_of, in_field
from foundation.messages.errors import UserError
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
    if len(set(fields)) < 2:
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


def require_classes_of_fields(fields: Sequence[str], classes: Sequence[str]) -> None:
    """Check that a network has something to choose from in each field.

    Raises:
      UserError: a class is in no field, or a field has fewer than two.
    """
    lost = [label for label in classes if field_of(label) not in fields]
    if lost:
        raise UserError(
            f"model.labels: {FIELDS}: {', '.join(lost)} is in no field of data.label_fields, which has {', '.join(fields)}; "
            f"classes are called as in {in_field(fields[0], lost[0])!r}"
        )
    for field in fields:
        own = [label for label in classes if field_of(label) == field]
        if len(own) < 2:
            raise UserError(
                f"model.labels: {FIELDS}: the field {field} of data.label_fields has {own[0] if own else 'no class'}"
                f"{' alone, which would always be right' if own else ''}, and two classes are needed; leave the field out, or "
                "annotate more"
            )
