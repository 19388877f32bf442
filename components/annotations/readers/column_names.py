"""What people call the columns of a table: path, times, label, group and split, and the units in the names of times."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

# Objects in JSON each have their names again.
_NUM_KEPT = 1024
# All names are compared in this form: "Start Time (s)", start_time_s and startTimeS are one.
_NO_LETTER = re.compile(r"[\W_]+")

NAMES: Mapping[str, frozenset[str]] = {
    key: frozenset(names.split())
    for key, names in {
        "path": "path video file filename filepath videopath videofile videofilename videofilepath videoname videoid clip "
        "clippath clipname clipfile relpath relativepath fullpath absolutepath media mediafile mediapath mediafilepath url "
        "uri videourl videouri movie datei dateiname fichier archivo",
        "label": "label labels labelname class classname classlabel action actionname actionlabel actionclass category "
        "categoryname activity activityname activitylabel activityclass behavior behaviour gesture tag eventlabel target "
        "klasse aktion kategorie classe categorie etiquette clase categoria etiqueta",
        "group": "group groupid groupname person personid personname subject subjectid subjectname subjectcode actor actorid "
        "actorname participant participantid participantname participantcode performer performerid signer signerid patient "
        "patientid gruppe proband teilnehmer groupe sujet grupo sujeto",
        "split": "split splits splitname subset set partition datasplit",
    }.items()
}
# What a video is called elsewhere. Beside a column of paths, it is none.
_IDENTIFIERS = frozenset(("videoid", "url", "uri", "videourl", "videouri"))
# Names that only look like one of these: they are never read, and said to be unread.
_LOOKALIKES = {
    "label": re.compile(r".*(label|class|action|activity|category)(es|s|id|idx|index|name)?"),
    "group": re.compile(
        r"(session|scene|site|place|room|location|camera|cam|recording|family|house|speaker|animal)(id|name|no)?"
    ),
    "split": re.compile(r"(fold|phase|usage|mluse)"),
    "time": re.compile(
        r".*(time|times|timestamp|timestamps|timecode|duration|interval|timespan|timerange|onset|offset)(s|sec|secs|seconds|ms)?"
        r"|timestamp.*|(key|mid|peak)?frame(no|id|number)?|length|dur|dauer|duree|duracion|zeit|temps|tiempo"
    ),
}
# Numbers that are no times: facts about a file, and of a row.
_FACTS = re.compile(
    r"(video|clip|file|num|n|no)?(width|height|w|h|fps|framerate|frames?|framecount|size|bytes|bitrate|rate|channels|id|idx|index|"
    r"no|number|row|age|year|weight|score|confidence|count|x\d?|y\d?|xmin|ymin|xmax|ymax|unnamed\d*)"
)
# Names of one time, or of two times in one field.
_TIMES = re.compile(
    r"(t|ts|time)\d?|secs?|seconds|times|timestamp|timestamps|timecode|timespan|timerange|range|interval|span|segment|support"
)

_UNITS = {
    unit: meaning
    for meaning, units in {
        "seconds": "s sec secs second seconds insec inseconds ssmsec",
        "milliseconds": "ms msec msecs msecond mseconds milli millis millisecond milliseconds",
        "minutes": "min mins minute minutes",
        "hours": "h hr hrs hour hours",
        "microseconds": "us usec usecs microsecond microseconds",
        "nanoseconds": "ns nsec nanosecond nanoseconds",
        "frames": "frame frames frameno framenumber framenum frameid frameidx frameindex fr f",
        "samples": "sample samples tick ticks",
    }.items()
    for unit in units.split()
}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
# In front, a single letter would make a unit of the beginning of a word.
_UNIT_BEFORE = "|".join(unit for unit in sorted(_UNITS, key=len, reverse=True) if unit == "ms" or len(unit) > 2)
# In English, and in the languages in which a table may well have them beside an English path and label.
_START = "first|start|starting|starts|begin|begins|beginning|begining|onset|from|in|von|beginn|anfangs?|debut|inicio"
_END = "last|end|ending|ends|stop|stops|offset|finish|until|till|to|out|bis|ende|fin|fim|slut|slutt|eind|einde"
_EDGE = re.compile(
    rf"(?:action|activity|segment|seg|clip|event|annotation|label|temporal)?(?P<before>{_UNIT_BEFORE})?"
    rf"(?:timestamp|timecode|time|temps(?:de)?|tiempo(?:de)?|tempo|mark|tc|ts|t)??(?:(?P<start>{_START})|(?P<end>{_END}))"
    rf"(?:timestamps?|timecode|tc|times?|ts|point|pos|position|at|zeit|tid|tijd)?(?:hhmmss(?:ms|msec)?|hms)?(?P<after>{_UNIT})?"
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
# Words that also stand for something else: where one comes from, what one is called.
_PLACES = frozenset(("first", "last", "from", "to", "in", "out", "von", "bis", "fin"))
_START_WORDS = {"start", "starts", "starting", "begin", "begins", "beginning", "onset"}
_END_WORDS = {"end", "ends", "ending", "stop", "stops"}


class Edge(NamedTuple):
    """What the name of a time says: start or end of an action, and its unit ("" if it says none)."""

    key: str
    unit: str


@lru_cache(_NUM_KEPT)
def plain(name: str) -> str:
    """A name without case, accents, and all that is neither letter nor digit."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKD", name).casefold())


@lru_cache(_NUM_KEPT)
def edge_of(name: str) -> Edge | None:
    """What a column's name says of an action's start or end; None if it speaks of neither."""
    match = _EDGE.fullmatch(plain(name))
    if not match:
        return None
    key = "start_seconds" if match["start"] else "end_seconds"
    return Edge(key, _UNITS.get(match["after"] or match["before"] or "", ""))


@lru_cache(_NUM_KEPT)
def edge_hinted_at(name: str) -> str:
    """The key of the time that a name of several words seems to speak of, as `video_start` does; else nothing."""
    words = {word.casefold() for word in _WORD.findall(name)}
    return "start_seconds" if words & _START_WORDS else "end_seconds" if words & _END_WORDS else ""


@lru_cache(_NUM_KEPT)
def may_hold_times(name: str) -> bool:
    """Tell whether a name is one of a column with a time, or with start and end together."""
    return bool(_TIMES.fullmatch(plain(name)))


def is_identifier(name: str) -> bool:
    """Tell whether a name that may be one of paths is rather one of a video's number or address."""
    return plain(name) in _IDENTIFIERS


def is_place(name: str) -> bool:
    """Tell whether a name that speaks of a start or an end may speak of a place as well, as `from` and `Start Location`."""
    return plain(name) in _PLACES or not edge_of(name)


@lru_cache(_NUM_KEPT)
def is_fact(name: str) -> bool:
    """Tell whether a name is that of a number that can be no time, such as the width of a video."""
    return bool(_FACTS.fullmatch(plain(name)))


@lru_cache(_NUM_KEPT)
def looks_like(name: str) -> str:
    """What a column seems to hold by its name: a label, a group, a split, a time, or nothing that a table is read for."""
    short = plain(name)
    if edge_of(name) or edge_hinted_at(name) or may_hold_times(name):
        return "time"
    for kind in ("group", "label", "split"):
        if short in NAMES[kind]:
            return kind
    return next((kind for kind, pattern in _LOOKALIKES.items() if pattern.fullmatch(short)), "")
