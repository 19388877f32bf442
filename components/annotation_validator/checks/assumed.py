"""What had to be assumed to read the annotations, and what in them was not read."""

from collections.abc import Iterable

from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    if len(inputs.assumptions) > bar:
        for assumption in inputs.assumptions:
            yield Found(message=assumption.message, remedy=assumption.remedy, value=1)
