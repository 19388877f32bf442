"""HMDB51's splits: for each class and fold a list `<class>_test_split1.txt` of lines `<video>.avi 1`.

The class stands in the list's name. 1 is train, 2 is test, and 0 a clip that the fold does not use.

Source: the data set's own lists, as https://github.com/open-mmlab/mmaction2 reads them (tools/data/parse_file_list.py,
parse_hmdb51_split); Kuehne et al., HMDB: A Large Video Database for Human Motion Recognition, 2011.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from components.annotations.readers.clip_names import group_of_clip
from components.annotations.readers.encoding import assumed_encoding
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, Sample
from components.annotations.readers.rows import text_lines
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, FindBy, Record, Reject, Segment, Source
from foundation.messages.errors import UserError

_LIST = re.compile(r"(.+)_test_split([1-3])\.txt")
_SPLITS = {"0": None, "1": "train", "2": "test"}


def read_hmdb51(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    """Read one list, or all lists of `data.fold` if `path` is their folder."""
    for file in _lists(path, options):
        label = file.name.rpartition("_test_split")[0]
        yield from assumed_encoding(file)
        for text, source in text_lines(file):
            yield _to_record(text, label, source)


def _to_record(text: str, label: str, source: Source) -> Record:
    video, *uses = text.rsplit(maxsplit=1)
    use = "".join(uses)
    if use not in _SPLITS:
        message = "expected a video's name and 0, 1 or 2, as in 'clip.avi 1'"
        return Reject(Reason.ROW_MALFORMED, message, source, label=label, value=text[:200])
    if use == "0":
        return Reject(Reason.ROW_EXCLUDED, "the fold does not use this clip", source, video, label, use)
    return Segment(video, label, source, group=group_of_clip(video), split=_SPLITS[use], find_by=FindBy.NAME)


def _lists(path: Path, options: ReaderOptions) -> list[Path]:
    if not path.is_dir():
        if not _LIST.fullmatch(path.name):
            message = "the class stands in the name of HMDB51's lists; expected one like wave_test_split1.txt"
            raise UserError(f"{path}: {message}")
        return [path]
    matches = {file: _LIST.fullmatch(file.name) for file in sorted(path.iterdir())}
    lists = [file for file, match in matches.items() if match and match[2] == str(options.fold)]
    if not lists:
        expected = f"fold {options.fold}, like wave_test_split{options.fold}.txt"
        raise UserError(f"{path} has no list of {expected}; see data.fold")
    return lists


def _looks_like_hmdb51(sample: Sample) -> bool:
    if sample.path.is_dir():
        return any(_LIST.fullmatch(file.name) for file in sample.path.iterdir())
    return bool(_LIST.fullmatch(sample.path.name)) and sample.first_line[-2:].strip() in _SPLITS


HMDB51 = Reader(read_hmdb51, _looks_like_hmdb51, _lists, reads_folders=True)
