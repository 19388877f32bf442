"""Tools that export a file for each video: the annotations are one of these files, or the folder that holds them."""

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Sample, decode_head, own_file, read_head


def exports_of(path: Path, *patterns: str) -> list[Path]:
    """`path` itself, or the files of the folder `path` that match one of the patterns, by name."""
    if not path.is_dir():
        return [path]
    return sorted({file for pattern in patterns for file in path.glob(pattern) if file.is_file()})


def name_of_export(file: Path, path: Path) -> str:
    """How a record calls the file that it comes from, one of those of `path`."""
    return file.name if file == path else file.relative_to(path).as_posix()


def files_of_exports(path: Path, options: ReaderOptions, patterns: Sequence[str]) -> list[Path]:
    """The files of `exports_of`, and the class names where the configuration has a file of them."""
    return [*exports_of(path, *patterns), *own_file(path, options)[1:]]


def head_of_exports(sample: Sample, *patterns: str) -> str:
    """The beginning of a file's text; of a folder, that of its first export."""
    if not sample.path.is_dir():
        return sample.head
    files = exports_of(sample.path, *patterns)
    if not files:
        return ""
    return decode_head(read_head(files[0]))


def file_name(location: str) -> str:
    """The last part of a path or URL: tools store where a video lay when it was annotated."""
    path = location
    if "://" in location:
        try:
            path = unquote(urlsplit(location).path)
        except ValueError:
            path = location
    return re.split(r"[/\\]", path)[-1]
