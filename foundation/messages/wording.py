"""Numbers and names in sentences."""

from collections.abc import Iterable
from difflib import get_close_matches


def counted(count: int, noun: str) -> str:
    """`count` and a noun, in the singular or the plural: `1 clip`, `2 clips`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def meant(name: str, names: Iterable[str]) -> str:
    """`; did you mean ...?` with the name that is most like `name`, or nothing if none is."""
    found = get_close_matches(name, names, n=1)
    return f"; did you mean {found[0]}?" if found else ""
