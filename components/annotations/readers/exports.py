"""Exports of tools that write a file for each video: annotations are one such file, or a folder of them."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Sample, decode_head, own_file, read_head
from components.storage.paths import files_below, is_clutter


def exports_of(path: Path, *patterns: str) -> list[Path]:
    """`path` itself or, of a folder, the files anywhere below it that match one of the patterns, sorted by name.

    Patterns are in lower case, and match the end of a path in any case. Hidden files and clutter are left out.
    """
    if not path.is_dir():
        return [path]
    return sorted(file for file in annotated_files(path) if _matches(file.relative_to(path), patterns))


def annotated_files(folder: Path) -> Iterator[Path]:
    """The files below a folder that people put there: none that is hidden, and no clutter."""
    for file in files_below(folder):
        inside = file.relative_to(folder)
        if not is_clutter(inside.as_posix()) and not any(part.startswith(".") for part in inside.parts):
            yield file


def _matches(path: Path, patterns: Sequence[str]) -> bool:
    plain = PurePosixPath(path.as_posix().lower())
    return any(map(plain.match, patterns))


def name_of_export(file: Path, path: Path) -> str:
    """The name of an export of `path` for the sources of its records."""
    return file.name if file == path else file.relative_to(path).as_posix()


def files_of_exports(path: Path, options: ReaderOptions, patterns: Sequence[str]) -> list[Path]:
    """The files of `exports_of`, and the file of class names if the configuration has one."""
    return [*exports_of(path, *patterns), *own_file(path, options)[1:]]


def head_of_exports(sample: Sample, *patterns: str) -> str:
    """The beginning of the text of a file, or of the first export in a folder."""
    if not sample.path.is_dir():
        return sample.head
    files = exports_of(sample.path, *patterns)
    return decode_head(read_head(files[0])) if files else ""


def file_name(location: str) -> str:
    """The last part of a path or URL. Tools store where a video lay when it was annotated."""
    if "://" in location:
        with suppress(ValueError):
            location = unquote(urlsplit(location).path)
    return re.split(r"[/\\]", location)[-1]
