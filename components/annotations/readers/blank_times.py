"""What is said of rows without a start or an end, where others have them: nobody may have meant the whole video."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.annotations.readers.options import Columns
from components.annotations.readers.values import is_blank
from components.annotations.records.record import Assumption, Source

# By whether a row has a start, and an end.
_SAID = {
    (False, False): ("no times stand", "each is taken as a whole video"),
    (True, False): ("no end stands", "each action lasts until its video ends"),
    (False, True): ("no start stands", "each action begins where its video does"),
}


class BlankTimes:
    """Counts rows with a label by the times that they have."""

    def __init__(self) -> None:
        self._sources: dict[tuple[bool, bool], list[Source]] = {}

    def count(self, fields: Mapping[str, Any], columns: Columns, source: Source) -> None:
        if not is_blank(fields.get(columns.label)):
            has_start, has_end = (
                not is_blank(fields.get(name)) for name in (columns.start_seconds, columns.end_seconds)
            )
            self._sources.setdefault((has_start, has_end), []).append(source)

    def assumptions(self) -> Iterator[Assumption]:
        """Nothing where all rows have the same times."""
        total = sum(map(len, self._sources.values()))
        for times, (what, meaning) in _SAID.items():
            sources = self._sources.get(times, [])
            if 0 < len(sources) < total:
                message = f"{what} in {len(sources)} of {total} rows (the first: {sources[0]}), and {meaning}"
                yield Assumption(message, "If times are missing there, write them, or delete these rows.")
