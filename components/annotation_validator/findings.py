"""What checks find, and how it is reported."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any, NamedTuple

from components.annotations.records.record import Source, printable

# In the component's artifact.
FINDINGS_FILE, PAGE_FILE = "findings.json", "report.html"


class Severity(str, Enum):
    """How bad a finding is: an error spoils the training or its evaluation, a warning may, a note is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)

    def reaches(self, other: "Severity") -> bool:
        """Whether this is at least as bad as `other`."""
        return self.rank <= other.rank


class Unit(str, Enum):
    """What a finding's value and bar count."""

    COUNT = "count"
    SHARE = "share"
    SECONDS = "seconds"
    RATIO = "ratio"

    def shown(self, value: float | None) -> str:
        """The value for people: a share as a percentage, unless it would be rounded to 0%."""
        if value is None:
            return ""
        if self is Unit.SHARE and (value == 0 or value >= 0.01):
            return f"{value:.0%}"
        return f"{value:.3g}{' s' if self is Unit.SECONDS else ''}"


@dataclass(frozen=True)
class Suggestion:
    """What would mend a row; None leaves a field as it is. `delete`: another row stands for it."""

    start_seconds: float | None = None
    end_seconds: float | None = None
    label: str | None = None
    group: str | None = None
    delete: bool = False

    def __str__(self) -> str:
        if self.delete:
            return "delete the row"
        words = [
            f"{verb} at {seconds:.2f} s"
            for verb, seconds in (("begin", self.start_seconds), ("end", self.end_seconds))
            if seconds is not None
        ]
        words += [f"label {self.label!r}"] if self.label is not None else []
        words += [f"group {self.group!r}"] if self.group is not None else []
        return ", ".join(words)


@dataclass(frozen=True)
class Place:
    """A segment that a finding concerns, or (`source` None) a video as such.

    Attributes:
      segment_id: see `components.annotations.files.manifest.segment_id`; empty for a video.
      start_seconds, end_seconds: what the row says; None where that is the video's start or end, or unknown.
      suggestion: how to mend the row, where that can be said.
    """

    video: str
    label: str = ""
    source: Source | None = None
    segment_id: str = ""
    start_seconds: float | None = None
    end_seconds: float | None = None
    suggestion: Suggestion | None = None

    def __str__(self) -> str:
        where = f"{self.source}: {self.video}" if self.source else self.video
        span = ""
        if self.start_seconds or self.end_seconds:
            end = "the end" if self.end_seconds is None else f"{self.end_seconds:.6g} s"
            span = f", {self.start_seconds or 0:.6g} to {end}"
        return where + span + (f", {self.label!r}" if self.label else "")


class Scale(NamedTuple):
    """What a value is held against (None: nothing), and what both count."""

    bar: float | None
    unit: Unit


@dataclass(frozen=True)
class Found:
    """What a check yields; the runner makes a Finding of it, with all that is the same for the whole check.

    Attributes:
      severity: where it is worse or better than what the check usually finds.
      scale: where the configured bar does not apply.
    """

    message: str
    remedy: str
    value: float | None = None
    places: tuple[Place, ...] = ()
    severity: Severity | None = None
    scale: Scale | None = None


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    Attributes:
      check: the check's id, which is its key in the configuration section `checks`. Ids are stable: scripts may rely on
        them.
      value, bar: what was measured, and beyond which value it is found; None where there is no number.
      unit: of both.
      message: what was found, with its class, group or video.
      remedy: what to do about it.
      places: the segments and videos concerned, the worst first.
    """

    check: str
    severity: Severity
    message: str
    remedy: str
    value: float | None = None
    bar: float | None = None
    unit: Unit = Unit.RATIO
    places: tuple[Place, ...] = ()

    @property
    def labels(self) -> list[str]:
        """The classes of its places, each once."""
        return sorted({place.label for place in self.places if place.label})

    def as_json(self) -> dict[str, Any]:
        return _printable(asdict(self))

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Finding":
        """The inverse of `as_json`."""
        places = tuple(
            Place(
                **{
                    **place,
                    "source": place["source"] and Source(**place["source"]),
                    "suggestion": place["suggestion"] and Suggestion(**place["suggestion"]),
                }
            )
            for place in value["places"]
        )
        enums = {"severity": Severity(value["severity"]), "unit": Unit(value["unit"])}
        return Finding(**{**value, **enums, "places": places})


def _printable(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    return [_printable(item) for item in value] if isinstance(value, (tuple, list)) else value
