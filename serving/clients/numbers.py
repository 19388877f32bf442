"""Numbers beside the frames, for a model that sees some: its card names their columns."""

import re
from collections.abc import Sequence
from typing import Any


def read_numbers(given: Sequence[str], card: dict[str, Any]) -> dict[str, float]:
    """A number for each input of the signatures `..._with_metadata`, NaN where it is not known; nothing if none is given.

    `given`: texts such as age=31.
    """
    if not given:
        return {}
    inputs = {
        column: "meta_" + re.sub(r"[^A-Za-z0-9_]", "_", column)
        for column in card.get("metadata", {}).get("columns", {})
    }
    numbers = dict.fromkeys(inputs.values(), float("nan"))
    for text in given:
        column, _, value = text.partition("=")
        if column not in inputs:
            raise SystemExit(f"--metadata {text}: the model sees {', '.join(inputs) or 'frames alone'}")
        numbers[inputs[column]] = float(value)
    return numbers
