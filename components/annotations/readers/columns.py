"""Which column of a table is which: those that the configuration names and, where they are absent, usual other names of them.

Nothing is read in silence under another name, and no row is taken whole because its times were not understood: what is taken
is said, what looks like a time, a group or a label and is not read is named, and what could be read in two ways is refused.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from itertools import combinations
from typing import Any, NamedTuple

from components.annotations.readers.column_names import (
    NAMES,
    edge_hinted_at,
    edge_of,
    is_fact,
    looks_like,
    may_hold_times,
    plain,
)
from components.annotations.readers.options import Columns, ReaderOptions
from components.annotations.readers.values import BadValueError, is_blank, parse_seconds, parse_split
from components.annotations.records.record import Assumption

_TIMES = ("start_seconds", "end_seconds")
_IN_SECONDS = ("", "seconds")
_PARTS = ("hours", "minutes")
_DIVISORS = {"milliseconds": 1000.0}
_RANGE = re.compile(r"[\[(]?\s*([\d.:]+)\s*(?:-|–|,|;|to|\.\.)\s*([\d.:]+)\s*[\])]?")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}.*")
# Words that also stand for something else: where one comes from, what one is called.
_ALSO_PLACES = frozenset(("first", "last", "from", "to", "in", "out", "von", "bis"))
_MOST_SECONDS = 1e6  # above it, a number is a date that is counted in seconds
_SAY_WHICH = "If that is wrong, name the right column under data.columns.{key}."

ValuesOf = Callable[[str], Collection[Any]]


class Layout(NamedTuple):
    """The names of a table's columns by what they hold, what each time has to be divided by to be seconds, and what is said."""

    columns: Columns
    divisors: Mapping[str, float] = {}
    assumptions: tuple[Assumption, ...] = ()


class UnclearColumnsError(ValueError):
    """The names of a table's columns do not say how it is to be read."""


def lay_out(names: Sequence[str], options: ReaderOptions, values_of: ValuesOf) -> Layout:
    """Find the columns of a table, or the keys of an object.

    Args:
      names: all of them.
      options: what the configuration calls them.
      values_of: gives some values of a column.

    Raises:
      UnclearColumnsError: two columns may be the same one, or a time is in a unit that cannot be told or converted.
    """
    found, offered = _named(names, options)
    assumptions = []
    for key, name in _other_names(found, offered, values_of).items():
        found[key] = name
        offered.remove(name)
        unit = _unit(name) if key in _TIMES else ""
        in_unit = f", in {unit}" if unit in _DIVISORS else ""
        assumptions.append(Assumption(f"column {name!r} is read as {key}{in_unit}", _SAY_WHICH.format(key=key)))
    divisors = {}
    for key in _TIMES:
        unit = _unit(found[key]) if key in found else ""
        if unit not in _IN_SECONDS and unit not in _DIVISORS:
            raise UnclearColumnsError(_unread_unit(found[key], unit))
        if unit in _DIVISORS:
            divisors[key] = _DIVISORS[unit]
    _check_times(found, offered, values_of)
    assumptions += _unread(found, offered, values_of)
    columns = options.columns.model_copy(update=found)
    return Layout(columns, divisors, tuple(assumptions))


def lay_out_header(names: Sequence[str], options: ReaderOptions, values_of: ValuesOf) -> Layout:
    """Find the columns of a CSV file, as `lay_out` does; what the configuration names must be there, path and label too.

    Raises:
      UnclearColumnsError: it is not, it is there twice, or `lay_out` raises it.
    """
    defaults = Columns()
    configured = [name for key, name in options.columns if name != getattr(defaults, key)]
    _require((*configured, *options.metadata), names)
    layout = lay_out(names, options, values_of)
    _require((layout.columns.path, layout.columns.label), names)
    repeated = [name for name in (*dict(layout.columns).values(), *options.metadata) if names.count(name) > 1]
    if repeated:
        raise UnclearColumnsError(f"the column {repeated[0]!r} stands there more than once; rename or delete one")
    return layout


def _require(wanted: Sequence[str], names: Sequence[str]) -> None:
    missing = [name for name in wanted if name not in names]
    if missing:
        raise UnclearColumnsError(
            f"no column {' and no column '.join(map(repr, missing))}; found {', '.join(names) or 'nothing'}. "
            "Name the columns under data.columns, set data.delimiter to what divides them, or data.header: false if the "
            "file has no header."
        )


def _named(names: Sequence[str], options: ReaderOptions) -> tuple[dict[str, str], list[str]]:
    """The columns that have the configured names, and all that nothing was said of."""
    wanted = dict(options.columns)
    found = {key: name for key, name in wanted.items() if name in names}
    # A column that is configured for nothing else may be what a default name stands for.
    claimed = {*found.values(), *options.metadata}
    return found, [name for name in dict.fromkeys(names) if name and name not in claimed]


def _other_names(found: Mapping[str, str], offered: Sequence[str], values_of: ValuesOf) -> dict[str, str]:
    taken: dict[str, str] = {}
    for key, default in Columns():
        if key in found:
            continue
        same = [name for name in offered if plain(name) == plain(default)]
        candidates = same or [name for name in offered if _may_be(name, key, offered, values_of)]
        if key == "split":
            candidates = [name for name in candidates if same or _holds_splits(values_of(name))]
        if len(candidates) > 1:
            raise UnclearColumnsError(
                f"the columns {' and '.join(map(repr, candidates))} may each be {key}; "
                f"set data.columns.{key} to the one that is"
            )
        if candidates:
            taken[key] = candidates[0]
    return taken


