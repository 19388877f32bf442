"""UCF101's lists: trainlist0k.txt (`Class/v_Class_g08_c01.avi 1`) and testlist0k.txt (without the number).

Source: the lists that come with the data set, https://www.crcv.ucf.edu/data/UCF101.php. The folder is the label, and
`gNN` the group: clips that were cut from one video.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from components.annotations.config import DataConfig
from components.annotations.reasons import Reason
from components.annotations.records import Record, Reject, Segment, Source, UserError

_LIST = re.compile(r"(train|test)list(\d\d)\.txt$")
_LINE = re.compile(r"(?P<path>(?P<label>[^/\\]+)/(?:[^/\\]*_(?P<group>g\d+)_c\d+[^/\\]*|[^/\\]+))(?:\s+\d+)?$")


def read_ucf101(path: Path, config: DataConfig) -> Iterator[Record]:
    """Records of one fold: `path` is one of its two lists, or a folder that holds the lists (the first fold is read)."""
    for split, file in _lists_of_fold(path).items():
        with file.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                text = line.strip()
                if not text:
                    continue
                source = Source(file.name, number)
                match = _LINE.match(text)
                if not match:
                    message = "expected 'Class/v_Class_g01_c01.avi' and, in a train list, a class number"
                    yield Reject(Reason.ROW_MALFORMED, message, source, value=text[:200])
                    continue
                label, group = match["label"], match["group"]
                # Group numbers are counted anew in each class, so the label belongs to the name.
                full_group = f"{label}/{group}" if group else None
                yield Segment(match["path"], label, source, group=full_group, split=split)


def _lists_of_fold(path: Path) -> dict[str, Path]:
    folder, fold = (path, "01") if path.is_dir() else (path.parent, "01")
    match = _LIST.search(path.name)
    if match:
        fold = match[2]
    lists = {split: folder / f"{split}list{fold}.txt" for split in ("train", "test")}
    missing = [str(file) for file in lists.values() if not file.is_file()]
    if missing:
        raise UserError(f"{path}: UCF101's lists come in pairs and {' and '.join(missing)} is missing")
    return lists
