"""Checks that labels, groups and paths are text that every later step can use: UTF-8, one line, not too long."""

import unicodedata

from components.annotations.records.reasons import Reason
from components.annotations.records.record import Record, Reject

LONGEST_NAME = 256
LONGEST_PATH = 4096


def check_text(record: Record) -> Record:
    """Return the record, or a reject if its path, its group or one of its labels cannot be used."""
    if isinstance(record, Reject):
        return record
    if not record.looked_for and _are_plain(record.video, record.label, record.group or ""):
        return record
    texts = (
        ("path", record.video, LONGEST_PATH),
        ("label", record.label, LONGEST_NAME),
        ("group", record.group or "", LONGEST_NAME),
        *(("label that was looked for", label, LONGEST_NAME) for label in record.looked_for or ()),
    )
    for name, text, longest in texts:
        if problem := text_problem(text, longest):
            message = f"the {name} {problem}"
            return Reject(Reason.TEXT_INVALID, message, record.source, record.video, record.label, text[:200])
    return record


def _are_plain(*texts: str) -> bool:
    """Tell in a moment that texts have no problem, as most have none."""
    together = "".join(texts)
    return len(together) <= LONGEST_NAME and "\ufffd" not in together and together.isprintable()


def text_problem(text: str, longest: int) -> str:
    """The problem that makes `text` unusable, as the end of a sentence; empty if there is none."""
    if len(text) > longest:
        return f"has {len(text)} characters; at most {longest} are allowed"
    # Readers put U+FFFD in the place of bytes that are not UTF-8.
    if "\ufffd" in text:
        return "is not UTF-8"
    if text.isprintable():
        return ""
    categories = {unicodedata.category(character) for character in text}
    if "Cs" in categories:
        return "is not UTF-8"
    if "Cc" in categories:
        return "contains a line break or another control character"
    return ""
