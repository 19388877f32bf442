"""Jester's lists, a form that Something-Something V1 uses too: `<id>;<label>` in each line.

Clips of the test part have only an id. Videos, or folders of their frames, are called by the id.

Source: the data sets' own files, as https://github.com/open-mmlab/mmaction2 reads them
(tools/data/parse_file_list.py, parse_jester_splits and parse_sthv1_splits); Materzynska et al., The Jester Dataset,
2019.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from components.annotations.readers.class_names import ClassNames, load_class_names
from components.annotations.readers.encoding import assumed_encoding
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader
from components.annotations.readers.rows import text_lines
from components.annotations.readers.values import BadValueError
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, FindBy, Record, Segment, Source

_ROW = re.compile(r"\d+;[^;]+")


def read_jester(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    """Read a file; with data.label_map (the labels file), other labels than its own are rejected."""
    names = load_class_names(options)
    yield from assumed_encoding(path)
    for text, source in text_lines(path):
        yield _to_record(text, source, names)


def _to_record(text: str, source: Source, names: ClassNames | None) -> Record:
    video, _, label = (part.strip() for part in text.partition(";"))
    try:
        if not video:
            message = "expected an id and a label, as in '34870;Drumming Fingers'"
            raise BadValueError(Reason.ROW_MALFORMED, message, text)
        if not label:
            raise BadValueError(Reason.LABEL_MISSING, "no label, as in the test part", text)
        return Segment(video, names.check(label) if names else label, source, find_by=FindBy.NAME)
    except BadValueError as error:
        return error.as_reject(source, video, label)


JESTER = Reader(read_jester, detects=lambda sample: bool(_ROW.fullmatch(sample.first_line)))
