"""BORIS' tables of events and of aggregated events, as versions 7 to 9 write them; see boris.py."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from components.annotations.readers.boris_events import POINT, START, STOP, Event, Observation, pair_events
from components.annotations.readers.reader import row_of
from components.annotations.readers.rows import CsvFile
from components.annotations.readers.values import BadValueError, is_blank, parse_number, require_seconds
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, Record, Source

DELIMITERS = ",\t;"
_PLAYER = re.compile(r"\s*player #\d+:\s*", re.IGNORECASE)
_MEDIA = ("source", "media file", "media file path", "media file name", "player #1")
_NOTHING = ("", "na", "not found")


def names_of_columns(values: Sequence[str]) -> list[str]:
    """The lower-case names in a row, if it is the header of one of the tables; else nothing."""
    names = [value.strip().lower() for value in values]
    has_kind = "status" in names or "behavior type" in names
    is_header = "behavior" in names and ("time" in names and has_kind or {"start (s)", "stop (s)"} <= set(names))
    return names if is_header else []


def delimiter_of(lines: Iterable[str]) -> str:
    """The delimiter of the first line that is a header; empty if none is."""
    for line in lines:
        for delimiter in DELIMITERS:
            with suppress(csv.Error):
                if names_of_columns(next(csv.reader([line], delimiter=delimiter), [])):
                    return delimiter
    return ""


def read_table(path: Path, name: str, delimiter: str) -> Iterator[Record | Assumption]:
    """Read a table, which is called `name` in its records; they are sorted by their rows."""
    table = _Table(name)
    file = CsvFile(path, delimiter)
    yield from file.assumptions(delimiter)
    records: list[Record] = []
    for given in file.records(delimiter, table.add):
        if isinstance(given, Assumption):
            yield given
        else:
            records.append(given)
    if not table.names:
        message = "no row names the columns of BORIS: Behavior, Time and Behavior type, or Start (s) and Stop (s)"
        yield BadValueError(Reason.FILE_MALFORMED, message, "").as_reject(Source(name, 1))
        return
    yield from sorted([*records, *pair_events(table.events)], key=row_of)


@dataclass
class _Table:
    """The rows so far: the observation's facts above the header (version 7), the header, and the events below it."""

    file: str
    names: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def add(self, values: list[str], source: Source) -> Iterator[Record]:
        """Gather the event of a row; an aggregated event is a record at once."""
        source = Source(self.file, source.row)
        if not self.names:
            self.names = names_of_columns(values)
            self.facts[values[0].strip().lower()] = "".join(values[1:2]).strip()
            return
        if any(value.strip() for value in values[len(self.names) :]):
            message = f"{len(values)} fields where the header has {len(self.names)}"
            yield BadValueError(Reason.ROW_MALFORMED, message, ",".join(values)).as_reject(source)
            return
        row = {**self.facts, **{name: value.strip() for name, value in zip(self.names, values, strict=False)}}
        try:
            observation = _observation(row)
            is_aggregated = "start (s)" in self.names
            event = _event(row, source, observation, "start (s)" if is_aggregated else "time")
        except BadValueError as error:
            yield error.as_reject(source, label=row.get("behavior", ""))
            return
        if not is_aggregated:
            self.events.append(event)
        elif event.kind == POINT or row["stop (s)"].lower() in _NOTHING:
            yield from pair_events([event._replace(kind=POINT if event.kind == POINT else START)])
        else:
            yield _aggregated(event, row["stop (s)"])


def _aggregated(event: Event, stop: str) -> Record:
    try:
        return event.as_segment(require_seconds(stop, "Stop (s)"))
    except BadValueError as error:
        return error.as_reject(event.source, event.observation.video, event.behavior)


def _event(row: Mapping[str, str], source: Source, observation: Observation, time: str) -> Event:
    kind = (row.get("status") or row.get("behavior type") or "").upper()
    if time == "time" and kind not in (START, STOP, POINT):
        raise BadValueError(Reason.ROW_MALFORMED, "neither START, STOP nor POINT", kind)
    modifiers = tuple(value for name, value in row.items() if name.startswith("modifier"))
    seconds = require_seconds(row.get(time), time)
    return Event(source, observation, seconds, row.get("subject", ""), row["behavior"], modifiers, kind)


def _observation(row: Mapping[str, str]) -> Observation:
    files = next((files for files in (_of_first_player(row.get(name, "")) for name in _MEDIA) if files), ())
    durations = _of_first_player(row.get("media duration (s)", "") or row.get("total length", ""))
    offset = row.get("time offset (s)", "")
    return Observation(
        row.get("observation id", ""),
        files,
        _seconds_of(durations),
        0.0
        if is_blank(offset) or offset.lower() in _NOTHING
        else parse_number(offset, "Time offset (s)", Reason.TIME_INVALID),
    )


def _of_first_player(text: str) -> tuple[str, ...]:
    first = next((part for part in _PLAYER.split(text.partition("|")[0]) if part.strip()), "")
    return tuple(part.strip() for part in first.split(";") if part.strip().lower() not in _NOTHING)


def _seconds_of(durations: Iterable[str]) -> tuple[float, ...]:
    try:
        return tuple(require_seconds(duration, "the length of a media file") for duration in durations)
    except BadValueError:
        # Only observations of several files need it.
        return ()
