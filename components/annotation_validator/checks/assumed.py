"""What had to be assumed to read the annotations, and what in them was not read."""

from collections import Counter
from collections.abc import Iterable, Iterator

from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs
from foundation.messages.wording import counted

_MOST_NAMES = 5


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    found = [Found(message=each.message, remedy=each.remedy, value=1) for each in inputs.assumptions]
    found += _never_seen(inputs)
    if len(found) > bar:
        yield from found


def _never_seen(inputs: CheckInputs) -> Iterator[Found]:
    """Labels that were looked for and that no row has: of a slip, what was looked for would be lost without a word."""
    rows = Counter(name for each in inputs.saying_more for name in dict.fromkeys(each.record.looked_for or ()))
    unknown = [(name, count) for name, count in rows.most_common() if name not in inputs.by_label]
    if unknown:
        names = ", ".join(f"{name!r} ({counted(count, 'row')})" for name, count in unknown[:_MOST_NAMES])
        more = f" and {len(unknown) - _MOST_NAMES} more" if len(unknown) > _MOST_NAMES else ""
        yield Found(
            message=f"labels that were looked for, and that no row has, are no classes: {names}{more}",
            remedy="If one of them is a class under another spelling, give it the name of the class in these rows.",
            value=1,
        )
