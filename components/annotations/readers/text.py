"""Labels, groups and paths as text that every later step can hold: UTF-8, on one line, of a sensible length."""

import unicodedata

from components.annotations.records.reasons import Reason
from components.annotations.records.record import Record, Reject

_LONGEST_NAME = 256
LONGEST_PATH = 4096


def check_text(record: Record) -> Record:
    """The record, or the reject that it becomes when its label, group or path is text that nothing could print."""
    if isinstance(record, Reject):
        return record
    texts = (
        ("path", record.video, LONGEST_PATH),
        ("label", record.label, _LONGEST_NAME),
        ("group", record.group or "", _LONGEST_NAME),
    )
    for name, text, longest in texts:
        problem = text_problem(text, longest)
        if problem:
            return Reject(
                Reason.TEXT_INVALID, f"the {name} {problem}", record.source, record.video, record.label, text[:200]
            )
    return record


def text_problem(text: str, longest: int) -> str:
    """What makes `text` unusable; nothing if it is fine."""
    if len(text) > longest:
        return f"has {len(text)} characters; at most {longest} are allowed"
    # Readers put U+FFFD where bytes were no UTF-8.
    categories = set() if text.isprintable() else {unicodedata.category(character) for character in text}
    if "\ufffd" in text or "Cs" in categories:
        return "is not UTF-8"
    if "Cc" in categories:
        return "contains a line break or another control character"
    return ""
