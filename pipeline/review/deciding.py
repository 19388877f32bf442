"""What people ask to be decided, checked before it is written down. Pure."""

import math
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from components.annotations.decisions.decision import Action, Decision, FindingName, Target, new_decision
from components.annotations.readers.text import LONGEST_NAME, text_problem
from pipeline.review.clips import Clip, KnownFinding
from pipeline.review.standing import Standing

_KEYS = ("segment", "action", "new", "why", "finding", "undoes")
_LONGEST_TEXT = 4096
# A video's length is a guess of its header's.
_TOLERANCE_SECONDS = 0.5
_DECIMALS = 4


def read_action(body: Any) -> Action:
    """What is to be done, of a client's request, which may be any JSON. Raises ValueError."""
    if not isinstance(body, dict):
        raise ValueError("a decision is a JSON object")
    if unknown := [key for key in body if key not in _KEYS]:
        raise ValueError(f"{unknown[0][:80]} is no part of a decision; expected {', '.join(_KEYS)}")
    action = body.get("action")
    if action not in [each.value for each in Action]:
        raise ValueError(f"action is {str(action)[:80]}; expected one of {', '.join(each.value for each in Action)}")
    return Action(action)


def read_decision(
    body: Mapping[str, Any], by: str, clip: Clip, now: Standing, finding: KnownFinding | None, video_seconds: float
) -> Decision:
    """A decision about a clip.

    Args:
      body: a client's request, of which the action was read.
      now: how the clip stands.
      finding: what led to it.
      video_seconds: how long the video is; 0 where that is unknown.

    Raises:
      ValueError: it cannot be decided; the message is a sentence.
    """
    action, new = read_action(body), body.get("new")
    old: Any = None
    if action is Action.RELABEL:
        old, new = now.label, _name("label", new)
    elif action is Action.GROUP:
        old, new = now.group, None if new is None else _name("group", new)
    elif action is Action.BOUNDS:
        old, new = (now.start_seconds, now.end_seconds), _bounds(new, video_seconds)
    elif new is not None:
        raise ValueError(f"{action.value} has no value; leave out new")
    why = read_why(body)
    if action is Action.NOTE and not why.strip():
        raise ValueError("the note is empty; its text is why")
    segment = clip.segment
    row = {
        "path": segment.video,
        "start_seconds": segment.start_seconds,
        "end_seconds": segment.end_seconds,
        "label": segment.label,
        "id": segment.id,
    }
    try:
        name = FindingName(check=finding.finding.check) if finding else None
        target = Target.model_validate(row)
        return new_decision(action, by, segment=target, old=old, new=new, why=why, finding=name)
    except ValidationError as error:
        raise ValueError(_said(error)) from error


def read_acceptance(body: Mapping[str, Any], by: str, finding: KnownFinding) -> Decision:
    """A finding as a whole, accepted. Raises ValueError."""
    if read_action(body) is not Action.ACCEPT:
        raise ValueError("a finding as a whole is accepted; all else is decided about a segment")
    name = FindingName(check=finding.finding.check, about=finding.finding.message)
    return new_decision(Action.ACCEPT, by, finding=name, why=read_why(body))


def read_why(body: Mapping[str, Any]) -> str:
    """The reason, or the text of a note. Raises ValueError."""
    return _text("why", body.get("why", ""))


def _bounds(new: Any, video_seconds: float) -> tuple[float, float]:
    if not (isinstance(new, list) and len(new) == 2 and all(_is_number(each) for each in new)):
        raise ValueError("bounds are two finite numbers, start and end in seconds")
    start, end = (round(float(each), _DECIMALS) for each in new)
    if not 0 <= start < end:
        raise ValueError(f"from {start:g} s to {end:g} s lasts no clip: it starts at 0 or later, and ends after that")
    if video_seconds and end > video_seconds + _TOLERANCE_SECONDS:
        raise ValueError(f"the clip would end at {end:g} s, but the video at {video_seconds:g} s")
    return start, end


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _name(what: str, value: Any) -> str:
    name = _text(what, value).strip()
    if not name:
        raise ValueError(f"the {what} is empty")
    if problem := text_problem(name, LONGEST_NAME):
        raise ValueError(f"the {what} {problem}")
    return name


def _text(what: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{what} is {type(value).__name__}; expected text")
    if len(value) > _LONGEST_TEXT:
        raise ValueError(f"{what} has {len(value)} characters; at most {_LONGEST_TEXT} are kept")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError(f"{what} is not UTF-8")
    return value


def _said(error: ValidationError) -> str:
    problem = error.errors()[0]
    place = ".".join(map(str, problem["loc"]))
    return f"{place or 'the decision'}: {problem['msg'].removeprefix('Value error, ')}"
