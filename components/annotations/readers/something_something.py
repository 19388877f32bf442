"""Something-Something V2: a JSON list of clips with the template of their label.

    [{"id": "78687", "label": "holding potato next to vicks bottle", "template": "Holding [something] next to [something]",
      "placeholders": ["potato", "vicks bottle"]}, {"id": "1420"}]

The class is the template without its brackets. Clips of the test part have only an id. Files are called `<id>.webm`.

Source: the data set's own files, as https://github.com/open-mmlab/mmaction2 reads them
(tools/data/parse_file_list.py, parse_sthv2_splits); Goyal et al., The "Something Something" Video Database, 2017.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from components.annotations.readers.class_names import ClassNames, load_class_names
from components.annotations.readers.documents import json_objects
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader
from components.annotations.readers.values import BadValueError, parse_text
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Record, Segment, Source

_FIRST_ITEM = re.compile(r'\[\s*\{[^{}]*"(?P<key>template)"|\[\s*\{\s*"id"\s*:\s*"?\d+"?\s*\}')


def read_something_something(path: Path, options: ReaderOptions) -> Iterator[Record]:
    """Read a file; with data.label_map, other templates than its own are rejected."""
    names = load_class_names(options)
    return json_objects(path, lambda item, source: _to_record(item, source, names))


def _to_record(item: dict[str, Any], source: Source, names: ClassNames | None) -> Record:
    video = label = ""
    try:
        video = parse_text(item.get("id"), "id")
        if not video:
            raise BadValueError(Reason.ROW_MALFORMED, "no id", item)
        label = re.sub(r"[\[\]]", "", parse_text(item.get("template"), "template"))
        if not label:
            raise BadValueError(Reason.LABEL_MISSING, "no template, as in the test part", item)
        return Segment(video, names.check(label) if names else label, source, find_by=FindBy.NAME)
    except BadValueError as error:
        return error.as_reject(source, video, label)


SOMETHING_SOMETHING = Reader(
    read_something_something, detects=lambda sample: bool(_FIRST_ITEM.match(sample.head.lstrip()))
)
