"""The columns of ELAN's tab-delimited text: which hold the times, the tier, the participant and the annotation.

Begin, end and duration (which may be left out) stand side by side, each in up to four formats: hh:mm:ss.ms, ss.msec, msec, and
a timecode with frames. A header names them "Begin Time - ss.msec" in the language of the user; the formats are the same in all.
Without a header they are told by the values: the formats of a time agree with each other, and so does the duration.
"""

import re
from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from components.annotations.readers.column_names import NAMES, plain
from components.annotations.readers.values import BadValueError, parse_number, require_seconds
from components.annotations.records.reasons import Reason

_HEADER = re.compile(
    r"(?P<which>.+?) - (?P<form>hh:mm:ss\.ms|ss\.msec|msec|PAL(?:-50fps)?|NTSC|TimeCode.*)", re.IGNORECASE
)
_FORMS = {"hh:mm:ss.ms": "clock", "ss.msec": "seconds", "msec": "milliseconds"}
_KINDS = (
    ("clock", re.compile(r"\d{1,4}:\d\d:\d\d[.,]\d{1,3}")),
    ("frames", re.compile(r"\d{1,4}:\d\d:\d\d[:;]\d\d")),
    ("seconds", re.compile(r"\d+[.,]\d{1,3}")),
    ("milliseconds", re.compile(r"\d+")),
)
_FINEST = ("milliseconds", "seconds", "clock")
_TOLERANCE_SECONDS = 0.0021


class Columns(NamedTuple):
    """Indices of columns.

    Attributes:
      begin, end: in `form`.
      first, after: the first column of a time, and the first one after all times.
      tiers: the names of the columns after the times, where each is a tier; else nothing.
    """

    begin: int
    end: int
    form: str
    first: int
    after: int
    tiers: tuple[str, ...] = ()

    def seconds(self, fields: Sequence[str]) -> tuple[float, float]:
        """Begin and end of a row; raises BadValueError if one is no time in the form of its column, or is missing."""
        begin, end = (
            _seconds(fields[index], self.form) if index < len(fields) else None for index in (self.begin, self.end)
        )
        if begin is None or end is None:
            raise BadValueError(Reason.TIME_INVALID, "no begin and end", "\t".join(fields))
        return begin, end


def columns_of_header(fields: Sequence[str]) -> Columns | None:
    """The columns that a header names; None if the fields are none."""
    matches = {index: match for index, match in enumerate(map(_HEADER.fullmatch, map(str.strip, fields))) if match}
    which = list(dict.fromkeys(match["which"] for match in matches.values()))
    if len(which) < 2:
        return None
    columns = {(match["which"], _FORMS.get(match["form"].lower(), "")): index for index, match in matches.items()}
    form = next((form for form in _FINEST if all((name, form) in columns for name in which[:2])), "")
    if not form:
        return None
    first, after = min(matches), max(matches) + 1
    # ELAN has a file behind the times. In front of them it is someone else's, in a table of their own.
    if any(plain(name) in NAMES["path"] for name in fields[:first]):
        return None
    # Before the times stand tier and participant; where they do not, each tier has a column of its own.
    tiers = tuple(name.strip() for name in fields[after:]) if first == 0 else ()
    return Columns(columns[which[0], form], columns[which[1], form], form, first, after, tiers)


def columns_of_values(rows: Sequence[Sequence[str]], is_certain: bool) -> Columns | None:
    """The columns that half of these rows or more have their times in; None if there are none.

    Args:
      is_certain: numbers that other tables may have as well count too, such as two in a row.
    """
    votes: dict[Columns, int] = {}
    for fields in rows:
        for columns in _candidates(fields, is_certain)[:1]:
            votes[columns] = votes.get(columns, 0) + 1
    best = max(votes, key=lambda columns: votes[columns], default=None)
    return best if best and votes[best] * 2 >= len(rows) else None


def _candidates(fields: Sequence[str], is_certain: bool) -> list[Columns]:
    """Where the times of a row may stand, the most telling first: in many formats, with a duration, early."""
    kinds = [next((kind for kind, form in _KINDS if form.fullmatch(field.strip())), "") for field in fields]
    found = []
    for num_forms, num_times, first in product((4, 3, 2, 1), (3, 2), range(min(3, len(fields)))):
        after = first + num_forms * num_times
        forms = kinds[first : first + num_forms]
        if after >= len(fields) or kinds[first:after] != forms * num_times or len(set(forms)) != num_forms:
            continue
        form = next((form for form in _FINEST if form in forms), "")
        is_telling = num_forms > 1 or num_times == 3 and (forms == ["clock"] or forms == ["seconds"] and first == 2)
        if all(forms) and form and (is_telling or is_certain):
            columns = Columns(first + forms.index(form), first + num_forms + forms.index(form), form, first, after)
            if _agree(fields[first:after], forms, num_times):
                found.append(columns)
    return found


def _agree(values: Sequence[str], forms: Sequence[str], num_times: int) -> bool:
    """Tell whether all formats of a time say the same, and the times are a begin, a later end, and what lies between."""
    times = []
    for index in range(num_times):
        shown = [
            seconds
            for form, value in zip(forms, values[index * len(forms) :], strict=False)
            if (seconds := _seconds(value, form)) is not None
        ]
        if not shown or max(shown) - min(shown) > _TOLERANCE_SECONDS:
            return False
        times.append(shown[-1])
    begin, end, *duration = times
    return begin < end and all(abs(end - begin - length) <= _TOLERANCE_SECONDS for length in duration)


def _seconds(value: str, form: str) -> float | None:
    if form == "frames" or not value.strip():
        return None
    if form == "milliseconds":
        return parse_number(value, "a time", Reason.TIME_INVALID) / 1000
    return require_seconds(value, "a time")
