"""What people decide about a row of the annotations, or about what a check found: a line of JSON each."""

import secrets
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from components.annotations.readers.text import LONGEST_NAME, LONGEST_PATH, text_problem


class Action(str, Enum):
    """What is decided; what a row says is changed by RELABEL, BOUNDS, GROUP and EXCLUDE alone."""

    ACCEPT = "accept"  # the row, or what was found, is right as it is
    REJECT = "reject"  # the row is wrong, and what is right is still open
    RELABEL = "relabel"
    BOUNDS = "bounds"
    GROUP = "group"
    EXCLUDE = "exclude"
    NOTE = "note"
    UNDO = "undo"


CHANGES = frozenset((Action.RELABEL, Action.BOUNDS, Action.GROUP, Action.EXCLUDE))


def _name(text: str) -> str:
    problem = text_problem(text, LONGEST_NAME)
    if problem or not text.strip():
        raise ValueError(problem or "is empty")
    return text


def _path(text: str) -> str:
    problem = text_problem(text, LONGEST_PATH)
    if problem or not text:
        raise ValueError(problem or "is empty")
    return text


def _utc(moment: datetime) -> datetime:
    if moment.utcoffset() != timedelta(0):
        raise ValueError("is no time in UTC, such as 2026-11-30T08:15:00Z")
    return moment


Name = Annotated[str, AfterValidator(_name)]
Id = Annotated[str, Field(pattern=r"^[\w.:-]{1,64}$")]
Bounds = tuple[Annotated[float, Field(ge=0)], float | None]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Target(_Strict):
    """The row that is meant, as it was when somebody decided.

    Attributes:
      path: of its video, below the folder of the videos.
      end_seconds: None: to the end of the video.
      label: empty for a row that states that no action happens.
      id: see `components.annotations.files.manifest.segment_id`; another label, time or box gives another id.
    """

    path: Annotated[str, AfterValidator(_path)]
    start_seconds: float = Field(ge=0)
    end_seconds: float | None
    label: str
    id: Id

    def __str__(self) -> str:
        end = "the end" if self.end_seconds is None else f"{self.end_seconds:g} s"
        return f"{self.path}, {self.start_seconds:g} to {end}, {self.label!r}"


class FindingName(_Strict):
    """What a check found: the check's id and, where it concerns no row, the message."""

    check: Name
    about: str = Field("", max_length=10_000)


class Decision(_Strict):
    """One decision.

    Attributes:
      id: its own, by which it can be undone.
      at: when it was made, in UTC.
      by: who made it.
      segment: the row; None only where what was found concerns none, and for UNDO.
      old, new: a label (RELABEL), [start, end] in seconds (BOUNDS), a group or None (GROUP); else None.
      finding: what a check found that led to it.
      undoes: the id of an earlier decision; for UNDO only.
      batch: the same for decisions about many rows that were made at one go.
    """

    id: Id
    at: Annotated[datetime, AfterValidator(_utc)]
    by: Name
    action: Action
    segment: Target | None = None
    old: Annotated[str, Field(max_length=LONGEST_NAME)] | Bounds | None = None
    new: Name | Bounds | None = None
    why: str = Field("", max_length=10_000)
    finding: FindingName | None = None
    undoes: Id | None = None
    batch: Id | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> "Decision":
        if (self.action is Action.UNDO) != (self.undoes is not None):
            raise ValueError("undoes names the decision that an undo takes back, and belongs to no other action")
        if self.action is Action.UNDO:
            return self
        if self.segment is None and not (self.action not in CHANGES and self.finding):
            raise ValueError(f"{self.action.value} needs a segment")
        _CHECKS.get(self.action, _no_values)(self)
        return self

    def as_line(self) -> str:
        """A line of the log, with its end; what is not said is left out."""
        return self.model_dump_json(exclude_defaults=True) + "\n"


def new_decision(action: Action, by: str, **parts: Any) -> Decision:
    """A decision that is made now; `parts`: see `Decision`. Raises ValueError if they do not fit the action."""
    return Decision(id=secrets.token_hex(8), at=datetime.now(timezone.utc), by=by, action=action, **parts)


def _no_values(decision: Decision) -> None:
    if decision.old is not None or decision.new is not None:
        raise ValueError(f"{decision.action.value} has neither old nor new")


def _labels(decision: Decision) -> None:
    if not isinstance(decision.new, str):
        raise ValueError("new is no label")


def _bounds(decision: Decision) -> None:
    if not isinstance(decision.new, tuple):
        raise ValueError("new is no [start, end] in seconds")
    start, end = decision.new
    if end is not None and end <= start:
        raise ValueError(f"new ends at {end:g} s and starts at {start:g} s")


def _groups(decision: Decision) -> None:
    if isinstance(decision.new, tuple) or isinstance(decision.old, tuple):
        raise ValueError("old and new are a group, or null")


_CHECKS = {Action.RELABEL: _labels, Action.BOUNDS: _bounds, Action.GROUP: _groups}
