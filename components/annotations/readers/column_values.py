"""What stands in a column, as far as its values show it: times, pairs of them, dates, splits."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from itertools import combinations
from typing import Any

from components.annotations.readers.column_names import edge_of, is_place, plain
from components.annotations.readers.values import TIMECODE, BadValueError, is_blank, parse_seconds, parse_split

_RANGE = re.compile(r"[\[(]?\s*([\d.:]+)\s*(?:-|–|,|;|to|\.\.|\s)\s*([\d.:]+)\s*[\])]?")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}.*")
_MOST_SECONDS = 1e6  # above it, a number is a date that is counted in seconds
_ROUNDING_SECONDS = 0.0021


def hold_times(name: str, values: Collection[Any]) -> bool:
    """Tell whether times stand in a column: pairs of them or, by its name, single ones."""
    may_be_single = plain(name).startswith(("t", "sec"))
    return _are_all(values, lambda value: _is_pair(value) or (may_be_single and _time(value) is not None))


def hold_named_times(values: Collection[Any]) -> bool:
    """Tell whether objects with a start or an end stand in a key, or lists of them."""
    return _are_all(values, lambda value: any(map(_has_edge, value if isinstance(value, list) else [value])))


def are_no_times(name: str, values: Collection[Any]) -> bool:
    """Tell whether a column holds dates or, where its name may mean that, places; one value alone does not show it."""
    texts = [value for value in values if not is_blank(value)]
    if len(texts) < 2 or not all(isinstance(text, str) for text in texts):
        return False
    if is_place(name) and not any(any(map(str.isdigit, text)) for text in texts):
        return True
    return all(_DATE.fullmatch(text.strip()) for text in texts)


def are_splits(values: Collection[Any]) -> bool:
    try:
        splits = {parse_split(value, "") for value in values}
    except BadValueError:
        return False
    return bool(splits - {None})


def are_times(values: Collection[Any]) -> bool:
    return _are_all(values, lambda value: _time(value) is not None)


def look_like_times(columns: Mapping[str, Sequence[Any]]) -> list[str]:
    """The names of columns that may hold times, whatever they are called: clock times, pairs, and two numbers that rise."""
    names = [name for name, values in columns.items() if _are_all(values, _is_clock_or_pair)]
    ranges = (pair for pair in combinations(columns, 2) if _may_be_ranges(*(columns[name] for name in pair)))
    return list(dict.fromkeys([*names, *next(ranges, ())]))


def say_the_same(columns: Sequence[Sequence[Any]], divisors: Sequence[float]) -> bool:
    """Tell whether columns hold the same times in different units or forms, as exports do, which may round them."""
    rows = [
        [
            None if (time := _time(value)) is None else time / divisor
            for value, divisor in zip(row, divisors, strict=True)
        ]
        for row in zip(*columns, strict=False)
    ]
    full = [[time for time in row if time is not None] for row in rows]
    is_even = all(len(row) in (0, len(columns)) for row in full)
    return is_even and any(full) and all(max(row) - min(row) <= _ROUNDING_SECONDS for row in full if row)


def _are_all(values: Collection[Any], kind: Callable[[Any], bool]) -> bool:
    """Tell whether all values that are not blank are of a kind, and some are."""
    told = [kind(value) for value in values if not is_blank(value)]
    return bool(told) and all(told)


def _is_clock_or_pair(value: Any) -> bool:
    is_clock = (
        isinstance(value, str) and ":" in value and (_time(value) is not None or TIMECODE.fullmatch(value.strip()))
    )
    return bool(is_clock) or _is_pair(value)


def _is_pair(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) == 2 and all(_time(item) is not None for item in value)
    match = _RANGE.fullmatch(value.strip()) if isinstance(value, str) else None
    return bool(match) and all(_time(text) is not None for text in (match.groups() if match else ()))


def _has_edge(value: Any) -> bool:
    return isinstance(value, dict) and any(map(edge_of, value))


def _time(value: Any) -> float | None:
    with suppress(BadValueError):
        seconds = parse_seconds(value, "", has_decimal_commas=True)
        return seconds if seconds is not None and seconds < _MOST_SECONDS else None
    return None


def _may_be_ranges(first: Sequence[Any], second: Sequence[Any]) -> bool:
    """Tell whether each row has the first of two numbers, and then the second, greater one; some rows may have neither."""
    pairs = [pair for pair in zip(first, second, strict=False) if not all(map(is_blank, pair))]
    times = [(_time(one), _time(other)) for one, other in pairs]
    return bool(times) and all(a is not None and b is not None and a < b for a, b in times)
