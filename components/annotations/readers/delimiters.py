"""What divides the columns of a CSV file: what its first line states, or what fits its header."""

import re
from collections.abc import Iterator
from pathlib import Path

from components.annotations.records.record import Assumption

_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
# In the order of preference.
DELIMITERS = tuple(_NAMES)
_STATED = re.compile(r'\s*"?sep=([^"\r\n])"?[\s,;|]*', re.IGNORECASE)


def delimiter_in(line: str) -> str:
    """The delimiter that a line like `sep=;` states, which spreadsheets write and read above a header; else nothing."""
    match = _STATED.fullmatch(line)
    return match[1] if match else ""


def assumed_delimiter(path: Path, delimiter: str) -> Iterator[Assumption]:
    """What is said of a file whose columns are divided by other than commas, by the looks of its header."""
    if delimiter != DELIMITERS[0]:
        message = f"the columns of {path.name} are taken to be divided by {_NAMES[delimiter]}"
        yield Assumption(message, "If that is wrong, set data.delimiter.")
