"""What is said of rows without a start or an end, where others have them: nobody may have meant the whole video."""

from collections import Counter
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
        self._counts: Counter[tuple[bool, bool]] = Counter()
        self._first: dict[tuple[bool, bool], Source] = {}

    def count(self, fields: Mapping[str, Any], columns: Columns, source: Source) -> None:
        if not is_blank(fields.get(columns.label)):
            times = (not is_blank(fields.get(columns.start_seconds)), not is_blank(fields.get(columns.end_seconds)))
            self._counts[times] += 1
            self._first.setdefault(times, source)

    def assumptions(self) -> Iterator[Assumption]:
        """Nothing where all rows have the same times."""
        total = self._counts.total()
        for times, (what, meaning) in _SAID.items():
            if 0 < self._counts[times] < total:
                message = (
                    f"{what} in {self._counts[times]} of {total} rows (the first: {self._first[times]}), and {meaning}"
                )
                yield Assumption(message, "If times are missing there, write them, or delete these rows.")
