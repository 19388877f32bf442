"""What is said of labels and groups that programs write where there is no value, such as `NA` and `nan`.

They are not taken away: a person may have such initials. But all rows with such a group count as one person.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from components.annotations.records.record import Assumption, Record, Segment
from foundation.messages.wording import counted

_NO_VALUES = frozenset(("na", "n/a", "#n/a", "<na>", "nan", "null", "undefined"))
_NOBODY = _NO_VALUES | frozenset(("none", "unknown", "?", "-"))


def said_of_unknown_names(records: Iterable[Record]) -> Iterator[Assumption]:
    labels: Counter[str] = Counter()
    groups: Counter[str] = Counter()
    for record in records:
        if isinstance(record, Segment):
            if record.label.casefold() in _NO_VALUES:
                labels[record.label] += 1
            if record.group and record.group.casefold() in _NOBODY:
                groups[record.group] += 1
    for label, number in labels.items():
        yield Assumption(
            f"the label {label!r} (in {counted(number, 'row')}) is a class like others",
            "If it is none, leave these rows out.",
        )
    for group, number in groups.items():
        message = f"the group {group!r} (in {counted(number, 'row')}) is taken for one person or place like others"
        yield Assumption(message, "If nobody knows who it is, leave the field empty: each video is then a group.")
