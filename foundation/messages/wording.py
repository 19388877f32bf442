"""Numbers and names in sentences."""

from collections.abc import Iterable
from difflib import get_close_matches


def counted(count: int, noun: str) -> str:
    """`count` and a noun, in the singular or the plural: `1 clip`, `2 clips`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def duration(seconds: float) -> str:
    """How long something takes, for people, to two digits or so: `40 s`, `6 min`, `2 h 30 min`."""
    if seconds < 90:
        return f"{max(1, round(seconds, -1 if seconds >= 20 else 0)):.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, tens = divmod(round(minutes / 10), 6)
    return f"{hours} h {tens * 10} min" if tens else f"{hours} h"


def meant(name: str, names: Iterable[str]) -> str:
    """`; did you mean ...?` with the name that is most like `name`, or nothing if none is."""
    found = get_close_matches(name, names, n=1)
    return f"; did you mean {found[0]}?" if found else ""
