"""Which column of a table is which: those that the configuration names and, where they are absent, usual other names of them.

Nothing is read in silence under another name, and no row is taken whole because its times were not understood: what is taken
is said, what looks like a time, a group or a label and is not read is named, and what could be read in two ways is refused.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from components.annotations.readers.column_names import (
    NAMES,
    edge_hinted_at,
    edge_of,
    is_fact,
    is_identifier,
    looks_like,
    may_hold_times,
    plain,
)
from components.annotations.readers.column_values import (
    are_no_times,
    are_splits,
    are_times,
    hold_named_times,
    hold_times,
    look_like_times,
    say_the_same,
)
from components.annotations.readers.options import Columns, ReaderOptions
from components.annotations.records.record import Assumption

_TIMES = ("start_seconds", "end_seconds")
_IN_SECONDS = ("", "seconds")
_PARTS = ("hours", "minutes")
_DIVISORS = {"milliseconds": 1000.0}
_WITHOUT_ONE = {
    "start_seconds": "no column of starts is read, so each action begins where its video does",
    "end_seconds": "no column of ends is read, so each action lasts until its video ends",
}
_SAY_WHICH = "If that is wrong, name the right column under data.columns.{key}."

ValuesOf = Callable[[str], Sequence[Any]]


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
    others = _other_names(found, offered, values_of)
    for key, name in others.items():
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
    _check_units(others, found)
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
        if key == "path":
            candidates = [name for name in candidates if not is_identifier(name)] or candidates
        if key == "split":
            candidates = [name for name in candidates if same or are_splits(values_of(name))]
        if key in _TIMES and len(candidates) > 1:
            divisors = [_DIVISORS.get(_unit(name), 1.0) for name in candidates]
            if say_the_same(list(map(values_of, candidates)), divisors):
                candidates = candidates[:1]
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
    return not are_no_times(name, values_of(name))


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


def _check_units(others: Mapping[str, str], found: Mapping[str, str]) -> None:
    """Raise if only one of two times says a unit that is not seconds: the other one may be in seconds or in that unit."""
    units = {key: _unit(found[key]) for key in _TIMES if key in found}
    for key, unit in units.items():
        if unit == "" and key in others and any(other in _DIVISORS for other in units.values()):
            raise UnclearColumnsError(
                f"of the columns {' and '.join(repr(found[key]) for key in units)} only one says its unit; write it into the "
                f"name of {found[key]!r} too"
            )


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
        if key in missing and not are_no_times(name, values_of(name)):
            if edge and edge.unit not in _IN_SECONDS and edge.unit not in _DIVISORS:
                raise UnclearColumnsError(_unread_unit(name, edge.unit))
            raise UnclearColumnsError(
                f"the column {name!r} looks like {key} and is not known to be; if it is, in seconds, set data.columns.{key} to "
                "it, else rename it"
            )
    if missing == list(_TIMES):
        for name in offered:
            values = values_of(name)
            if (may_hold_times(name) and hold_times(name, values)) or hold_named_times(values):
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
    rest = {name: values_of(name) for name in offered if not kinds[name] and not is_fact(name)}
    return [*assumptions, *_without_times([key for key in _TIMES if key not in found], rest)]


def _without_times(missing: Sequence[str], rest: Mapping[str, Sequence[Any]]) -> Iterator[Assumption]:
    """What is said where a start or an end is not read, and may stand in the columns in which nothing else was seen."""
    if len(missing) == len(_TIMES):
        likely = look_like_times(rest)
        what = "no column of times is read, so each row is a whole video" if likely else ""
    else:
        likely = [name for name, values in rest.items() if are_times(values)]
        what = _WITHOUT_ONE[missing[0]] if missing else ""
    if what:
        unread = f"; {' and '.join(map(repr, likely))} {'is' if len(likely) == 1 else 'are'} not read" if likely else ""
        remedy = f"If that is wrong, set {' and '.join(f'data.columns.{key}' for key in missing)}, in seconds."
        yield Assumption(what + unread, remedy)
