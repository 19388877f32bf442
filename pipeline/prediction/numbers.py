"""Numbers beside the pixels, as people give them to a model that sees some. Pure functions."""

import math
from collections.abc import Mapping, Sequence

from foundation.messages.errors import UserError
from models.metadata import NumbersCard, value_feature

_OPTION = "--metadata"


def read_given(given: Sequence[str], card: NumbersCard) -> dict[str, float]:
    """Numbers by inputs of the model, of texts such as age=31.

    Raises:
      UserError: one is no number, or of a column that the model does not see.
    """
    numbers: dict[str, float] = {}
    columns = ", ".join(card.numbers.sources)
    for text in given:
        column, sign, value = text.partition("=")
        if not card.inputs:
            raise UserError(f"{_OPTION} {text}: the model sees frames alone; leave the option out")
        if not sign:
            raise UserError(f"{_OPTION} {text}: expected COLUMN=NUMBER, such as {card.numbers.sources[0]}=1.5")
        if column not in card.numbers.sources:
            raise UserError(f"{_OPTION} {text}: the model sees no column {column!r}; it sees {columns}")
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise UserError(f"{_OPTION} {text}: {value!r} is no number; leave the option out if it is not known")
        numbers[value_feature(column)] = number
    return numbers


def said_of_defaults(given: Mapping[str, float], card: NumbersCard) -> str:
    """What stands in for the numbers that were not given; empty if all were."""
    missing = {column: card.columns[column].stand_in for name, column in card.inputs.items() if name not in given}
    if not missing:
        return ""
    defaults = ", ".join(f"{column}: {value:.4g}" for column, value in missing.items())
    return f"not given with {_OPTION}, so the training split's {defaults} stands in"
