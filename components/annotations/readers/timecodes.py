"""Times as tools write them into tables: seconds, or hours, minutes and seconds with colons."""

import re
from typing import Any

from components.annotations.readers.values import BadValueError, is_blank, parse_time
from components.annotations.records.reasons import Reason

_TIMECODE = re.compile(r"(?:(\d{1,4}):)?([0-5]?\d):([0-5]?\d(?:[.,]\d{1,9})?)")


def parse_timecode(value: Any, name: str) -> float:
    """Seconds of `83.5`, `83,5`, `1:23.5` or `00:01:23.500`."""
    if is_blank(value):
        raise BadValueError(Reason.TIME_INVALID, f"no {name}", value)
    text = str(value).strip()
    match = _TIMECODE.fullmatch(text)
    if match:
        hours, minutes, seconds = match.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
    return parse_time(text.replace(",", ".") if text.count(",") == 1 else text, name) or 0.0
