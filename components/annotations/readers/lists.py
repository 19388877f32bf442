"""Lists as MMAction2, PySlowFast and PaddleVideo write them: a path and numbers in each line.

    some/path/000.mp4 1             a video and its class
    some/path/000.mp4 1 2 5         a video and its classes: one segment each
    some/directory-1 163 1          a folder of frames, how many they are, and the class

White space divides the columns, or `data.delimiter` (PySlowFast's PATH_LABEL_SEPARATOR, MMIT's comma).
`data.label_map` names the classes. A path without an extension is a folder of frames, or a video whose extension the
list omits. Such a video is found by its file name if the path has no folders, or if the name is that of a clip of UCF101,
HMDB51 or Kinetics.

All lines of a file have one layout, which at least nine of ten show. If it can be read in two ways, the file is refused
until `data.label_field` says which numbers are classes: `all`, or the `last`. For example, `a.mp4 300 0` may have two
classes, or 300 frames and a class, as in PaddleVideo's lists; three numbers may hold a range of frames, and so may two that
rise in each line (`a 12 50`, `b 30 75`).

Source: https://github.com/open-mmlab/mmaction2 (docs/en/user_guides/prepare_dataset.md);
https://github.com/facebookresearch/SlowFast (slowfast/datasets/DATASET.md, kinetics.py).
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from components.annotations.readers.class_names import ClassNames, load_class_names
from components.annotations.readers.clip_names import group_of_clip
from components.annotations.readers.encoding import assumed_encoding
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, Sample
from components.annotations.readers.rows import text_lines
from components.annotations.readers.values import BadValueError
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, FindBy, Record, Segment, Source
from foundation.messages.errors import UserError

_NUMBER = re.compile(r"\d{1,9}")
_EXTENSION = re.compile(r"[^/]\.[A-Za-z]\w{1,4}\Z")
_FIRST_LABELS = {"all": 0, "last": -1}
_NUM_LINES_TOLD_FROM = 10


def read_lists(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    """Give one record for each class of each line.

    Raises:
      UserError: the lines can be read in two ways and `data.label_field` does not say which, or the list and
        `data.label_map` do not count classes from the same number.
    """
    delimiter = _delimiter(path, options)
    first_label = _first_label(path, delimiter, options.label_field)
    names = load_class_names(options)
    if names:
        _check_counting(path, delimiter, first_label, names)
    yield from assumed_encoding(path)
    for text, source in text_lines(path):
        for record in _to_records(text, source, delimiter, first_label, names):
            # What the user says of the paths counts more than what their names look like.
            yield replace(record, group=None) if options.group_pattern and isinstance(record, Segment) else record


def _to_records(
    text: str, source: Source, delimiter: str | None, first_label: int, names: ClassNames | None
) -> Iterator[Record]:
    try:
        video, numbers = _split(text, delimiter)
        labels = numbers[first_label:]
        if not labels:
            raise BadValueError(Reason.LABEL_MISSING, "no class after the number of frames", text)
    except BadValueError as error:
        yield error.as_reject(source)
        return
    video, find_by, group = _find(video)
    for label in labels:
        try:
            name = names.name(label) if names else label
            yield Segment(video, name, source, group=group, find_by=find_by)
        except BadValueError as error:
            yield error.as_reject(source, video, label)


def _find(path: str) -> tuple[str, FindBy, str | None]:
    """The video's path or name, which of the two it is, and its group."""
    group = group_of_clip(path)
    if _has_extension(path):
        return path, FindBy.PATH, group
    # Names of these data sets are unique, so such a clip may lie in any folder. Another name could be that of another clip.
    return path.rpartition("/")[2] if group else path, FindBy.NAME, group


def _split(text: str, delimiter: str | None) -> tuple[str, list[str]]:
    """The path of a line, and its numbers; raises BadValueError if there is no number."""
    if delimiter:
        video, *numbers = (part.strip() for part in text.rstrip(delimiter).split(delimiter))
    else:
        tokens = text.split()
        num_paths = next((i for i in range(len(tokens), 1, -1) if not _NUMBER.fullmatch(tokens[i - 1])), 1)
        # The path is not split: it may have spaces, and several of them in a row.
        video, *numbers = text.rsplit(maxsplit=len(tokens) - num_paths) if num_paths < len(tokens) else [text]
    if not video or not numbers or not all(map(_NUMBER.fullmatch, numbers)):
        raise BadValueError(Reason.ROW_MALFORMED, "expected a path and the number of its class, as in 'a.mp4 3'", text)
    return video, numbers


