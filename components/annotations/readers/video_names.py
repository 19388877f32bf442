"""Folders of videos whose names are the annotations: what the readers of such data sets have in common."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from components.annotations.readers.class_names import ClassNames, load_class_names
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader, Sample
from components.annotations.readers.values import BadValueError
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Record, Segment, Source
from components.storage.paths import files_below
from foundation.messages.errors import UserError

_SUFFIXES = frozenset((".avi", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm"))

Label = Callable[[str, ClassNames | None], str]


def reader_of_names(format_name: str, pattern: str, example: str, label_of: Label) -> Reader:
    """The reader of a data set whose videos are called as `pattern` says, which has the groups `label` and `group`.

    Args:
      example: a name, for the message about one that does not fit.
      label_of: makes a segment's label of what stands in the name, and of the names in `data.label_map`.
    """
    name = re.compile(pattern)

    def read(path: Path, options: ReaderOptions) -> Iterator[Record]:
        root, names = Path(options.videos).resolve(), load_class_names(options)
        if not path.resolve().is_relative_to(root):
            message = f"data.format {format_name!r} expects data.annotations to be data.videos or a folder in it"
            raise UserError(f"{path}: {message}")
        prefix = path.resolve().relative_to(root)
        for row, file in enumerate(_videos(path), start=1):
            video, source = (prefix / file.relative_to(path)).as_posix(), Source(path.name, row)
            match = name.fullmatch(file.stem)
            try:
                if not match:
                    raise BadValueError(Reason.ROW_MALFORMED, f"the video is not called like {example}", file.name)
                label = label_of(match["label"], names)
            except BadValueError as error:
                yield error.as_reject(source, video)
                continue
            yield Segment(video, label, source, group=match["group"])

    return Reader(
        read,
        lambda sample: _all_fit(sample, name),
        lambda path, options: [Path(options.label_map)] if options.label_map else [],
        reads_folders=True,
        reads_files=False,
    )


def _all_fit(sample: Sample, name: re.Pattern[str]) -> bool:
    """Tell whether each video of a folder fits, and they are not sorted into a folder per class, whose names say more."""
    if not sample.path.is_dir():
        return False
    labels: dict[str, set[str]] = defaultdict(set)
    for file in _videos(sample.path):
        match = name.fullmatch(file.stem)
        if not match:
            return False
        labels["/".join(file.relative_to(sample.path).parts[:-1][:1])].add(match["label"])
    are_sorted = len(labels) > 1 and "" not in labels and all(len(found) == 1 for found in labels.values())
    return bool(labels) and not are_sorted


def _videos(folder: Path) -> list[Path]:
    files = (file for file in files_below(folder) if file.suffix.lower() in _SUFFIXES and not file.name.startswith("."))
    return sorted(files)
