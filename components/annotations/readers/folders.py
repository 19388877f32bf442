"""A folder per class: every file below a folder is a clip with the folder's name as its label.

Folders between the label and the file, if there are any, are the group: `<label>/<group>/file`. Without any, clips that are
called as in UCF101, HMDB51 or Kinetics have their recording as group. Where the outer folders are called like splits, they are
the official split, and the folders in them are the classes: `train/<label>/file`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePath

from components.annotations.readers.clip_names import with_recordings
from components.annotations.readers.exports import annotated_files
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader
from components.annotations.readers.values import BadValueError, parse_split
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Assumption, Record, Reject, Segment, Source
from foundation.messages.errors import UserError
from foundation.messages.wording import counted

_VIDEO = re.compile(r"\.(3gp|avi|flv|m2ts|m4v|mkv|mov|mp4|mpe?g|mts|mxf|ogv|ts|vob|webm|wmv)", re.IGNORECASE)

# What people call a part of a data set.
_PART = re.compile(
    r"(train|test|val|valid|dev|fold|split|part)(ing|ation)?[\W_]?(set|data|videos)?[\W_\d]*$", re.IGNORECASE
)


def read_folders(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    root = Path(options.videos).resolve()
    if not path.resolve().is_relative_to(root):
        raise UserError(f"{path}: data.format 'folders' expects data.annotations to be data.videos or a folder in it")
    prefix = path.resolve().relative_to(root)
    files = sorted(inside for file in annotated_files(path) if len((inside := file.relative_to(path)).parts) > 1)
    if not files and not any(entry.is_dir() and not entry.name.startswith(".") for entry in path.iterdir()):
        raise UserError(f"{path}: no folder in it; data.format 'folders' expects one folder per class")
    splits = splits_of_folders(path, files)
    if splits:
        message = f"the folders {_listed(splits)} are read as splits, and the folders in them as classes"
        yield Assumption(
            message, "These splits count with splits.mode: official. If the folders are classes, rename them."
        )
    else:
        _check_inner_folders(path, files)
    named = (file for file in files if not splits or file.parts[0] in splits)
    records = [_to_record(file, prefix, splits, row) for row, file in enumerate(named, start=1)]
    yield from (record for record in records if isinstance(record, Reject))
    segments = [record for record in records if isinstance(record, Segment)]
    yield from _said_of_groups(segments)
    # What the user says of the paths counts more than what their names look like.
    yield from segments if options.group_pattern else with_recordings(segments)


def _to_record(file: PurePath, prefix: PurePath, splits: Mapping[str, str], row: int) -> Record:
    split = splits.get(file.parts[0])
    label, *between = file.parts[1 if split else 0 : -1] or [""]
    video = (prefix / file).as_posix()
    if not label:
        message = f"the file lies in the folder of a split, {file.parts[0]}, and in no folder of a class"
        return Reject(Reason.LABEL_MISSING, message, Source(file.parts[0], row), video)
    return Segment(video, label, Source(label, row), group="/".join(between) or None, split=split)


def splits_of_folders(path: Path, files: Sequence[PurePath]) -> dict[str, str]:
    """The split of each outer folder with videos; nothing if these folders are classes.

    Raises:
      UserError: some folders are called like splits and others are not, or they hold no folders of classes.
    """
    outer = dict.fromkeys(file.parts[0] for file in files if _VIDEO.fullmatch(file.suffix))
    splits = {folder: split for folder in outer if (split := _split_called(folder))}
    others = [folder for folder in outer if folder not in splits]
    if not others:
        if splits and not any(len(file.parts) > 2 for file in files):
            message = f"{_listed(splits)} are called like splits and hold videos, and no folder per class"
            raise UserError(f"{path}: the folders {message}; put the videos of each class into a folder of its own")
        return splits
    if len(set(splits.values())) > 1:
        message = f"{_listed(splits)} are called like splits, and {_listed(others)} is not"
        raise UserError(
            f"{path}: of its folders, {message}; move the others elsewhere or, if all are classes, rename them"
        )
    return {}


def _check_inner_folders(path: Path, files: Sequence[PurePath]) -> None:
    """Raise UserError if all folders in those of the classes are called like splits: as groups they would hold everyone."""
    inner = dict.fromkeys(file.parts[1] for file in files if len(file.parts) > 2)
    splits = set(map(_split_called, inner))
    if len(splits) > 1 and None not in splits:
        message = f"{_listed(inner)} are called like splits and lie in those of the classes"
        raise UserError(f"{path}: the folders {message}; put them outside, as in train/<class>/, or rename them")


def _said_of_groups(segments: Sequence[Segment]) -> Iterator[Assumption]:
    """What is said where the folders read as groups may be the classes: in a single one, or in `fold1` and `test_set`."""
    labels = dict.fromkeys(segment.label for segment in segments)
    groups = dict.fromkeys(segment.group for segment in segments if segment.group)
    if groups and (len(labels) == 1 < len(groups) or all(map(_PART.match, labels))):
        message = f"{_listed(labels)} {'is' if len(labels) == 1 else 'are'} read as classes, and the folders in them as groups"
        yield Assumption(
            f"{message} ({counted(len(groups), 'group')}, such as {next(iter(groups))!r})",
            "If those are the classes, name the folder that holds them as data.annotations, or call the outer ones train, "
            "val and test.",
        )


def _split_called(folder: str) -> str | None:
    with suppress(BadValueError):
        return parse_split(folder, "")
    return None


def _listed(folders: Iterable[str]) -> str:
    return ", ".join(folders)[:200]


# It reads no file: the names are the annotations.
FOLDERS = Reader(
    read_folders,
    lambda sample: sample.path.is_dir(),
    lambda path, options: [],
    reads_folders=True,
    reads_files=False,
)
