"""A folder per class: every file below a folder is a clip with the folder's name as its label.

The group is the folders between them, where there are some: `<label>/<group>/file`.
"""

from collections.abc import Iterator
from pathlib import Path

from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader
from components.annotations.records.record import Record, Segment, Source
from components.storage.paths import files_below
from foundation.messages.errors import UserError


def read_folders(path: Path, options: ReaderOptions) -> Iterator[Record]:
    root = Path(options.videos).resolve()
    if not path.resolve().is_relative_to(root):
        raise UserError(f"{path}: data.format 'folders' expects data.annotations to be data.videos or a folder in it")
    prefix = path.resolve().relative_to(root)
    labels = sorted(entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    if not labels:
        raise UserError(f"{path}: no folder in it; data.format 'folders' expects one folder per class")
    row = 0
    for label in labels:
        for file in sorted(files_below(label)):
            if file.name.startswith("."):
                continue
            row += 1
            parents = file.relative_to(label).parts[:-1]
            yield Segment(
                video=(prefix / file.relative_to(path)).as_posix(),
                label=label.name,
                source=Source(label.name, row),
                group="/".join(parents) or None,
            )


# No file is read: the names are the annotations.
FOLDERS = Reader(read_folders, lambda sample: sample.path.is_dir(), lambda path, options: [], reads_folders=True)
