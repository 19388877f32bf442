"""In which columns of a table a comma begins the fraction of a number, as in many countries."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from components.annotations.readers.values import DECIMAL_COMMA
from components.annotations.records.record import Assumption

# 1,500 is one and a half, or fifteen hundred.
_OF_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}", re.ASCII)


class CommaColumns(NamedTuple):
    """The columns whose numbers have decimal commas, and those whose commas may also divide thousands."""

    decimal: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()

    def assumptions(self) -> Iterator[Assumption]:
        if self.decimal:
            message = f"the commas in {_listed(self.decimal)} are read as decimal points (0,5 is 0.5)"
            yield Assumption(message, "If they mean something else, write the numbers with points.")
        if self.unclear:
            message = (
                f"the commas in {_listed(self.unclear)} may begin fractions or divide thousands; such rows are left out"
            )
            yield Assumption(message, "Write the numbers with points, and thousands without a mark.")


def find_comma_columns(rows: Iterable[Mapping[str, str]], names: Collection[str], delimiter: str) -> CommaColumns:
    """Those of the columns `names` in which some numbers have a comma and none has a point.

    One number that has no three digits after its comma shows what commas are in the whole table; and where semicolons divide
    the columns, they do so because commas are decimal.
    """
    with_comma, with_point, certain = set(), set(), set()
    for fields in rows:
        for name in names & fields.keys():
            text = fields[name].strip()
            if "." in text:
                with_point.add(name)
            elif DECIMAL_COMMA.fullmatch(text):
                with_comma.add(name)
                if not _OF_THOUSANDS.fullmatch(text):
                    certain.add(name)
    found = frozenset(with_comma - with_point)
    return CommaColumns(decimal=found) if delimiter == ";" or found & certain else CommaColumns(unclear=found)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(map(repr, names)))
