"""Values as annotation files hold them, to numbers and texts.

Here and in what readers share, a value that is none raises BadValueError, which says why.
"""

import math
from typing import Any

from components.annotations.records.reasons import Reason
from components.annotations.records.record import Reject, Source
from components.annotations.splits.config import SPLITS

_SPLIT_NAMES = {name: name for name in SPLITS} | {
    "training": "train",
    "val": "eval",
    "valid": "eval",
    "validate": "eval",
    "validation": "eval",
    "testing": "test",
}


_FLAGS = {"": False, "false": False, "no": False, "0": False, "true": True, "yes": True, "1": True}
_LAST_FRAME = 1 << 40  # of two frames up to here, no frame rate makes the same time


class BadValueError(ValueError):
    """A value that makes a row unusable: `reason` is the ledger's, `value` what was found."""

    def __init__(self, reason: Reason, message: str, value: Any) -> None:
        super().__init__(message)
        self.reason = reason
        try:
            self.value = str(value)[:200]
        except (RecursionError, ValueError):
            self.value = "(deeply nested, or a number of thousands of digits)"

    def as_reject(self, source: Source, video: str = "", label: str = "") -> Reject:
        """The ledger row of what stands at `source`."""
        return Reject(self.reason, str(self), source, video, label, self.value)


def is_blank(value: Any) -> bool:
    """Whether nothing was written."""
    return value is None or isinstance(value, str) and not value.strip()


def parse_text(value: Any, name: str) -> str:
    """A text or number as stripped text; nothing gives ''."""
    if isinstance(value, (list, dict)):
        raise BadValueError(Reason.ROW_MALFORMED, f"{name} is not a text", value)
    try:
        return "" if value is None else str(value).strip()
    except ValueError:
        raise BadValueError(Reason.ROW_MALFORMED, f"{name} is a number of too many digits", "") from None


def parse_number(value: Any, name: str, reason: Reason) -> float:
    """A finite number, written as such or as text."""
    try:
        # An integer may be too large for a float; a truth value would count as 0 or 1.
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        raise BadValueError(reason, f"{name} is not a number", value) from None
    if not math.isfinite(number):
        raise BadValueError(reason, f"{name} is not finite", value)
    return number


def parse_flag(value: Any, name: str) -> bool:
    """Whether a value says yes; nothing says no."""
    text = parse_text(value, name).lower()
    if text not in _FLAGS:
        raise BadValueError(Reason.ROW_MALFORMED, f"{name} is neither true nor false", value)
    return _FLAGS[text]


def parse_time(value: Any, name: str) -> float | None:
    """A time (seconds or frames) from 0 on; nothing gives None."""
    if is_blank(value):
        return None
    time = parse_number(value, name, Reason.TIME_INVALID)
    if time < 0:
        raise BadValueError(Reason.TIME_INVALID, f"{name} is negative", value)
    return time


def parse_frame(value: Any, name: str) -> int:
    """The index of a frame, from 0 on."""
    number = parse_number(value, name, Reason.TIME_INVALID)
    if not number.is_integer() or not 0 <= number <= _LAST_FRAME:
        raise BadValueError(Reason.TIME_INVALID, f"{name} is no frame of a video", value)
    return int(number)


def parse_range(start: Any, end: Any, names: tuple[str, str] = ("the start", "the end")) -> tuple[float, float | None]:
    """Start (default 0) and end (default None) of a segment, in order."""
    first, last = parse_time(start, names[0]) or 0.0, parse_time(end, names[1])
    if last is not None and last <= first:
        raise BadValueError(Reason.END_BEFORE_START, f"ends at {last:g}, starts at {first:g}", f"{first}, {last}")
    return first, last


def parse_split(value: Any, name: str) -> str | None:
    """train, eval or test, under the names that formats have for them; nothing gives None."""
    split = parse_text(value, name).lower()
    if not split:
        return None
    if split not in _SPLIT_NAMES:
        raise BadValueError(Reason.SPLIT_UNKNOWN, f"{name} names no split", value)
    return _SPLIT_NAMES[split]