def _may_be(name: str, key: str, all_names: Sequence[str], values_of: ValuesOf) -> bool:
    if key not in _TIMES:
        return plain(name) in NAMES.get(key, ())
    edge = edge_of(name)
    # Alone, an offset is a shift as often as an end.
    if plain(name).startswith("offset") and not any(plain(other).startswith("onset") for other in all_names):
        return False
    if edge is None or edge.key != key or not (edge.unit in _IN_SECONDS or edge.unit in _DIVISORS):
        return False
    return not _are_no_times(name, values_of(name))


def _unit(name: str) -> str:
    edge = edge_of(name)
    return edge.unit if edge else ""


def _unread_unit(name: str, unit: str) -> str:
    if unit == "frames":
        return (
            f"the column {name!r} counts frames, and it is not known from which number on, at which rate, and whether the last "
            "one is included; write start_seconds and end_seconds (frame / frames per second)"
        )
    return f"the column {name!r} is in {unit}; write start_seconds and end_seconds"


def _check_times(found: Mapping[str, str], offered: Sequence[str], values_of: ValuesOf) -> None:
    """Raise if a time that is not read seems to stand in a column that is not read either."""
    missing = [key for key in _TIMES if key not in found]
    for name in offered:
        edge = edge_of(name)
        if edge and edge.key in found and edge.unit in _PARTS and _unit(found[edge.key]) in _IN_SECONDS:
            both = f"{name!r} and {found[edge.key]!r}"
            raise UnclearColumnsError(
                f"the columns {both} may be parts of one time; write {edge.key} as a whole, in seconds or like 1:05.5"
            )
        key = edge.key if edge else edge_hinted_at(name)
        if key in missing and not _are_no_times(name, values_of(name)):
            if edge and edge.unit not in _IN_SECONDS and edge.unit not in _DIVISORS:
                raise UnclearColumnsError(_unread_unit(name, edge.unit))
            raise UnclearColumnsError(
                f"the column {name!r} looks like {key} and is not known to be; if it is, in seconds, set data.columns.{key} to "
                "it, else rename it"
            )
    if missing == list(_TIMES):
        for name in offered:
            if may_hold_times(name) and _holds_times(name, values_of(name)):
                raise UnclearColumnsError(
                    f"the column {name!r} seems to hold times, and nothing says when an action starts and ends; write "
                    f"start_seconds and end_seconds or, if {name!r} has nothing to do with the action, rename it"
                )
    if missing == ["end_seconds"]:
        for name in offered:
            if plain(name).startswith(("duration", "length", "dur")):
                raise UnclearColumnsError(
                    f"the column {name!r} may be that of the action or of the video; write end_seconds, or rename it"
                )


def _holds_times(name: str, values: Collection[Any]) -> bool:
    """Tell whether times stand in a column: pairs of them or, by its name, single ones."""
    may_be_single = plain(name).startswith(("t", "sec"))
    told = [_is_pair(value) or (may_be_single and _is_time(value)) for value in values if not is_blank(value)]
    return bool(told) and all(told)


def _is_pair(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) == 2 and all(map(_is_time, value))
    match = _RANGE.fullmatch(value.strip()) if isinstance(value, str) else None
    return bool(match) and all(map(_is_time, match.groups() if match else ()))


def _is_time(value: Any) -> bool:
    return _time(value) is not None


def _time(value: Any) -> float | None:
    with suppress(BadValueError):
        seconds = parse_seconds(value, "", has_decimal_commas=True)
        return seconds if seconds is not None and seconds < _MOST_SECONDS else None
    return None


def _are_no_times(name: str, values: Collection[Any]) -> bool:
    """Tell whether a column holds dates or, where its name may mean that, places; one value alone does not show it."""
    texts = [value for value in values if not is_blank(value)]
    if len(texts) < 2 or not all(isinstance(text, str) for text in texts):
        return False
    if plain(name) in _ALSO_PLACES and not any(any(map(str.isdigit, text)) for text in texts):
        return True
    return all(_DATE.fullmatch(text.strip()) for text in texts)


def _holds_splits(values: Collection[Any]) -> bool:
    try:
        splits = {parse_split(value, "") for value in values}
    except BadValueError:
        return False
    return bool(splits - {None})


def _unread(found: Mapping[str, str], offered: Sequence[str], values_of: ValuesOf) -> list[Assumption]:
    kinds = {name: looks_like(name) for name in offered}
    assumptions = [
        Assumption(
            f"column {name!r} looks like a {kind} and is not read",
            "If it is to be read, name it under data.columns."
            if kind != "time"
            else "If it is a start or an end, in seconds, name it under data.columns.",
        )
        for name, kind in kinds.items()
        if kind
    ]
    if not any(key in found for key in _TIMES):
        rest = {name: values_of(name) for name in offered if not kinds[name] and not is_fact(name)}
        numbers = {name: list(map(_time, values)) for name, values in rest.items()}
        for first, second in combinations(numbers, 2):
            if _may_be_range(numbers[first], numbers[second]):
                message = (
                    f"no column of times is read, so each row is a whole video; {first!r} and {second!r} are not read"
                )
                remedy = "If they are start and end, in seconds, set data.columns.start_seconds and data.columns.end_seconds."
                assumptions.append(Assumption(message, remedy))
                break
    return assumptions


def _may_be_range(first: Sequence[float | None], second: Sequence[float | None]) -> bool:
    """Tell whether each row has the first of two numbers, and then the second, greater one."""
    pairs = list(zip(first, second, strict=False))
    return bool(pairs) and all(a is not None and b is not None and a < b for a, b in pairs)
