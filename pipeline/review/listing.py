"""Which clips are listed, in which order, and which part of the list is a page. Pure: nothing is read here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from components.annotations.decisions.decision import Action
from pipeline.review.clips import Catalogue, Clip
from pipeline.review.places import read_region
from pipeline.review.standing import Standing

MOST_OF_A_PAGE = 200
_USUAL_PAGE = 60
_LONGEST_VALUE = 4096
_ANY, _NONE = "any", "none"
DECIDED = (_ANY, _NONE, *(action.value for action in Action if action is not Action.UNDO))

Standings = Mapping[str, Standing]
_Condition = Callable[[Clip, Standing | None], bool]


@dataclass(frozen=True)
class Query:
    """What is asked for; an empty text asks for nothing in particular.

    Attributes:
      q: every word has to be in path, label or group, in any case.
      label, group: as they stand after decisions.
      split: train, eval or test.
      check, finding: ids; clips that these name.
      decided: see `DECIDED`.
      region: a part of the map; see `pipeline.review.places.Region`.
      own, answer: classes; clips of `own` that the model took for `answer`.
      sort: a key of `ORDERS`, with a minus before it the other way round.
      offset, limit: the page.
    """

    q: str = ""
    label: str = ""
    group: str = ""
    split: str = ""
    check: str = ""
    finding: str = ""
    decided: str = ""
    region: str = ""
    own: str = ""
    answer: str = ""
    sort: str = ""
    offset: int = 0
    limit: int = _USUAL_PAGE


def read_query(given: Mapping[str, str]) -> Query:
    """The query that an address holds.

    Raises:
      ValueError: a name or a value is not known; the message is a sentence.
    """
    known = {field.name for field in fields(Query)}
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"{name[:80]} is nothing to ask for; expected one of {', '.join(sorted(known))}")
        if len(value) > _LONGEST_VALUE:
            raise ValueError(f"{name} has {len(value)} characters; at most {_LONGEST_VALUE} are read")
        values[name] = whole_number(name, value) if name in ("offset", "limit") else value
    query = Query(**values)
    if query.sort.removeprefix("-") not in ("", *ORDERS):
        raise ValueError(f"sort is {query.sort[:80]}; expected one of {', '.join(ORDERS)}, perhaps after a minus")
    if query.decided not in ("", *DECIDED):
        raise ValueError(f"decided is {query.decided[:80]}; expected one of {', '.join(DECIDED)}")
    if query.region:
        read_region(query.region)
    if not 1 <= query.limit <= MOST_OF_A_PAGE:
        raise ValueError(f"limit is {query.limit}; expected 1 to {MOST_OF_A_PAGE}")
    return query


def select(catalogue: Catalogue, standings: Standings, query: Query) -> list[Clip]:
    """All clips that the query asks for, in its order, whatever page it wants.

    Raises:
      ValueError: there is no such finding.
    """
    clips = list(_named(catalogue, query))
    if query.region:
        region, places = read_region(query.region), catalogue.map.places
        clips = [clip for clip in clips if region.holds(places.get(clip.id))]
    for holds in _conditions(query):
        clips = [clip for clip in clips if holds(clip, standings.get(clip.id))]
    if not query.sort:
        return clips
    value = ORDERS[query.sort.removeprefix("-")]
    valued = [(value(clip, standings.get(clip.id)), clip) for clip in clips]
    # What has no value comes last, whichever way round.
    known = [pair for pair in valued if pair[0] is not None]
    known.sort(key=lambda pair: pair[0], reverse=query.sort.startswith("-"))
    return [clip for _, clip in known] + [clip for each, clip in valued if each is None]


def page_of(clips: Sequence[Clip], query: Query) -> Sequence[Clip]:
    return clips[query.offset : query.offset + query.limit]


def _named(catalogue: Catalogue, query: Query) -> Iterator[Clip]:
    """The clips that finding and check name: of a finding in its own order, the worst first."""
    if query.finding:
        known = catalogue.findings_by_id.get(query.finding)
        if known is None:
            raise ValueError(f"there is no finding {query.finding[:80]}; the checks may have run again")
        yield from (catalogue.by_id[clip] for clip in known.clips if clip in catalogue.by_id)
    elif query.check:
        named = catalogue.clips_of_check.get(query.check, frozenset())
        yield from (clip for clip in catalogue.clips if clip.id in named)
    else:
        yield from catalogue.clips


def _conditions(query: Query) -> Iterator[_Condition]:
    """What has to hold of a clip, for each part of the query that asks for something."""
    if query.label:
        yield lambda clip, standing: _label(clip, standing) == query.label
    if query.group:
        yield lambda clip, standing: _group(clip, standing) == query.group
    if query.split:
        yield lambda clip, standing: clip.split == query.split
    if query.own:
        yield lambda clip, standing: clip.answer is not None and clip.answer.own == query.own
    if query.answer:
        yield lambda clip, standing: clip.answer is not None and clip.answer.chosen == query.answer
    if query.decided:
        yield lambda clip, standing: _is_decided(standing, query.decided)
    if words := query.q.lower().split():
        yield lambda clip, standing: all(word in clip.searched for word in words)


def _is_decided(standing: Standing | None, decided: str) -> bool:
    if decided == _NONE:
        return standing is None
    return standing is not None and (decided == _ANY or decided in standing.actions)


def _label(clip: Clip, standing: Standing | None) -> str:
    return standing.label if standing else clip.segment.label


def _group(clip: Clip, standing: Standing | None) -> str | None:
    return standing.group if standing else clip.segment.group


def _seconds(clip: Clip, standing: Standing | None) -> float | None:
    if standing is None or standing.end_seconds is None:
        return clip.segment.seconds
    return standing.end_seconds - standing.start_seconds


def _confidence(clip: Clip, standing: Standing | None) -> float | None:
    return clip.answer.chosen_probability if clip.answer else None


ORDERS: Mapping[str, Callable[[Clip, Standing | None], Any]] = {
    "label": _label,
    "group": _group,
    "split": lambda clip, standing: clip.split,
    "confidence": _confidence,
    "loss": lambda clip, standing: clip.answer.loss if clip.answer else None,
    "duration": _seconds,
    "video": lambda clip, standing: (clip.segment.video, clip.segment.start_seconds),
}


def whole_number(name: str, value: str) -> int:
    """The number that an address gives. Raises ValueError."""
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise ValueError(f"{name} is {value[:80]}; expected a whole number from 0 on")
    return int(value)
