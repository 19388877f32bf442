"""Texts that tools have written whose formats are not read: which tool it was, and what to do instead.

The marks are looked for before the formats that are read: some of those have keys of the same names, and all that they could
say is which of theirs are missing.
"""

import re
from typing import NamedTuple

from components.annotations.readers.reader import Sample
from foundation.messages.errors import UserError

TABLE = "write a table of it, with the columns path, start_seconds, end_seconds and label (docs/data.md)"


class _Foreign(NamedTuple):
    """A kind of file; `marks`: patterns that are all found in the head of each one's text."""

    what: str
    advice: str
    marks: tuple[str, ...]


_KINDS = (
    _Foreign(
        "an export of Labelbox",
        f"its frames count from 1; {TABLE}",
        (r'"data_row"\s*:', r'"(projects|media_attributes)"\s*:'),
    ),
    _Foreign("an export of Labelbox", TABLE, (r'"DataRow ID"\s*:', r'"Labeled Data"\s*:')),
    _Foreign(
        "an export of V7 Darwin",
        f"its ranges are frames from 0; {TABLE}",
        (r'"schema_ref"\s*:\s*"[^"]*darwin|"item"\s*:\s*\{.*"slots"\s*:|"workview_url"\s*:',),
    ),
    _Foreign(
        "an export of V7 Darwin",
        f"its ranges are frames from 0; {TABLE}",
        (r'"(image|item)"\s*:\s*\{', r'"annotations"\s*:', r'"(ranges|segments)"\s*:\s*\[\s*\['),
    ),
    _Foreign(
        "an export of SuperAnnotate",
        f"its times are microseconds; {TABLE}",
        (r'"metadata"\s*:', r'"instances"\s*:\s*\[', r'"(parameters|className|classId)"\s*:'),
    ),
    _Foreign(
        "an export of Dataloop",
        TABLE,
        (r'"(datasetId|itemId)"\s*:|"metadata"\s*:\s*\{\s*"system"\s*:|\bdataloop\.ai/', r'"annotations"\s*:'),
    ),
    _Foreign("an export of Encord", TABLE, (r'"(label_hash|data_units|object_answers|classification_answers)"\s*:',)),
    _Foreign(
        "an export of Supervisely",
        f"its ranges are frames from 0; {TABLE}",
        (r'^\s*\{(?!.*"(annotations|result)"\s*:)', r'"(framesCount|classTitle)"\s*:', r'"(objects|tags)"\s*:'),
    ),
    _Foreign(
        "a manifest of SageMaker Ground Truth",
        "write a table of it, with source-ref as path and class-name as label (docs/data.md)",
        (r'"source-ref"\s*:',),
    ),
    _Foreign("an export of SageMaker Ground Truth", TABLE, (r'"(tracking|detection)-annotations"\s*:',)),
    _Foreign(
        "an answer of Google's Video Intelligence API",
        f"it is what a model has found, no annotation; if people have corrected it, {TABLE}",
        (r'"(annotation_results|annotationResults)"\s*:',),
    ),
    _Foreign(
        "a file of Anvil",
        f"export its tracks as text from Anvil, and {TABLE}",
        (r"<annotation\b", r"<(head|body)\b", r"<track\b[^>]*\bname=|<specification\b"),
    ),
    _Foreign(
        "a TextGrid of Praat", f"import it in ELAN and save that (.eaf), or {TABLE}", (r'^\s*File type\s*=\s*"oo',)
    ),
    _Foreign("a file of subtitles (WebVTT)", TABLE, (r"^\s*WEBVTT\b",)),
    _Foreign("a file of subtitles (SRT)", TABLE, (r"^\s*\d+\s*\n\s*\d+:\d\d:\d\d[,.]\d+\s*-->",)),
)


def refuse_foreign(sample: Sample) -> None:
    """Raise UserError, which says what to do, if a text is the export of a tool whose format is not read."""
    for what, advice, marks in _KINDS:
        if all(re.search(mark, sample.head, re.DOTALL) for mark in marks):
            raise UserError(f"data.annotations: {sample.path} is {what}, which is not read: {advice}")
