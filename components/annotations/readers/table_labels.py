"""Labels in the cells of a generic table: those of a row, and those that somebody looked for."""

import json
from typing import Any

from components.annotations.readers.values import BadValueError, is_blank, parse_text
from components.annotations.records.reasons import Reason

_ALL = "*"


def parse_labels(text: str, name: str, separator: str | None) -> list[str]:
    """The labels of a cell, each once."""
    labels = [label.strip() for label in text.split(separator)] if separator else [text]
    found = list(dict.fromkeys(filter(None, labels)))
    if not found:
        raise BadValueError(Reason.LABEL_MISSING, f"no {name} beside {separator!r}", text)
    return found


def parse_looked_for(value: Any, name: str, separator: str, is_negative: bool) -> tuple[str, ...] | None:
    """The labels that were looked for, a list or a text; None, which is all, where nothing is said of it."""
    if value is None or value == _ALL or (is_negative and (not value or is_blank(value))):
        return None
    if is_negative:
        message = f"a row that states a negative says it of all labels; leave {name} empty"
        raise BadValueError(Reason.ROW_MALFORMED, message, value)
    texts = _list_in(value) if isinstance(value, str) and value.lstrip().startswith("[") else value
    is_list = isinstance(texts, list)
    parts = texts if is_list else parse_text(texts, name).split(separator)
    labels = sorted({label for part in parts if (label := parse_text(part, name))})
    if _ALL in labels and not is_list:
        raise BadValueError(Reason.ROW_MALFORMED, f"{name} has {_ALL}, which is all labels, beside others", value)
    return tuple(labels)


def _list_in(text: str) -> Any:
    """What a text is as JSON; the text itself if it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
