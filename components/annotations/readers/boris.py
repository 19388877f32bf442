"""BORIS, event logging of behaviour in videos: its table of events, its table of aggregated events, its project file.

    Observation id,...,Subject,Behavior,...,Behavior type,Time,Media file name,...
    obs1,...,ann,walk,...,START,0.500,c00.mp4,...
    obs1,...,ann,walk,...,STOP,2.000,c00.mp4,...

A state event is a segment from its START to its STOP; in the project file, where nothing says START or STOP, the events of one
subject, behaviour and modifiers start and stop in turn. The subject is the group. Version 7 writes facts of the observation
above the header of its table, and calls columns otherwise than 8 and 9.

Source: https://github.com/olivierfriard/BORIS (boris/export_observation.py, export_events.py, config.py, project_functions.py).
"""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from components.annotations.readers.boris_events import POINT, START, STOP, Event, Observation, pair_events
from components.annotations.readers.boris_tables import delimiter_of, read_table
from components.annotations.readers.documents import as_list, as_object, load_json
from components.annotations.readers.exports import (
    exports_of,
    files_of_exports,
    head_of_exports,
    name_of_export,
)
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, Sample, decode_head, read_head, row_of
from components.annotations.readers.values import BadValueError, is_blank, parse_number, parse_text
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, Record, Source

_FILES = ("*.csv", "*.tsv", "*.boris")
_NUM_LINES = 60


def read_boris(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    """Read a table, whose rows are lines, or a project, whose rows are the ranks of its events; or a folder of such files."""
    for file in exports_of(path, *_FILES):
        sample, name = Sample(file, decode_head(read_head(file))), name_of_export(file, path)
        if sample.first_line.startswith("{"):
            yield from _read_project(file, name)
        else:
            yield from read_table(file, name, delimiter_of(sample.first_lines(_NUM_LINES)) or ",")


def _read_project(path: Path, name: str) -> Iterator[Record]:
    ranks = count(1)
    try:
        document = as_object(load_json(path), "the file", Reason.FILE_MALFORMED)
        observations = as_object(document.get("observations"), "observations", Reason.FILE_MALFORMED)
        kinds = _kinds_of_behaviors(document.get("behaviors_conf"))
    except BadValueError as error:
        yield error.as_reject(Source(name, 1))
        return
    for observation, content in observations.items():
        yield from sorted(_read_observation(observation, content, kinds, name, ranks), key=row_of)


def _read_observation(
    name: str, content: Any, kinds: Mapping[str, str], file: str, ranks: Iterator[int]
) -> Iterator[Record]:
    try:
        fields = as_object(content, "an observation")
        items = as_list(fields.get("events"), "events")
        if not items:
            raise BadValueError(Reason.LABEL_MISSING, "nothing was coded in the observation", name)
        observation = _observation(name, fields)
    except BadValueError as error:
        yield error.as_reject(Source(file, next(ranks)))
        return
    events = []
    for item in items:
        source = Source(file, next(ranks))
        try:
            events.append(_event(item, source, observation, kinds))
        except BadValueError as error:
            yield error.as_reject(source, observation.video)
    yield from pair_events(_in_turn(sorted(events, key=lambda event: event.seconds)))


def _observation(name: str, fields: Mapping[str, Any]) -> Observation:
    players = as_object(fields.get("file") or {}, "file")
    files = tuple(parse_text(file, "a media file") for file in as_list(players.get("1"), "the files of player 1"))
    lengths = as_object(as_object(fields.get("media_info") or {}, "media_info").get("length") or {}, "length")
    offset = fields.get("time offset")
    return Observation(
        name,
        files,
        tuple(parse_number(lengths[file], "a length", Reason.TIME_INVALID) for file in files if file in lengths),
        0.0 if is_blank(offset) else parse_number(offset, "time offset", Reason.TIME_INVALID),
    )


def _event(item: Any, source: Source, observation: Observation, kinds: Mapping[str, str]) -> Event:
    values = as_list(item, "an event")
    if len(values) < 3:
        raise BadValueError(Reason.ROW_MALFORMED, "expected a time, a subject and a behaviour", item)
    seconds = parse_number(values[0], "the time", Reason.TIME_INVALID)
    subject, behavior = parse_text(values[1], "the subject"), parse_text(values[2], "the behaviour")
    if behavior not in kinds:
        message = "the project does not define the behaviour, so it is neither a state nor a point"
        raise BadValueError(Reason.LABEL_UNKNOWN, message, behavior)
    modifiers = tuple(parse_text(value, "the modifier") for value in values[3:4])
    return Event(source, observation, seconds, subject, behavior, modifiers, kinds[behavior])


def _in_turn(events: list[Event]) -> Iterator[Event]:
    """Make every second state event of one subject, behaviour and modifiers a STOP."""
    are_started: dict[tuple[str, str, tuple[str, ...]], bool] = {}
    for event in events:
        key = (event.subject, event.behavior, event.modifiers)
        if event.kind == START and are_started.get(key):
            event = event._replace(kind=STOP)
        are_started[key] = event.kind == START
        yield event


def _kinds_of_behaviors(content: Any) -> dict[str, str]:
    """START for the behaviours that are states, and POINT for the others."""
    kinds = {}
    for behavior in as_object(content or {}, "behaviors_conf", Reason.FILE_MALFORMED).values():
        fields = as_object(behavior, "a behaviour", Reason.FILE_MALFORMED)
        is_state = str(fields.get("type")).lower().startswith("state")
        kinds[parse_text(fields.get("code"), "code")] = START if is_state else POINT
    return kinds


def _looks_like_boris(sample: Sample) -> bool:
    sample = Sample(sample.path, head_of_exports(sample, *_FILES))
    if sample.first_line.startswith("{"):
        marks = [('"behaviors_conf"',), ('"subjects_conf"',), ('"project_format_version"', '"observations"')]
        return any(all(mark in sample.head for mark in together) for together in marks)
    return bool(delimiter_of(sample.first_lines(_NUM_LINES)))


BORIS = Reader(read_boris, _looks_like_boris, partial(files_of_exports, patterns=_FILES), reads_folders=True)
