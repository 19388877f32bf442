"""What people ask to be decided about many clips at once. Pure."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.annotations.decisions.decision import Action
from pipeline.review.deciding import read_action
from pipeline.review.listing import Query, read_query, whole_number

MOST_AT_ONCE = 10_000
_ACTIONS = (Action.ACCEPT, Action.REJECT, Action.EXCLUDE, Action.RELABEL, Action.GROUP, Action.NOTE, Action.UNDO)
_KEYS = ("segments", "matching", "count")


@dataclass(frozen=True)
class Batch:
    """Several decisions that are made, and can be undone, at one go.

    Attributes:
      action: what is decided about each clip.
      segments: ids of the clips; empty where a query says which.
      query: what they are listed by.
      count: how many there are, as people were told; None where they were named.
      decision: what `pipeline.review.deciding` reads for each, but for the segment.
    """

    action: Action
    segments: tuple[str, ...]
    query: Query | None
    count: int | None
    decision: Mapping[str, Any]


def read_batch(body: Any) -> Batch:
    """What is to be done, of a client's request, which may be any JSON. Raises ValueError."""
    if not isinstance(body, dict):
        raise ValueError("decisions about many clips are a JSON object")
    decision = {key: value for key, value in body.items() if key not in _KEYS}
    action = read_action(decision)
    if action not in _ACTIONS:
        raise ValueError(f"{action.value} is decided about one clip at a time")
    segments, matching = body.get("segments"), body.get("matching")
    if action is Action.UNDO:
        return Batch(action, (), None, None, decision)
    if matching is None:
        return Batch(action, _ids(segments), None, None, decision)
    if segments is not None or not (isinstance(matching, dict) and all(map(_is_text, matching.values()))):
        raise ValueError("either segments names the clips, or matching is what a list of them is asked for by")
    return Batch(action, (), read_query(matching), whole_number("count", str(body.get("count"))), decision)


def new_batch_id() -> str:
    return secrets.token_hex(8)


def _ids(segments: Any) -> tuple[str, ...]:
    if not (isinstance(segments, list) and segments and all(map(_is_text, segments))):
        raise ValueError("segments is no list of clips' ids")
    ids = tuple(dict.fromkeys(segments))
    require_few(len(ids))
    return ids


def require_few(count: int) -> None:
    """Raises ValueError for more clips than are decided about at once."""
    if count > MOST_AT_ONCE:
        raise ValueError(
            f"{count:,} clips are more than the {MOST_AT_ONCE:,} that are decided about at once; filter them"
        )


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
