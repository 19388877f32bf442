"""UCF101's lists: trainlist0k.txt (`Class/v_Class_g08_c01.avi 1`) and testlist0k.txt (without the number).

The folder is the label, and `gNN` the group: clips that were cut from one video.

Source: the lists that come with the data set, https://www.crcv.ucf.edu/data/UCF101.php.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from components.annotations.readers.encoding import assumed_encoding
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, Sample
from components.annotations.readers.rows import text_lines
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, Record, Reject, Segment
from foundation.messages.errors import UserError

_LIST = re.compile(r"(train|test)list(\d\d)\.txt")
_GROUP = re.compile(r"_(g\d+)_c\d")


def read_ucf101(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    """Read one fold: `path` is one of its two lists, or the folder of all lists (then `data.fold` says which fold)."""
    for split, file in _lists_of_fold(path, options.fold).items():
        yield from assumed_encoding(file)
        for text, source in text_lines(file):
            head, *number = text.rsplit(maxsplit=1)
            video = head if number and number[0].isdecimal() else text
            label, _, name = video.partition("/")
            if not label or not name or re.search(r"[/\\]", label + name):
                message = "expected 'Class/v_Class_g01_c01.avi' and, in a train list, a class number"
                yield Reject(Reason.ROW_MALFORMED, message, source, value=text[:200])
                continue
            match = _GROUP.search(name)
            # Group numbers begin again in each class, so the label is part of the group's name.
            group = f"{label}/{match[1]}" if match else None
            yield Segment(video, label, source, group=group, split=split)


def _lists_of_fold(path: Path, fold: int) -> dict[str, Path]:
    """The train list and the test list of a fold; `path` is one of them, or their folder.

    Raises:
      UserError: one of the two is missing, or `path` is a file with another name.
    """
    folder, number = path, f"{fold:02d}"
    if not path.is_dir():
        match = _LIST.fullmatch(path.name)
        if not match:
            raise UserError(f"{path}: expected a UCF101 list named like trainlist01.txt or testlist01.txt")
        folder, number = path.parent, match[2]
    lists = {split: folder / f"{split}list{number}.txt" for split in ("train", "test")}
    missing = [str(file) for file in lists.values() if not file.is_file()]
    if missing:
        raise UserError(f"{path}: UCF101's lists come in pairs and {' and '.join(missing)} is missing")
    return lists


def _looks_like_ucf101(sample: Sample) -> bool:
    if sample.path.is_dir():
        return any(_LIST.fullmatch(file.name) for file in sample.path.iterdir())
    return bool(_LIST.fullmatch(sample.path.name)) and "/" in sample.first_line


UCF101 = Reader(
    read_ucf101,
    _looks_like_ucf101,
    files=lambda path, options: list(_lists_of_fold(path, options.fold).values()),
    reads_folders=True,
)
