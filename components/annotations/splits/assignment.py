"""The split of each video and group, as a file by which a later run can keep them where they are."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from components.annotations.splits.config import SPLITS
from components.annotations.splits.grouping import GroupsOf, Node
from foundation.messages.errors import UserError

ASSIGNMENT_FILE = "splits.csv"


class Row(NamedTuple):
    """A video, its group (empty if it has none), and the split of both."""

    video: str
    group: str
    split: str

    def nodes(self) -> list[Node]:
        """The nodes of the video and the group, without those that the row leaves empty."""
        return [Node(is_video, name) for is_video, name in ((True, self.video), (False, self.group)) if name]


@dataclass(frozen=True)
class Assignment:
    """Sorted rows; no video and no group is in two splits. `name`: their file, for messages."""

    rows: tuple[Row, ...] = ()
    name: str = ""

    @cached_property
    def split_of(self) -> dict[Node, str]:
        return {node: row.split for row in self.rows for node in row.nodes()}

    def extended(self, groups_of: GroupsOf, splits: Mapping[str, str]) -> "Assignment":
        """Add rows of videos, whose groups (see `groups_of_videos`) and splits are given.

        All earlier rows stay, so absent videos keep their place.
        """
        rows = {Row(video, group, splits[video]) for video, groups in groups_of.items() for group in groups}
        return Assignment(tuple(sorted(rows.union(self.rows))), self.name)

    def to_csv(self) -> str:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows(self.rows)
        return text.getvalue()


def read_assignment(path: Path, name: str = "") -> Assignment:
    """Read the assignment in a CSV file with the columns video, group and split, in any order and among others.

    Args:
      path: the file.
      name: the file's name for messages; default: the path.

    Raises:
      UserError: the file cannot be read, or is no assignment; the message has the row and the remedy.
    """
    name = name or str(path)
    rows: list[Row] = []
    row_of: dict[Node, int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file, strict=True)
            missing = [column for column in Row._fields if column not in (lines.fieldnames or ())]
            if missing:
                raise _error(name, 1, f"no column {' and no column '.join(map(repr, missing))}")
            for line in lines:
                row = Row(*(line[column] or "" for column in Row._fields))
                number = lines.line_num
                if row.split not in SPLITS:
                    raise _error(name, number, f"the split {row.split!r} is none of {', '.join(SPLITS)}")
                if not row.nodes():
                    raise _error(name, number, "neither a video nor a group")
                for node in row.nodes():
                    first = row_of.setdefault(node, len(rows))
                    if first != len(rows) and rows[first].split != row.split:
                        raise _error(name, number, f"{node} is in {row.split}, and in {rows[first].split} further up")
                rows.append(row)
    except OSError as error:
        raise UserError(f"splits.assignment: {name} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"splits.assignment: {name} is not CSV in UTF-8: {error}. {_REMEDY}") from error
    return Assignment(tuple(sorted(set(rows))), name)


_REMEDY = "Correct it, or have it written anew without splits.assignment (clipgate splits); then old data may move."


def _error(name: str, row: int, problem: str) -> UserError:
    return UserError(f"splits.assignment: {name}, row {row}: {problem}. {_REMEDY}")
