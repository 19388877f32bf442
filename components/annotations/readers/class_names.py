"""The file that `data.label_map` names: the names of classes by their numbers.

The content tells its form:
  * one name a line, counted from 0 (MMAction2's label_map.txt);
  * `1 ApplyEyeMakeup`, `1: stand`, `1,stand`: the number first (UCF101's classInd.txt), or last, as in `clapping,0`
    (Moments in Time's moments_categories.txt); in all lines one letter may stand before the number, as in
    `c000 Holding some clothes` (Charades_v1_classes.txt) and `A1. drink water` (NTU RGB+D);
  * CSV with a header, a column of ids and one of names (EPIC-Kitchens' verb classes, Kinetics' labels_to_id.csv), divided
    by whatever divides tables;
  * AVA's .pbtxt: `item { name: "stand" id: 12 }` or `label { name: "stand" label_id: 12 }`;
  * JSON: {"name": 0} (Something-Something's labels), {"0": "name"}, ["name", ...], or a list of lists of words (Diving48's
    vocabulary).
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from components.annotations.readers.delimiters import DELIMITERS, delimiter_in
from components.annotations.readers.encoding import encoding_of_head
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.values import BadValueError
from components.annotations.records.reasons import Reason
from foundation.messages.errors import UserError

_ID_COLUMNS = ("id", "verb_id", "noun_id", "class_id", "label_id")
_NAME_COLUMNS = ("name", "key", "class_key", "class_name", "label", "label_name")
_NUMBER = re.compile(r"\d{1,9}")
_NUMBER_FIRST = re.compile(r"(\d{1,9})(?:\s*[:,;|]\s*|\s+)(\S.*)")
_CODED = re.compile(r"([A-Za-z])(\d{1,9})(?:\s*[:,.]\s*|\s+)(\S.*)")
_BLOCK = re.compile(r"(?:item|label)\s*\{([^{}]*)\}")
_BLOCK_NAME = re.compile(r'\bname\s*:\s*(?:"([^"]*)"|\'([^\']*)\')')
_BLOCK_ID = re.compile(r"\b(?:label_)?id\s*:\s*(\d{1,9})\b")


class ClassNames(NamedTuple):
    path: Path
    by_id: dict[int, str]

    def name(self, number: str) -> str:
        """The name of a class; raises BadValueError if there is none of this number."""
        if not _NUMBER.fullmatch(number):
            raise BadValueError(Reason.LABEL_UNKNOWN, "the label is no class number", number)
        name = self.by_id.get(int(number))
        if name is None:
            raise BadValueError(Reason.LABEL_UNKNOWN, f"{self.path.name} has no class {number}", number)
        return name

    def check(self, name: str) -> str:
        """Return `name` if it is a class of the file; else raise BadValueError."""
        if name not in self.by_id.values():
            raise BadValueError(Reason.LABEL_UNKNOWN, f"the label is no class of {self.path.name}", name)
        return name


def load_class_names(options: ReaderOptions) -> ClassNames | None:
    """The names in `data.label_map`; None if it is not set.

    Raises:
      UserError: the file does not exist, is in none of the known forms, or has two names for one number.
    """
    if options.label_map is None:
        return None
    path = Path(options.label_map)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"data.label_map: {path} cannot be read: {error.strerror}; check its name") from error
    try:
        names = _by_id(_parse(content.decode(encoding_of_head(content), errors="replace")))
    except (ValueError, RecursionError, csv.Error) as error:
        raise UserError(f"data.label_map: {path}: {error}; see docs/formats.md for the forms that are read") from None
    if not names:
        raise UserError(f"data.label_map: {path} holds no class name")
    return ClassNames(path, names)


def _by_id(pairs: Iterable[tuple[int, str]]) -> dict[int, str]:
    names: dict[int, str] = {}
    for number, name in pairs:
        if names.setdefault(number, name) != name:
            raise ValueError(f"class {number} has two names, {names[number][:80]!r} and {name[:80]!r}")
    return names


def _parse(text: str) -> Iterable[tuple[int, str]]:
    if text.lstrip().startswith(("{", "[")):
        return _from_json(json.loads(text))
    blocks = _BLOCK.findall(text)
    if blocks:
        return map(_from_block, blocks)
    lines = [line.strip() for line in text.splitlines() if line.strip() and not delimiter_in(line)]
    for delimiter in DELIMITERS:
        header = [name.strip(' "') for name in lines[0].split(delimiter)] if lines else []
        ids, names = set(header) & set(_ID_COLUMNS), set(header) & set(_NAME_COLUMNS)
        if ids and names:
            return _from_table(lines, min(ids), min(names), delimiter)
    return _from_lines(lines)


def _from_lines(lines: list[str]) -> Iterable[tuple[int, str]]:
    coded = [match for match in map(_CODED.fullmatch, lines) if match]
    is_one_letter, are_distinct = (
        len({match[1] for match in coded}) == 1,
        len({int(match[2]) for match in coded}) == len(lines),
    )
    if is_one_letter and are_distinct:
        return ((int(match[2]), match[3].strip()) for match in coded)
    numbered = [(int(match[1]), match[2]) for match in map(_NUMBER_FIRST.fullmatch, lines) if match]
    for delimiter in DELIMITERS:
        if len(numbered) < len(lines):
            pairs = [line.rpartition(delimiter) for line in lines]
            numbered = [
                (int(last), name.rstrip()) for name, _, last in pairs if name and _NUMBER.fullmatch(last.strip())
            ]
    # Numbers that only some lines have, or that repeat, are parts of names.
    return numbered if len(dict(numbered)) == len(lines) else enumerate(lines)


def _from_table(lines: list[str], id_column: str, name_column: str, delimiter: str) -> Iterator[tuple[int, str]]:
    for row in csv.DictReader(lines, delimiter=delimiter):
        number, name = (row[id_column] or "").strip(), (row[name_column] or "").strip()
        if not _NUMBER.fullmatch(number) or not name:
            raise ValueError(f"not a row with an id and a name: {list(row.values())!r}"[:200])
        yield int(number), name


def _from_block(block: str) -> tuple[int, str]:
    name, number = _BLOCK_NAME.search(block), _BLOCK_ID.search(block)
    if not name or not number:
        raise ValueError(f"not a class with a name and an id: {' '.join(block.split())!r}"[:200])
    return int(number[1]), name[1] or name[2]


def _from_json(document: Any) -> Iterable[tuple[int, str]]:
    if isinstance(document, list):
        words = [name if isinstance(name, list) else [name] for name in document]
        if all(isinstance(word, str) for name in words for word in name):
            return enumerate("+".join(name) for name in words)
    elif isinstance(document, dict):
        if all(isinstance(name, str) and _NUMBER.fullmatch(number) for number, name in document.items()):
            return ((int(number), name) for number, name in document.items())
        if all(_NUMBER.fullmatch(str(number)) for number in document.values()):
            return ((int(number), name) for name, number in document.items())
    raise ValueError("the JSON is neither a list of names nor an object of names and numbers")