def _rows(path: Path, delimiter: str | None) -> Iterator[tuple[str, list[str]]]:
    """Path and numbers of each line; bad lines are left out."""
    for text, _ in text_lines(path):
        with suppress(BadValueError):
            yield _split(text, delimiter)


def _first_label(path: Path, delimiter: str | None, label_field: str | None) -> int:
    """The index of the first class among the numbers of a line.

    Raises:
      UserError: the lines do not tell, or `label_field` is neither all nor last.
    """
    if label_field is not None:
        if label_field not in _FIRST_LABELS:
            raise UserError(f"data.label_field is {label_field!r}; lists have {' and '.join(_FIRST_LABELS)}")
        return _FIRST_LABELS[label_field]
    lengths: Counter[int] = Counter()
    num_extensions, example = 0, ""
    pairs: Counter[tuple[int, int]] = Counter()
    for video, numbers in _rows(path, delimiter):
        lengths[len(numbers)] += 1
        pairs[int(numbers[0]), int(numbers[-1])] += 1
        num_extensions += _has_extension(video)
        example = example or f"{video} {' '.join(numbers)}"[:100]
    usual, count = lengths.most_common(1)[0] if lengths else (1, 0)
    is_usual = count >= 0.9 * lengths.total()
    are_videos = num_extensions > 0.5 * lengths.total()
    if (is_usual and usual == 1) or (are_videos and not is_usual):
        return 0
    if not are_videos and not _may_be_ranges(pairs) and (usual == 2 or not is_usual):
        return 1
    raise UserError(
        f"data.annotations: {path}: some of the numbers in lines like {example!r} may count frames. Set data.label_field to "
        "'last' if only the last number is a class (videos are then taken whole), or to 'all' if each is one"
    )


def _may_be_ranges(pairs: Counter[tuple[int, int]]) -> bool:
    """Tell whether pairs of numbers can be the start and the end of actions as well as a number of frames and a class."""
    if sum(number for (first, last), number in pairs.items() if first < last) < 0.9 * pairs.total():
        return False
    # Most clips have a class that others have too, and all have frames.
    return len({last for _, last in pairs}) > 0.5 * pairs.total() or any(first == 0 for first, _ in pairs)


def _check_counting(path: Path, delimiter: str | None, first_label: int, names: ClassNames) -> None:
    """Raise UserError if one counts classes from 0 and the other from 1: each class would get its neighbour's name."""
    used = {int(label) for _, numbers in _rows(path, delimiter) for label in numbers[first_label:]}
    first, last = min(names.by_id), max(names.by_id)
    if used and (min(used) == first - 1 and max(used) < last or max(used) == last + 1 and min(used) > first):
        raise UserError(
            f"{path} has classes {min(used)} to {max(used)}, and data.label_map {names.path} has {first} to {last}: one counts "
            "from 0 and the other from 1. Number the classes of data.label_map as the list does"
        )


def _has_extension(video: str) -> bool:
    return bool(_EXTENSION.search(video[-7:]))


def _delimiter(path: Path, options: ReaderOptions) -> str | None:
    """`data.delimiter`, else a comma, if it splits the first line; None stands for white space."""
    first = next((text for text, _ in text_lines(path)), "")
    delimiter = options.delimiter or ","
    return delimiter if delimiter.strip() and _is_row(first, delimiter) else None


def _is_row(text: str, delimiter: str | None) -> bool:
    try:
        video, _ = _split(text, delimiter)
    except BadValueError:
        return False
    # A line of nothing but numbers and commas is a row of a table (MOT's).
    return not delimiter or not _NUMBER.fullmatch(video)


def _looks_like_lists(sample: Sample) -> bool:
    lines = sample.first_lines(_NUM_LINES_TOLD_FROM)
    return bool(lines) and any(all(_is_row(line, delimiter) for line in lines) for delimiter in (",", None))


LISTS = Reader(read_lists, _looks_like_lists)
