"""What a check is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from components.annotation_validator.findings import Found, Severity, Unit
from components.annotation_validator.inputs.inputs import CheckInputs


class Needs(str, Enum):
    """What has to be looked at before a check can say anything; headers are read wherever videos are at hand."""

    ROWS = "rows"
    FRAMES = "frames"
    MODEL = "model"


class Fix(str, Enum):
    """What becomes of suggestions: `--fix` does safe ones, and unsafe ones only with `--unsafe-fixes`, after a look."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    NONE = "none"


@dataclass(frozen=True)
class Bar:
    """Beyond which value something is found: the configuration's default for it, what it counts, and its limits."""

    default: float
    description: str
    gt: float | None = None
    ge: float | None = None
    lt: float | None = None
    le: float | None = None


@dataclass(frozen=True)
class Check:
    """A function, and all that is the same for whatever it finds.

    Attributes:
      id: its key in the configuration; stable, as scripts rely on it.
      find: is called with the inputs and its bar, if it is switched on and what it needs was looked at.
      severity, unit: of what it usually finds.
      assumes_one_label: it has nothing to say where clips have several labels.
      yields_to: earlier checks; the segments that they name are its inputs' `settled`.
    """

    id: str
    find: Callable[[CheckInputs, float], Iterable[Found]]
    bar: Bar
    severity: Severity = Severity.WARNING
    unit: Unit = Unit.SHARE
    needs: Needs = Needs.ROWS
    fix: Fix = Fix.NONE
    assumes_one_label: bool = False
    yields_to: tuple[str, ...] = ()
