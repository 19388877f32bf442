"""Converts values in annotation files to numbers and texts; a bad value raises BadValueError, which says why."""

import math
import re
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
_CLOCK = re.compile(r"(?:(\d{1,4}):([0-5]\d)|(\d{1,5})):([0-5]\d(?:[.,]\d{1,9})?)", re.ASCII)
TIMECODE = re.compile(r"\d+:\d\d:\d\d[:;]\d{2,3}", re.ASCII)
DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+", re.ASCII)
_LAST_FRAME = 1 << 40  # up to here, no frame rate gives two frames the same time


class BadValueError(ValueError):
    """A value that makes a row unusable, with the ledger's reason."""

    def __init__(self, reason: Reason, message: str, value: Any) -> None:
        super().__init__(message)
        self.reason = reason
        try:
            self.value = str(value)[:200]
        except (RecursionError, ValueError):
            self.value = "(deeply nested, or a number of thousands of digits)"

    def as_reject(self, source: Source, video: str = "", label: str = "") -> Reject:
        return Reject(self.reason, str(self), source, video, label, self.value)


def is_blank(value: Any) -> bool:
    """Tell whether a value is None or a text of white space."""
    return value is None or isinstance(value, str) and not value.strip()


def parse_text(value: Any, name: str) -> str:
    """Convert a text or number to stripped text, and None to ''."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (list, dict)):
        raise BadValueError(Reason.ROW_MALFORMED, f"{name} is not a text", value)
    try:
        return str(value).strip()
    except ValueError:
        raise BadValueError(Reason.ROW_MALFORMED, f"{name} is a number of too many digits", "") from None


def parse_number(value: Any, name: str, reason: Reason) -> float:
    """Convert a number, or a text that is one, to a finite number."""
    try:
        # An integer may be too large for a float; a truth value would count as 0 or 1.
        number = math.nan if isinstance(value, bool) else float(value)
        if isinstance(value, str) and "_" in value:
            # For Python, 1_5 is 15.
            raise ValueError(value)
    except (TypeError, ValueError, OverflowError):
        raise BadValueError(reason, f"{name} is not a number", value) from None
    if not math.isfinite(number):
        raise BadValueError(reason, f"{name} is not finite", value)
    return number


def parse_flag(value: Any, name: str) -> bool:
    """Convert true, yes, 1 and their opposites to a flag; a blank value is false."""
    text = parse_text(value, name).lower()
    if text not in _FLAGS:
        raise BadValueError(Reason.ROW_MALFORMED, f"{name} is neither true nor false", value)
    return _FLAGS[text]


def parse_time(value: Any, name: str) -> float | None:
    """Convert a time (seconds or frames), which may not be negative; a blank value gives None."""
    if is_blank(value):
        return None
    time = parse_number(value, name, Reason.TIME_INVALID)
    if time < 0:
        raise BadValueError(Reason.TIME_INVALID, f"{name} is negative", value)
    return time


def parse_seconds(value: Any, name: str, has_decimal_commas: bool = False) -> float | None:
    """Convert seconds, `m:ss` or `h:mm:ss`, each with or without a fraction; a blank value gives None.

    After a colon a comma can only begin a fraction; elsewhere it does so if `has_decimal_commas`.
    """
    text = value.strip() if isinstance(value, str) else ""
    if ":" in text and (clock := _CLOCK.fullmatch(text)):
        hours, minutes, more_minutes, seconds = clock.groups(default="0")
        # One sum in whole numbers and one division: 0:00.3 is the same number as 0.3.
        whole, _, fraction = seconds.replace(",", ".").partition(".")
        total = (int(hours) * 60 + int(minutes) + int(more_minutes)) * 60 + int(whole)
        return float(f"{total}.{fraction or 0}")
    if ":" in text:
        problem = (
            "counts frames after the seconds" if TIMECODE.fullmatch(text) else "is no time like 1:05.5 or 0:01:05.5"
        )
        raise BadValueError(Reason.TIME_INVALID, f"{name} {problem}", value)
    return parse_time(text.replace(",", ".") if has_decimal_commas and DECIMAL_COMMA.fullmatch(text) else value, name)


def require_seconds(value: Any, name: str) -> float:
    """Convert seconds as `parse_seconds` does, also with a decimal comma; a blank value is an error."""
    seconds = parse_seconds(value, name, has_decimal_commas=True)
    if seconds is None:
        raise BadValueError(Reason.TIME_INVALID, f"no {name}", value)
    return seconds


def parse_frame(value: Any, name: str) -> int:
    """Convert the number of a frame, which is whole and not negative."""
    number = parse_number(value, name, Reason.TIME_INVALID)
    if not number.is_integer() or not 0 <= number <= _LAST_FRAME:
        raise BadValueError(Reason.TIME_INVALID, f"{name} is no frame of a video", value)
    return int(number)


def parse_range(start: Any, end: Any, names: tuple[str, str] = ("the start", "the end")) -> tuple[float, float | None]:
    """Convert start and end of a segment; a blank start is 0, a blank end None. The end must be later than the start."""
    return check_range(parse_time(start, names[0]) or 0.0, parse_time(end, names[1]))


def check_range(first: float, last: float | None) -> tuple[float, float | None]:
    """Return the times; raise BadValueError if the last is not later than the first."""
    if last is not None and last <= first:
        raise BadValueError(Reason.END_BEFORE_START, f"ends at {last:g}, starts at {first:g}", f"{first}, {last}")
    return first, last


def parse_split(value: Any, name: str) -> str | None:
    """Convert a format's name of a split to train, eval or test; a blank value gives None."""
    split = parse_text(value, name).lower()
    if not split:
        return None
    if split not in _SPLIT_NAMES:
        raise BadValueError(Reason.SPLIT_UNKNOWN, f"{name} names no split", value)
    return _SPLIT_NAMES[split]
