"""What is said of labels and groups that programs write where there is no value, such as `NA` and `nan`.

They are not taken away: a person may have such initials. But all rows with such a group count as one person.
"""

from collections import Counter
from collections.abc import Iterator

from components.annotations.records.record import Assumption, Record, Segment
from foundation.messages.wording import counted

_NO_VALUES = frozenset(("na", "n/a", "#n/a", "<na>", "nan", "null", "undefined"))
_NOBODY = _NO_VALUES | frozenset(("none", "unknown", "?", "-"))


class UnknownNames:
    """Counts rows by such labels and groups."""

    def __init__(self) -> None:
        self._labels: Counter[str] = Counter()
        self._groups: Counter[str] = Counter()

    def count(self, record: Record) -> None:
        if isinstance(record, Segment):
            if record.label.casefold() in _NO_VALUES:
                self._labels[record.label] += 1
            if record.group and record.group.casefold() in _NOBODY:
                self._groups[record.group] += 1

    def assumptions(self) -> Iterator[Assumption]:
        for label, number in self._labels.items():
            yield Assumption(
                f"the label {label!r} (in {counted(number, 'row')}) is a class like others",
                "If it is none, leave these rows out.",
            )
        for group, number in self._groups.items():
            message = f"the group {group!r} (in {counted(number, 'row')}) is taken for one person or place like others"
            yield Assumption(message, "If nobody knows who it is, leave the field empty: each video is then a group.")
